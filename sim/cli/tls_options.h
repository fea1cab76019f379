// The options by which the verbs that call a gateway reach one that speaks TLS.
#pragma once

#include <CLI/CLI.hpp>

#include "sim/cli/commands.h"

namespace bsn {

// Adds --tls-ca, --tls-cert and --tls-key; `options` outlives the app.
void add_tls(CLI::App& verb, GatewayOptions& options);

}  // namespace bsn
