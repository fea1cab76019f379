#include "sim/service_life.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "sim/edit_distance.h"
#include "sim/seat_life.h"
#include "sim/service_check.h"

namespace bsn {
namespace {

Error no(std::string why) { return {ErrorCode::invalid_configuration, std::move(why)}; }

// A copy of the topology with the next revision, and in it a service with its chain.
struct Step {
  Topology topology;
  Service* service = nullptr;
  Chain* chain = nullptr;
};

Result<Step> step(const Topology& topology, const std::string& id) {
  const Result<const Service*> found = find_service(topology, id);
  if (!found) return found.error();
  Step step{topology, nullptr, nullptr};
  ++step.topology.revision;
  step.service = &step.topology.services[static_cast<std::size_t>(*found - topology.services.data())];
  step.chain = &step.topology.chains[step.service->chain.value];
  return step;
}

// The same, of a service that takes calls.
Result<Step> running_step(const Topology& topology, const std::string& id, const char* verb) {
  Result<Step> next = step(topology, id);
  if (next && next->chain->state != RouteState::open) {
    return no(
        fmt::format("can't {} service '{}': it is {}", verb, id, to_string(service_state(topology, *next->service))));
  }
  return next;
}

// With the validator moved, the chain must be one that may be.
Result<Done> check_moved(Topology topology, const Service& service, const ServiceMove& move) {
  Chain& chain = topology.chains[service.chain.value];
  if (!names(chain.validators, move.from)) return Done{};
  give_seat(chain, move.to);
  take_seat(chain, move.from);
  return check_service_chain(topology, service);
}

Chain chain_of(const ServiceOrder& order) {
  Chain chain;
  chain.name = {order.framework, order.id};
  chain.validators = order.validators;
  chain.followers = order.followers;
  chain.state = RouteState::starting;
  return chain;
}

template <class Number>
void replace(Number& value, Number by) {
  if (by != 0) value = by;
}

}  // namespace

std::string_view to_string(ServiceState state) {
  static constexpr std::array<std::string_view, 5> words = {"starting", "running", "moving", "draining", "retired"};
  return words[static_cast<std::size_t>(state)];
}

ServiceState service_state(const Topology& topology, const Service& service) {
  const Chain& chain = topology.chains[service.chain.value];
  if (chain.state == RouteState::starting) return ServiceState::starting;
  if (chain.state == RouteState::draining) return ServiceState::draining;
  if (chain.state == RouteState::retired) return ServiceState::retired;
  return service.moves.empty() && chain.leaving.empty() ? ServiceState::running : ServiceState::moving;
}

Result<const Service*> find_service(const Topology& topology, const std::string& id) {
  std::vector<std::string> known;
  for (const Service& service : topology.services) {
    if (service_state(topology, service) == ServiceState::retired) continue;
    if (service.id == id) return &service;
    known.push_back(service.id);
  }
  return Error{ErrorCode::not_found, fmt::format("there is no service '{}'{}", id,
                                                 known.empty() ? "; none is deployed" : suggestion(id, known))};
}

bool services_change(const Topology& topology) {
  return std::any_of(topology.services.begin(), topology.services.end(), [&](const Service& service) {
    const ServiceState state = service_state(topology, service);
    return state != ServiceState::running && state != ServiceState::retired;
  });
}

const Service* service_of(const Topology& topology, ChainIndex chain) {
  const auto found = std::find_if(topology.services.begin(), topology.services.end(),
                                  [&](const Service& service) { return service.chain == chain; });
  return found == topology.services.end() ? nullptr : &*found;
}

Capacity capacity_used(const Topology& topology, const std::string& city) {
  Capacity used;
  for (const Service& service : topology.services) {
    const Chain& chain = topology.chains[service.chain.value];
    if (!is_hosted(chain, city)) continue;
    used.calls_per_second += service.capacity.calls_per_second;
    used.storage += service.capacity.storage;
    used.traffic_per_day += service.capacity.traffic_per_day;
  }
  return used;
}

Result<Topology> deploy_service(const Topology& topology, const ServiceOrder& order) {
  if (auto done = check_order(topology, order); !done) return done.error();
  Topology next = topology;
  ++next.revision;
  const ChainIndex chain{static_cast<std::uint32_t>(next.chains.size())};
  next.chains.push_back(chain_of(order));
  next.services.push_back({order.id, order.project, order.capacity, order.contracts, 1, chain});
  if (auto done = check_service_chain(next, next.services.back()); !done) return done.error();
  return next;
}

Result<Topology> service_started(const Topology& topology, const std::string& id) {
  Result<Step> next = step(topology, id);
  if (!next) return next.error();
  if (next->chain->state == RouteState::starting) next->chain->state = RouteState::open;
  return std::move(next->topology);
}

Result<Topology> upgrade_service(const Topology& topology, const std::string& id, const ServiceUpgrade& upgrade) {
  Result<Step> next = running_step(topology, id, "upgrade");
  if (!next) return next.error();
  Service& service = *next->service;
  replace(service.capacity.calls_per_second, upgrade.capacity.calls_per_second);
  replace(service.capacity.storage, upgrade.capacity.storage);
  replace(service.capacity.traffic_per_day, upgrade.capacity.traffic_per_day);
  if (!upgrade.contracts.empty()) service.contracts = upgrade.contracts;
  ++service.version;
  if (auto done = check_terms(service.id, service.capacity, service.contracts); !done) return done.error();
  for (const auto* hosts : {&next->chain->validators, &next->chain->followers}) {
    for (const std::string& city : *hosts) {
      if (auto done = check_room(next->topology, city, service.id, {}); !done) return done.error();
    }
  }
  return std::move(next->topology);
}

Result<Topology> move_service(const Topology& topology, const std::string& id, const ServiceMove& move) {
  Result<Step> next = running_step(topology, id, "move");
  if (!next) return next.error();
  Chain& chain = *next->chain;
  if (auto done = check_move(topology, *next->service, chain, move); !done) return done.error();
  chain.followers.push_back(move.to);
  chain.joined.push_back(move.to);
  chain.joining.push_back(move.to);
  if (names(chain.validators, move.from)) chain.promoting.push_back(move.to);
  next->service->moves.push_back(move);
  if (auto done = check_service_chain(next->topology, *next->service); !done) return done.error();
  if (auto done = check_moved(next->topology, *next->service, move); !done) return done.error();
  return std::move(next->topology);
}

bool may_arrive(const Chain& chain, const ServiceMove& move) {
  return !names(chain.validators, move.from) || (names(chain.validators, move.to) && !chain.reseating);
}

Result<Topology> service_arrived(const Topology& topology, const std::string& id, const std::string& to) {
  Result<Step> next = step(topology, id);
  if (!next) return next.error();
  std::vector<ServiceMove>& moves = next->service->moves;
  const auto move = std::find_if(moves.begin(), moves.end(), [&](const ServiceMove& one) { return one.to == to; });
  if (move == moves.end()) return no(fmt::format("service '{}' does not move to {}", id, to));
  if (!may_arrive(*next->chain, *move)) return no(fmt::format("service '{}': {} has no vote yet", id, to));
  std::erase(next->chain->joining, to);
  next->chain->leaving.push_back(move->from);
  moves.erase(move);
  return std::move(next->topology);
}

Result<Topology> service_left(const Topology& topology, const std::string& id, const std::string& from) {
  Result<Step> next = step(topology, id);
  if (!next) return next.error();
  Chain& chain = *next->chain;
  if (!names(chain.leaving, from)) return no(fmt::format("service '{}' does not leave {}", id, from));
  if (chain.reseating) return no(fmt::format("service '{}': its validators are changing", id));
  if (names(chain.validators, from)) {
    take_seat(chain, from);
    return std::move(next->topology);
  }
  for (auto* list : {&chain.followers, &chain.joined, &chain.leaving}) std::erase(*list, from);
  return std::move(next->topology);
}

Result<Topology> retire_service(const Topology& topology, const std::string& id) {
  Result<Step> next = running_step(topology, id, "retire");
  if (!next) return next.error();
  next->chain->state = RouteState::draining;
  next->service->moves.clear();
  next->chain->promoting.clear();
  return std::move(next->topology);
}

Result<Topology> service_drained(const Topology& topology, const std::string& id) {
  Result<Step> next = step(topology, id);
  if (!next) return next.error();
  if (next->chain->state != RouteState::draining) return no(fmt::format("service '{}' is not draining", id));
  next->chain->state = RouteState::retired;
  next->chain->joining.clear();
  next->chain->leaving.clear();
  next->chain->reseating = false;
  return std::move(next->topology);
}

}  // namespace bsn
