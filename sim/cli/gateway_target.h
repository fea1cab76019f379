// Where a gateway (of a cluster with several, the one nearest to the origin) is and how to be let in: from the options,
// and what they leave out from the named cluster.
#pragma once

#include <string>

#include "core/result.h"
#include "sim/cli/commands.h"

namespace bsn {

struct GatewayTarget {
  std::string address;
  std::string access_key;
  std::string name;  // its home city, which signed requests name
};

// An Error when something is left out and there is no such cluster.
Result<GatewayTarget> find_gateway(const GatewayOptions& options);

}  // namespace bsn
