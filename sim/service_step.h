// One step of a service's life as a value: what an operator writes down, and takes again after it was killed.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "sim/topology.h"

namespace bsn {

struct ServiceStep {
  enum class Kind : std::uint8_t { deploy, started, upgrade, move, arrived, left, retire, drained };
  Kind kind = Kind::deploy;
  std::string service;     // its id; of all but deploy
  ServiceOrder order;      // deploy
  ServiceUpgrade upgrade;  // upgrade
  ServiceMove move;        // move; arrived: to; left: from
};
std::string_view to_string(ServiceStep::Kind kind);

// The function of service_life.h that the step stands for.
Result<Topology> take(const Topology& topology, const ServiceStep& step);

// Whether callers may have less after it: then the gateway must be told before the nodes.
bool shrinks(ServiceStep::Kind kind);

}  // namespace bsn
