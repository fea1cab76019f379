#include "sim/service_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "sim/config_kinds.h"
#include "sim/edit_distance.h"
#include "sim/seat_life.h"
#include "sim/service_life.h"

namespace bsn {
namespace {

Error no(std::string why) { return {ErrorCode::invalid_configuration, std::move(why)}; }
Error unknown(std::string why) { return {ErrorCode::not_found, std::move(why)}; }

std::vector<std::string> frameworks(const Topology& topology) {
  std::vector<std::string> ids;
  for (const Network& network : topology.networks) {
    if (network.kind == NetworkKind::alliance) ids.push_back(network.id);
  }
  return ids;
}

Result<const Network*> find_framework(const Topology& topology, const ServiceOrder& order) {
  for (const Network& network : topology.networks) {
    if (network.id != order.framework) continue;
    if (network.kind == NetworkKind::alliance) return &network;
    return no(fmt::format("service '{}': {} is {}; services run on an alliance network: {}", order.id, network.id,
                          to_string(network.kind), fmt::join(frameworks(topology), ", ")));
  }
  return unknown(fmt::format("service '{}': there is no framework '{}'{}", order.id, order.framework,
                             suggestion(order.framework, frameworks(topology))));
}

Result<Done> check_names(const Topology& topology, const ServiceOrder& order) {
  if (!is_name(order.id)) {
    return no(fmt::format("'{}' is no name for a service; use 1 to 64 letters, digits, '-', '_', '.'", order.id));
  }
  if (find_service(topology, order.id).ok() || find_chain(topology, {order.framework, order.id})) {
    return Error{ErrorCode::already_exists,
                 fmt::format("service '{}' is there already; choose another name, or upgrade it", order.id)};
  }
  std::vector<std::string> projects;
  for (const Project& project : topology.projects) projects.push_back(project.id);
  if (order.project.empty() || names(projects, order.project)) return Done{};
  return unknown(fmt::format("service '{}': there is no project '{}'{}", order.id, order.project,
                             suggestion(order.project, projects)));
}

Result<const City*> find_host(const Topology& topology, const std::string& id, const std::string& service) {
  std::vector<std::string> known;
  for (const City& city : topology.cities) {
    if (city.state == CityState::outside) continue;
    if (city.id == id) return &city;
    known.push_back(city.id);
  }
  const auto meant = nearest_word(id, known);
  return unknown(fmt::format("service '{}': there is no city '{}'{}", service, id,
                             meant ? fmt::format("; did you mean '{}'?", *meant) : ""));
}

// A city that is to host the service, with all that it needs there.
Result<Done> check_host(const Topology& topology, const std::string& id, const std::string& service,
                        const Capacity& needed) {
  const Result<const City*> found = find_host(topology, id, service);
  if (!found) return found.error();
  const City& city = **found;
  if (city.state != CityState::connected) {
    return no(fmt::format("service '{}' can't be hosted by {}: the city node is {}{}; choose a connected one", service,
                          id, to_string(city.state), city.state == CityState::building ? " (under construction)" : ""));
  }
  if (city.place.region != Region::mainland) {
    return no(
        fmt::format("service '{}' can't be hosted by {}: it is overseas, and alliance networks stand on the "
                    "mainland; choose a mainland city",
                    service, id));
  }
  return check_room(topology, id, service, needed);
}

Result<Done> check_hosts(const Topology& topology, const ServiceOrder& order) {
  std::set<std::string> seen;
  for (const auto* list : {&order.validators, &order.followers}) {
    for (const std::string& city : *list) {
      if (!seen.insert(city).second) {
        return no(fmt::format("service '{}': {} is named twice; a city hosts one peer of it", order.id, city));
      }
      if (auto done = check_host(topology, city, order.id, order.capacity); !done) return done;
    }
  }
  return Done{};
}

// As many validators as can lose one and go on. Raft loses a minority, the others less than a third.
Result<Done> check_committee(const Network& framework, const ServiceOrder& order) {
  const std::size_t least = std::holds_alternative<RaftParameters>(framework.engine) ? 3 : 4;
  if (order.validators.size() >= least) return Done{};
  return no(
      fmt::format("service '{}': a chain of {} ({}) needs at least {} validators to go on without one of them, not {}",
                  order.id, framework.id, family_name(framework.engine), least, order.validators.size()));
}

std::string bytes_text(std::uint64_t bytes) {
  return fmt::format("{:.6g} GiB", static_cast<double>(bytes) / static_cast<double>(1ULL << 30));
}

std::string services_at(const Topology& topology, const std::string& city) {
  std::vector<std::string> ids;
  for (const Service& service : topology.services) {
    const Chain& chain = topology.chains[service.chain.value];
    if (is_hosted(chain, city)) ids.push_back(service.id);
  }
  return fmt::format("{}", fmt::join(ids, ", "));
}

}  // namespace

Result<Done> check_terms(const std::string& id, const Capacity& capacity, const std::vector<std::string>& contracts) {
  if (!std::isfinite(capacity.calls_per_second) || capacity.calls_per_second <= 0 || capacity.calls_per_second > 1e6) {
    return no(fmt::format("service '{}': {} calls per second is no capacity; say more than 0 and at most 1000000", id,
                          capacity.calls_per_second));
  }
  if (capacity.storage == 0 || capacity.traffic_per_day == 0) {
    return no(fmt::format("service '{}': a service without storage or traffic can do nothing; say more than 0", id));
  }
  if (capacity.storage > most_stored || capacity.traffic_per_day > most_stored) {
    return no(fmt::format("service '{}': more than {} of storage or traffic is beyond any city node", id,
                          bytes_text(most_stored)));
  }
  const std::vector<std::string> known(known_contracts.begin(), known_contracts.end());
  for (const std::string& contract : contracts) {
    if (!names(known, contract)) {
      return unknown(
          fmt::format("service '{}': there is no contract '{}'{}", id, contract, suggestion(contract, known)));
    }
  }
  return Done{};
}

Result<Done> check_room(const Topology& topology, const std::string& city, const std::string& id,
                        const Capacity& more) {
  const Capacity& has = topology.cities[find_city(topology, city)->value].capacity;
  const Capacity used = capacity_used(topology, city);
  const std::string others = services_at(topology, city);
  const auto full = [&](const char* what, const std::string& all, const std::string& taken, const std::string& asked) {
    return Error{ErrorCode::exhausted,
                 fmt::format("service '{}' does not fit on {}: the city node has {} of {}, its services ({}) take {}{}",
                             id, city, all, what, others.empty() ? "none yet" : others, taken, asked)};
  };
  const auto beside = [](const std::string& asked) { return ", and " + asked + " more were asked for"; };
  if (used.calls_per_second + more.calls_per_second > has.calls_per_second) {
    return full("calls per second", fmt::format("{}", has.calls_per_second), fmt::format("{}", used.calls_per_second),
                more.calls_per_second > 0 ? beside(fmt::format("{}", more.calls_per_second)) : "");
  }
  // No sum overflows: a scenario's and a request's figures are at most 2^49 each, and no more than fit are ever set
  // aside.
  if (used.storage + more.storage > has.storage) {
    return full("storage", bytes_text(has.storage), bytes_text(used.storage),
                more.storage > 0 ? beside(bytes_text(more.storage)) : "");
  }
  if (used.traffic_per_day + more.traffic_per_day > has.traffic_per_day) {
    return full("traffic a day", bytes_text(has.traffic_per_day), bytes_text(used.traffic_per_day),
                more.traffic_per_day > 0 ? beside(bytes_text(more.traffic_per_day)) : "");
  }
  return Done{};
}

Result<Done> check_order(const Topology& topology, const ServiceOrder& order) {
  if (topology.chains.size() >= most_chains) {
    return Error{ErrorCode::exhausted, fmt::format("there have been {} chains; no more fit", most_chains)};
  }
  const Result<const Network*> framework = find_framework(topology, order);
  if (!framework) return framework.error();
  if (auto done = check_names(topology, order); !done) return done;
  if (auto done = check_terms(order.id, order.capacity, order.contracts); !done) return done;
  if (auto done = check_committee(**framework, order); !done) return done;
  return check_hosts(topology, order);
}

Result<Done> check_move(const Topology& topology, const Service& service, const Chain& chain, const ServiceMove& move) {
  const std::string& id = service.id;
  if (const auto from = find_host(topology, move.from, id); !from) return from.error();
  if (names(chain.validators, move.from)) {
    if (auto may = may_reseat(topology, chain); !may) {
      return no(
          fmt::format("service '{}' can't leave {}: it is a validator there, and {}; move one of its followers, or "
                      "deploy the service anew",
                      id, move.from, may.error().message));
    }
  } else if (!names(chain.followers, move.from)) {
    std::vector<std::string> hosts = chain.validators;
    hosts.insert(hosts.end(), chain.followers.begin(), chain.followers.end());
    return no(fmt::format("service '{}' can't leave {}: it is not hosted there but by {}", id, move.from,
                          fmt::join(hosts, ", ")));
  }
  const auto is_under_way = [&](const ServiceMove& one) { return one.from == move.from || one.to == move.from; };
  if (names(chain.leaving, move.from) || std::any_of(service.moves.begin(), service.moves.end(), is_under_way)) {
    return no(fmt::format("service '{}' can't leave {}: it moves there or from there already", id, move.from));
  }
  if (has_member(chain, move.to)) {
    return no(fmt::format("service '{}' can't move to {}: it is hosted there already", id, move.to));
  }
  return check_host(topology, move.to, id, service.capacity);
}

Result<Done> check_service_chain(const Topology& topology, const Service& service) {
  std::vector<std::string> wrong = check_chain(topology, service.chain);
  if (wrong.empty()) return Done{};
  // Their place in a file says nothing here.
  for (std::string& sentence : wrong) sentence.erase(0, sentence.find(": ") + 2);
  return no(fmt::format("service '{}': {}", service.id, fmt::join(wrong, "; ")));
}

}  // namespace bsn
