// Whether a GatewaySpec from outside can be worked with: what every other part of gateway/ relies on.
#pragma once

#include <optional>
#include <string>

#include "core/gateway_spec.h"

namespace bsn {

// What is wrong with it, in a sentence; nullopt: nothing. Looks at indices (cities and routes in order, hosts that
// exist, a home), names (present, unique), figures (finite, in range).
std::optional<std::string> check(const GatewaySpec& spec);

// Why a gateway that works with `now` can't go over to `next`; nullopt: it can. Routes may be added behind the others,
// change their peers, be drained and retired; cities may change their state. Revisions are not compared.
std::optional<std::string> check_next(const GatewaySpec& now, const GatewaySpec& next);

}  // namespace bsn
