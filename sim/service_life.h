// The life of a service as steps of the topology: starting -> running (-> moving -> running) -> draining -> retired.
//
// Pure functions like those of life_cycle.h: the topology as it is in, the one that is to be out, with the next
// revision; or an Error that says why not, in full, and then nothing has changed. Its code tells what kind of no it is:
// not_found, already_exists, exhausted (capacity), invalid_configuration. Each first step is a portal's wish; the later
// ones are taken by whoever drives the cluster, when the machines have followed.
#pragma once

#include <string>

#include "core/result.h"
#include "sim/topology.h"

namespace bsn {

enum class ServiceState : std::uint8_t { starting, running, moving, draining, retired };
std::string_view to_string(ServiceState state);
ServiceState service_state(const Topology& topology, const Service& service);

// The service of this id that is not retired; not_found with the nearest name.
Result<const Service*> find_service(const Topology& topology, const std::string& id);

// Whether a service is on its way: it starts, moves or drains.
bool services_change(const Topology& topology);

// The service whose chain this is; nullptr: the chain is no service's.
const Service* service_of(const Topology& topology, ChainIndex chain);

// What the services on this city have set aside together.
Capacity capacity_used(const Topology& topology, const std::string& city);

// A chain for the service, starting. Refused: a framework that is no alliance network of this topology; an id that is
// taken; an unknown project; a city that is unknown, overseas or not connected; so few validators that the loss of one
// would stop the chain; too many on one provider; more than a city has left.
Result<Topology> deploy_service(const Topology& topology, const ServiceOrder& order);
// Its chain has a leader or a block: routes lead there.
Result<Topology> service_started(const Topology& topology, const std::string& id);

// The next version. Refused where a host has not so much left.
Result<Topology> upgrade_service(const Topology& topology, const std::string& id, const ServiceUpgrade& upgrade);

// `to` gets a copy, and in the end `from` loses its own. A validator can move where its consensus lets validators come
// and go (sim/seat_life.h): then `to` gets a seat when it has caught up, and `from` loses its own after that.
Result<Topology> move_service(const Topology& topology, const std::string& id, const ServiceMove& move);
// Whether `to`, which has caught up, can stand in for `from` now: it votes, if that did.
bool may_arrive(const Chain& chain, const ServiceMove& move);
// `to` has caught up: routes lead there, and none to the city that it stands in for.
Result<Topology> service_arrived(const Topology& topology, const std::string& id, const std::string& to);
// No call of the service is out at `from` any more: it hosts it no longer, and what it had stored is removed. A
// validator gives up its seat first; then, when the chain has settled, this step is due once more.
Result<Topology> service_left(const Topology& topology, const std::string& id, const std::string& from);

// No new calls. Moves that are under way go no further.
Result<Topology> retire_service(const Topology& topology, const std::string& id);
// No call is out any more: nobody hosts the chain, what was stored of it is removed, its name is free.
Result<Topology> service_drained(const Topology& topology, const std::string& id);

}  // namespace bsn
