// What speaks against a service, or against a change of it: the rules behind sim/service_life.h, each with its reason.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "sim/topology.h"

namespace bsn {

// Everything about an order but what its chain as a whole must be.
Result<Done> check_order(const Topology& topology, const ServiceOrder& order);

// Capacity and contracts by themselves.
Result<Done> check_terms(const std::string& id, const Capacity& capacity, const std::vector<std::string>& contracts);

// Whether what the services on this city set aside, and `more` beside it, is within what the city has. `id` is the
// service for whose sake it is asked.
Result<Done> check_room(const Topology& topology, const std::string& city, const std::string& id, const Capacity& more);

// Whether one host of this service can stand in for another.
Result<Done> check_move(const Topology& topology, const Service& service, const Chain& chain, const ServiceMove& move);

// The chain of a service, which stands in the topology already, by the rules for all chains (sim/topology.h).
Result<Done> check_service_chain(const Topology& topology, const Service& service);

}  // namespace bsn
