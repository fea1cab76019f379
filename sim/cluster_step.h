// One step in the life of a cluster, of a city or of a service, as an operator writes it down.
#pragma once

#include <variant>

#include "core/result.h"
#include "sim/life_cycle.h"
#include "sim/service_step.h"

namespace bsn {

using ClusterStep = std::variant<LifeStep, ServiceStep>;

inline Result<Topology> take(const Topology& topology, const ClusterStep& step) {
  return std::visit([&](const auto& one) { return take(topology, one); }, step);
}

// Whether callers may have less after it: then the gateway must be told before the nodes.
inline bool shrinks(LifeStep::Kind kind) { return kind == LifeStep::Kind::drain || kind == LifeStep::Kind::leave; }
inline bool shrinks(const ClusterStep& step) {
  return std::visit([](const auto& one) { return shrinks(one.kind); }, step);
}

}  // namespace bsn
