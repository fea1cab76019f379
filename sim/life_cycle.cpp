#include "sim/life_cycle.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "sim/edit_distance.h"
#include "sim/seat_life.h"
#include "sim/service_life.h"

namespace bsn {
namespace {

constexpr std::array<std::string_view, 8> step_names{"commission", "connect", "drain",  "to-leave",
                                                     "leave",      "promote", "settle", "reseat"};  // by Kind

Error no(std::string why) { return {ErrorCode::invalid_configuration, std::move(why)}; }

void add_once(std::vector<std::string>& list, const std::string& city) {
  if (!names(list, city)) list.push_back(city);
}

Result<City*> find(Topology& topology, const std::string& id) {
  std::vector<std::string> known;
  for (City& city : topology.cities) {
    if (city.id == id) return &city;
    known.push_back(city.id);
  }
  const std::optional<std::string> meant = nearest_word(id, known);
  return no(fmt::format("there is no city '{}'{}", id, meant ? fmt::format("; did you mean '{}'?", *meant) : ""));
}

// The topology with one city in another state, and that city.
struct Step {
  Topology topology;
  City* city = nullptr;
};

Result<Step> step(const Topology& topology, const std::string& id, const char* verb,
                  std::initializer_list<CityState> from, CityState to) {
  Step step{topology, nullptr};
  const Result<City*> city = find(step.topology, id);
  if (!city) return city.error();
  step.city = *city;
  if (std::find(from.begin(), from.end(), step.city->state) == from.end()) {
    std::vector<std::string_view> allowed;
    for (const CityState state : from) allowed.push_back(to_string(state));
    return no(fmt::format("can't {} {}: it is {}, not {}", verb, id, to_string(step.city->state),
                          fmt::join(allowed, " or ")));
  }
  step.city->state = to;
  ++step.topology.revision;
  return step;
}

const City& city_of(const Topology& topology, const std::string& id) {
  return topology.cities[find_city(topology, id)->value];
}

// How many validators of this chain have left or are about to.
std::uint32_t leaving(const Topology& topology, const Chain& chain) {
  return static_cast<std::uint32_t>(
      std::count_if(chain.validators.begin(), chain.validators.end(), [&](const std::string& validator) {
        const CityState state = city_of(topology, validator).state;
        return state == CityState::left || state == CityState::draining;
      }));
}

bool serves(const Topology& topology, const Chain& chain) {
  const auto serving = [&](const std::string& member) {
    return city_of(topology, member).state == CityState::connected && !names(chain.joining, member) &&
           !names(chain.leaving, member);
  };
  return std::any_of(chain.validators.begin(), chain.validators.end(), serving) ||
         std::any_of(chain.followers.begin(), chain.followers.end(), serving);
}

// What speaks against doing without this city, whose state in `topology` is the next one already.
std::optional<Error> indispensable(const Topology& topology, const City& city) {
  for (const Chain& chain : topology.chains) {
    if (!is_hosted(chain, city.id)) continue;
    if (!serves(topology, chain)) {
      return no(fmt::format("can't drain {}: it is the last connected city of {}", city.id, to_string(chain.name)));
    }
    const std::uint32_t bearable = tolerated_faults(topology, chain);
    if (names(chain.validators, city.id) && leaving(topology, chain) > bearable) {
      return no(
          fmt::format("can't drain {}: it is one of {} validators of {}, which can do without {}, and {} have left "
                      "or drain already",
                      city.id, chain.validators.size(), to_string(chain.name), bearable, leaving(topology, chain) - 1));
    }
  }
  return std::nullopt;
}

bool may_host(const Topology& topology, const Chain& chain, const City& city) {
  const auto network = std::find_if(topology.networks.begin(), topology.networks.end(),
                                    [&](const Network& one) { return one.id == chain.name.network; });
  const bool mainland = city.place.region == Region::mainland;
  return chain.state == RouteState::open && network != topology.networks.end() &&
         network->kind != (mainland ? NetworkKind::public_ : NetworkKind::alliance);
}

std::vector<ChainName> hosted_by(const Topology& topology, const City& host, const City& guest) {
  std::vector<ChainName> hosted;
  for (std::uint32_t n = 0; n < topology.chains.size(); ++n) {
    const Chain& chain = topology.chains[n];
    if (service_of(topology, {n}) != nullptr) continue;  // it stands where its portal wants it
    if (has_member(chain, host.id) && !names(chain.joining, host.id) && may_host(topology, chain, guest)) {
      hosted.push_back(chain.name);
    }
  }
  return hosted;
}

// What a city's node is told of a chain, but for the genesis accounts.
bool same_for_members(const Chain& a, const Chain& b) {
  const bool both_there = (a.state == RouteState::retired) == (b.state == RouteState::retired);
  return both_there && a.validators == b.validators && a.followers == b.followers && a.joined == b.joined &&
         a.seats == b.seats;
}

}  // namespace

std::vector<ChainName> chains_to_follow(const Topology& topology, const City& city) {
  std::vector<ChainName> chains;
  for (const std::string& name : city.follows) {
    const auto chain = std::find_if(topology.chains.begin(), topology.chains.end(), [&](const Chain& one) {
      return one.state == RouteState::open && to_string(one.name) == name;
    });
    if (chain != topology.chains.end()) chains.push_back(chain->name);
  }
  if (!city.follows.empty()) return chains;
  double least = 0;
  for (const City& other : topology.cities) {
    if (other.state != CityState::connected || other.place.region != city.place.region || other.id == city.id) continue;
    const double distance = distance_km(city.place, other.place);
    if (!chains.empty() && distance >= least) continue;
    std::vector<ChainName> hosted = hosted_by(topology, other, city);
    if (hosted.empty()) continue;
    chains = std::move(hosted);
    least = distance;
  }
  return chains;
}

namespace {

// The chain gets a copy there that is to validate. Refused where it can't, also by what holds of any chain's
// validators.
Result<Done> let_validate(Topology& topology, const std::string& name, const std::string& city) {
  std::vector<std::string> known;
  for (const Chain& chain : topology.chains) {
    if (chain.state == RouteState::open) known.push_back(to_string(chain.name));
  }
  const auto found = std::find_if(topology.chains.begin(), topology.chains.end(), [&](const Chain& one) {
    return one.state == RouteState::open && to_string(one.name) == name;
  });
  if (found == topology.chains.end()) {
    const std::optional<std::string> meant = nearest_word(name, known);
    return no(fmt::format("can't commission {} as a validator of '{}': there is no such chain{}", city, name,
                          meant ? fmt::format("; did you mean '{}'?", *meant) : ""));
  }
  if (auto may = may_reseat(topology, *found); !may) {
    return no(fmt::format("can't commission {} as a validator: {}", city, may.error().message));
  }
  if (names(found->validators, city)) return Done{};
  add_once(found->followers, city);
  add_once(found->promoting, city);
  Topology then = topology;
  const auto index = static_cast<std::uint32_t>(found - topology.chains.begin());
  give_seat(then.chains[index], city);
  std::vector<std::string> wrong = check_chain(then, {index});
  if (wrong.empty()) return Done{};
  // Their place in a file says nothing here.
  for (std::string& sentence : wrong) sentence.erase(0, sentence.find(": ") + 2);
  return no(fmt::format("can't commission {} as a validator: {}", city, fmt::join(wrong, "; ")));
}

// The disk of a city that comes back is another one than it had.
void seat_anew(Topology& topology, const std::string& city) {
  for (Chain& chain : topology.chains) {
    if (!names(chain.validators, city) || chain.validators.size() == 1 || !needs_new_seat(topology, chain)) continue;
    take_seat(chain, city);
    chain.promoting.push_back(city);
  }
}

}  // namespace

Result<Topology> commission(const Topology& topology, const std::string& id,
                            const std::vector<std::string>& validates) {
  Result<Step> next = step(topology, id, "commission", {CityState::building, CityState::left}, CityState::syncing);
  if (!next) return next.error();
  seat_anew(next->topology, id);
  for (const auto* list : {&topology.cities[find_city(topology, id)->value].validates, &validates}) {
    for (const std::string& chain : *list) {
      if (auto done = let_validate(next->topology, chain, id); !done) return done.error();
    }
  }
  for (const ChainName& name : chains_to_follow(next->topology, *next->city)) {
    Chain& chain = next->topology.chains[find_chain(next->topology, name)->value];
    if (!names(chain.validators, id)) add_once(chain.followers, id);
  }
  for (Chain& chain : next->topology.chains) {
    if (!has_member(chain, id)) continue;
    add_once(chain.joined, id);
    add_once(chain.joining, id);
  }
  return std::move(next->topology);
}

Result<Topology> connect(const Topology& topology, const std::string& id) {
  Result<Step> next = step(topology, id, "connect", {CityState::syncing}, CityState::connected);
  if (!next) return next.error();
  for (Chain& chain : next->topology.chains) std::erase(chain.joining, id);
  return std::move(next->topology);
}

Result<Topology> drain(const Topology& topology, const std::string& id) {
  Result<Step> next = step(topology, id, "drain", {CityState::connected}, CityState::draining);
  if (!next) return next.error();
  if (auto refused = indispensable(next->topology, *next->city)) return *refused;
  return std::move(next->topology);
}

Result<Topology> leave(const Topology& topology, const std::string& id) {
  Result<Step> next = step(topology, id, "let leave", {CityState::draining}, CityState::left);
  if (!next) return next.error();
  const std::vector<std::string> gateways = gateway_cities(topology);
  if (std::find(gateways.begin(), gateways.end(), id) != gateways.end()) {
    return no("can't let leave " + id + ": a gateway stands there");
  }
  for (Chain& chain : next->topology.chains) {
    std::erase(chain.followers, id);
    std::erase(chain.joined, id);
    std::erase(chain.joining, id);
    std::erase(chain.leaving, id);
    std::erase(chain.promoting, id);
  }
  // A service that was to come here stays where it is; one that was to go from here is gone.
  for (Service& service : next->topology.services) {
    std::erase_if(service.moves, [&](const ServiceMove& move) { return move.from == id || move.to == id; });
  }
  return std::move(next->topology);
}

std::string_view to_string(LifeStep::Kind kind) { return step_names[static_cast<std::size_t>(kind)]; }

std::optional<LifeStep::Kind> parse_life_step(std::string_view name) {
  const auto* const found = std::find(step_names.begin(), step_names.end(), name);
  if (found == step_names.end()) return std::nullopt;
  return static_cast<LifeStep::Kind>(found - step_names.begin());
}

Result<Topology> take(const Topology& topology, const LifeStep& step) {
  switch (step.kind) {
    case LifeStep::Kind::commission:
      return commission(topology, step.city, step.validates);
    case LifeStep::Kind::connect:
      return connect(topology, step.city);
    case LifeStep::Kind::drain:
      return drain(topology, step.city);
    case LifeStep::Kind::to_leave:
      if (const auto left = leave(topology, step.city); !left) return left.error();
      return topology;
    case LifeStep::Kind::promote:
      return promote(topology, step.chain, step.city);
    case LifeStep::Kind::settle:
      return settle(topology, step.chain);
    case LifeStep::Kind::reseat:
      return reseat(topology, step.chain, step.city);
    case LifeStep::Kind::leave:
      break;
  }
  return leave(topology, step.city);
}

std::vector<CityIndex> changed_nodes(const Topology& before, const Topology& after) {
  std::vector<bool> changed(after.cities.size(), false);
  const TopologyIndex index(after);
  const auto mark = [&](const std::vector<std::string>& members) {
    for (const std::string& member : members) changed[index.city(member)->value] = true;
  };
  for (std::size_t n = 0; n < after.cities.size(); ++n) changed[n] = before.cities[n].state != after.cities[n].state;
  for (std::size_t n = 0; n < after.chains.size(); ++n) {
    const bool known = n < before.chains.size();
    if (known && same_for_members(before.chains[n], after.chains[n])) continue;
    for (const auto* list : {&after.chains[n].validators, &after.chains[n].followers}) mark(*list);
    if (!known) continue;
    for (const auto* list : {&before.chains[n].validators, &before.chains[n].followers}) mark(*list);
  }
  std::vector<CityIndex> cities;
  for (std::uint32_t n = 0; n < changed.size(); ++n) {
    if (changed[n]) cities.push_back({n});
  }
  return cities;
}

}  // namespace bsn
