#include "sim/topology.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <set>

#include "core/digest.h"
#include "core/expected_finality.h"
#include "core/finality.h"
#include "sim/seat_life.h"

namespace bsn {
namespace {

// bsn_scenario doesn't know node/quorum.h; both fault bounds are one line.
std::uint32_t tolerated_faults(const Network& network, std::uint32_t validators) {
  const bool crashes_only = std::holds_alternative<RaftParameters>(network.engine);
  return crashes_only ? (validators - 1) / 2 : (validators - 1) / 3;
}

constexpr std::uint64_t deposit_in_slashes = 1000;  // what a provider brings to a hub that slashes

std::vector<CityIndex> indices(const TopologyIndex& index, const std::vector<std::string>& ids) {
  std::vector<CityIndex> found;
  for (const std::string& id : ids) {
    const std::optional<CityIndex> city = index.city(id);
    BSN_CHECK(city, "unknown city '" + id + "': check() the topology first");
    found.push_back(*city);
  }
  return found;
}

const Network& network_of(const Topology& topology, const Chain& chain) {
  const auto found = std::find_if(topology.networks.begin(), topology.networks.end(),
                                  [&](const Network& network) { return network.id == chain.name.network; });
  BSN_CHECK(found != topology.networks.end(),
            "unknown network '" + chain.name.network + "': check() the topology first");
  return *found;
}

std::vector<GenesisAccount> genesis_of(const Network& network) {
  std::vector<GenesisAccount> accounts;
  for (std::uint32_t n = 0; n < network.genesis_accounts; ++n) {
    accounts.push_back({"account-" + std::to_string(n), network.genesis_balance});
  }
  accounts.insert(accounts.end(), network.genesis_named.begin(), network.genesis_named.end());
  return accounts;
}

// Without what it knows of other chains, and without accounts.
ChainSpec chain_alone(const Topology& topology, const TopologyIndex& index, std::size_t position) {
  const Chain& chain = topology.chains[position];
  const Network& network = network_of(topology, chain);
  ChainSpec spec;
  spec.index = {static_cast<std::uint32_t>(position)};
  spec.name = chain.name;
  spec.kind = network.kind;
  spec.engine = network.engine;
  spec.block = block_limits(network);
  spec.cost = network.cost;
  spec.mempool = network.mempool;
  spec.validators = indices(index, chain.seats.empty() ? chain.validators : chain.seats);
  spec.founders = chain.founders;
  spec.voters = wanted_voters(chain);
  spec.followers = indices(index, chain.followers);
  spec.stake = chain.stake;
  return spec;
}

bool is_of_a_service(const Topology& topology, std::size_t position) {
  return std::any_of(topology.services.begin(), topology.services.end(),
                     [&](const Service& service) { return service.chain.value == position; });
}

const CrossChain::Hub* find_hub(const Topology& topology, const ChainName& chain) {
  const auto& hubs = topology.cross_chain.hubs;
  const auto found = std::find_if(hubs.begin(), hubs.end(), [&](const auto& hub) { return hub.chain == chain; });
  return found == hubs.end() ? nullptr : &*found;
}

// The chains that hubs connect: those of the topology that belong to no cross-chain network and no service.
std::vector<std::size_t> connected_ends(const Topology& topology) {
  std::vector<std::size_t> ends;
  for (std::size_t n = 0; n < topology.chains.size(); ++n) {
    const bool hub_network = network_of(topology, topology.chains[n]).kind == NetworkKind::cross_chain;
    if (!hub_network && !is_of_a_service(topology, n)) ends.push_back(n);
  }
  return ends;
}

CrossChainPart cross_chain_part(const Topology& topology, std::size_t position) {
  const Chain& chain = topology.chains[position];
  if (const CrossChain::Hub* hub = find_hub(topology, chain.name)) {
    return hub->rules.acknowledged ? CrossChainPart::hub : CrossChainPart::one_way_hub;
  }
  const bool end = !topology.cross_chain.hubs.empty() && !is_of_a_service(topology, position) &&
                   network_of(topology, chain).kind != NetworkKind::cross_chain;
  return end ? CrossChainPart::end : CrossChainPart::none;
}

void add_hub(const Topology& topology, const TopologyIndex& index, const CrossChain::Hub& hub, ChainSpec& spec) {
  spec.cross_chain.hub = CrossChainSpec::Hub{hub.rules, {}};
  if (hub.rules.slash > 0) spec.genesis.push_back({std::string(slashed_account), 0});
  for (const std::size_t end : connected_ends(topology)) {
    spec.cross_chain.hub->chains.push_back(client_spec(chain_alone(topology, index, end)));
    if (hub.rules.slash == 0) continue;
    spec.genesis.push_back({provider_account(topology.chains[end].name), deposit_in_slashes * hub.rules.slash});
  }
}

void add_links(const Topology& topology, const TopologyIndex& index, ChainSpec& spec) {
  std::vector<ChainName> others;
  for (const std::size_t end : connected_ends(topology)) {
    if (topology.chains[end].name != spec.name) others.push_back(topology.chains[end].name);
  }
  for (const CrossChain::Hub& hub : topology.cross_chain.hubs) {
    const std::optional<ChainIndex> at = index.chain(hub.chain);
    BSN_CHECK(at, "unknown hub '" + to_string(hub.chain) + "': check() the topology first");
    spec.cross_chain.links.push_back({client_spec(chain_alone(topology, index, at->value)), hub.rules, others});
  }
}

ChainSpec chain_spec(const Topology& topology, const TopologyIndex& index, std::size_t position) {
  ChainSpec spec = chain_alone(topology, index, position);
  spec.genesis = genesis_of(network_of(topology, topology.chains[position]));
  if (topology.cross_chain.hubs.empty() || is_of_a_service(topology, position)) return spec;
  if (const CrossChain::Hub* hub = find_hub(topology, spec.name)) {
    add_hub(topology, index, *hub, spec);
  } else if (spec.kind != NetworkKind::cross_chain) {
    add_links(topology, index, spec);
  }
  return spec;
}

CitySpec city_spec(const Topology& topology, CityIndex index) {
  const City& city = topology.cities[index.value];
  return {index, city.id, city.place, city.state, {}};
}

// A second's worth of calls may come at once.
void add_terms(const Service& service, RouteSpec& route) {
  const double tps = service.capacity.calls_per_second;
  route.owner = service.project;
  route.plan = {tps, std::max(tps, 1.0), 0};
  route.contracts = service.contracts;
}

RoutingRule routing_rule(const TopologyIndex& index, const RoutingChoice& choice) {
  return {choice.policy, indices(index, choice.cities), choice.hedge_after, choice.compare};
}

const RoutingChoice* choice_for(const std::vector<NamedRouting>& list, const std::string& id) {
  const auto named = std::find_if(list.begin(), list.end(), [&](const NamedRouting& one) { return one.id == id; });
  return named == list.end() ? nullptr : &named->choice;
}

RouteSpec route_spec(const Topology& topology, const TopologyIndex& index, std::size_t position) {
  const Chain& chain = topology.chains[position];
  const Network& network = network_of(topology, chain);
  // Nobody calls a peer outside BSN, nor one that hosts nothing yet or any more.
  const auto reachable = [&](const std::vector<std::string>& members) {
    std::vector<std::string> reached;
    for (const std::string& member : members) {
      const std::optional<CityIndex> city = index.city(member);
      const CityState state = city ? topology.cities[city->value].state : CityState::connected;
      const bool there = hosts_peers(state) && state != CityState::outside;
      if (is_hosted(chain, member) && there && !names(chain.joining, member) && !names(chain.leaving, member))
        reached.push_back(member);
    }
    return indices(index, reached);
  };
  RouteSpec route{{static_cast<std::uint32_t>(position)},
                  chain.name,
                  network.kind,
                  std::string(family_name(network.engine)),
                  reachable(chain.validators),
                  reachable(chain.followers),
                  chain.state};
  for (const Service& service : topology.services) {
    if (service.chain == route.index) add_terms(service, route);
  }
  const RoutingChoice* own = choice_for(topology.routing.networks, network.id);
  route.routing = routing_rule(index, own != nullptr ? *own : topology.routing.choice);
  const auto same_network = [&](const Chain& other) { return other.name.network == network.id; };
  const auto first = std::find_if(topology.chains.begin(), topology.chains.end(), same_network);
  if (&*first == &chain) route.native = network.native;
  route.cross_chain = cross_chain_part(topology, position);
  route.finality = expected_finality(chain_alone(topology, index, position));
  return route;
}

}  // namespace

TopologyIndex::TopologyIndex(const Topology& topology) {
  for (std::uint32_t n = 0; n < topology.cities.size(); ++n) cities_.emplace(topology.cities[n].id, CityIndex{n});
  for (std::uint32_t n = 0; n < topology.chains.size(); ++n) {
    if (topology.chains[n].state != RouteState::retired) chains_.emplace(topology.chains[n].name, ChainIndex{n});
  }
}

std::optional<CityIndex> TopologyIndex::city(const std::string& id) const {
  const auto found = cities_.find(id);
  return found == cities_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<ChainIndex> TopologyIndex::chain(const ChainName& name) const {
  const auto found = chains_.find(name);
  return found == chains_.end() ? std::nullopt : std::optional(found->second);
}

std::uint32_t tolerated_faults(const Topology& topology, const Chain& chain) {
  if (chain.validators.empty()) return 0;
  return tolerated_faults(network_of(topology, chain), static_cast<std::uint32_t>(chain.validators.size()));
}

bool has_outside_validators(const Topology& topology, const Chain& chain) {
  return chain.validators.empty() &&
         std::any_of(topology.networks.begin(), topology.networks.end(), [&](const Network& network) {
           return network.id == chain.name.network && network.outside.validators > 0;
         });
}

std::uint32_t validators_per_provider(const Network& network, std::size_t validators) {
  if (network.kind == NetworkKind::public_) return std::numeric_limits<std::uint32_t>::max();
  if (validators == 0) return 1;
  return std::max<std::uint32_t>(1, tolerated_faults(network, static_cast<std::uint32_t>(validators)));
}

BlockLimits block_limits(const Network& network) {
  BlockLimits limits = network.block;
  const auto at_most = [&](std::uint64_t transactions) {
    const auto fit = static_cast<std::uint32_t>(std::min<std::uint64_t>(transactions, limits.max_transactions));
    limits.max_transactions = std::max(fit, 1U);
  };
  const BlockBudget& budget = network.budget;
  if (budget.max_gas > 0 && budget.transaction_gas > 0) at_most(budget.max_gas / budget.transaction_gas);
  if (budget.max_cpu.ns > 0 && network.cost.execute.ns > 0) {
    at_most(static_cast<std::uint64_t>(budget.max_cpu.ns / network.cost.execute.ns));
  }
  return limits;
}

std::optional<std::size_t> find_zone(const Topology& topology, const std::string& name) {
  const auto found =
      std::find_if(topology.zones.begin(), topology.zones.end(), [&](const Zone& zone) { return zone.name == name; });
  if (found == topology.zones.end()) return std::nullopt;
  return static_cast<std::size_t>(found - topology.zones.begin());
}

Line line_of(const Topology& topology, const City& city) {
  if (!city.line.is_unlimited()) return city.line;
  const auto zone = find_zone(topology, city.zone);
  return zone ? topology.zones[*zone].line : Line{};
}

bool names(const std::vector<std::string>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

bool has_member(const Chain& chain, const std::string& city) {
  return names(chain.validators, city) || names(chain.followers, city);
}

bool is_hosted(const Chain& chain, const std::string& city) {
  return chain.state != RouteState::retired && has_member(chain, city);
}

std::optional<CityIndex> find_city(const Topology& topology, const std::string& id) {
  for (std::uint32_t n = 0; n < topology.cities.size(); ++n) {
    if (topology.cities[n].id == id) return CityIndex{n};
  }
  return std::nullopt;
}

std::optional<ChainIndex> find_chain(const Topology& topology, const ChainName& name) {
  for (std::uint32_t n = 0; n < topology.chains.size(); ++n) {
    if (topology.chains[n].name == name && topology.chains[n].state != RouteState::retired) return ChainIndex{n};
  }
  return std::nullopt;
}

std::vector<CitySpec> city_specs(const Topology& topology) {
  std::vector<CitySpec> specs;
  for (std::uint32_t n = 0; n < topology.cities.size(); ++n) specs.push_back(city_spec(topology, {n}));
  return specs;
}

std::vector<ChainSpec> chain_specs(const Topology& topology) {
  const TopologyIndex index(topology);
  std::vector<ChainSpec> specs;
  for (std::size_t n = 0; n < topology.chains.size(); ++n) specs.push_back(chain_spec(topology, index, n));
  return specs;
}

NodeSpec node_spec(const Topology& topology, CityIndex self, std::uint64_t seed, Durability durability) {
  const TopologyIndex index(topology);
  const City& home = topology.cities.at(self.value);
  NodeSpec spec;
  spec.self = self;
  spec.revision = topology.revision;
  spec.seed = seed;
  spec.wan = topology.wan;
  spec.durability = durability;
  std::set<CityIndex> partners = {self};
  for (std::size_t n = 0; hosts_peers(home.state) && n < topology.chains.size(); ++n) {
    if (!is_hosted(topology.chains[n], home.id)) continue;
    spec.chains.push_back(chain_spec(topology, index, n));
    if (names(topology.chains[n].joined, home.id)) spec.joins.push_back(spec.chains.back().index);
    partners.insert(spec.chains.back().validators.begin(), spec.chains.back().validators.end());
    partners.insert(spec.chains.back().followers.begin(), spec.chains.back().followers.end());
  }
  for (const CityIndex partner : partners) spec.cities.push_back(city_spec(topology, partner));
  return spec;
}

std::optional<std::size_t> find_relayer(const Topology& topology, const std::string& name) {
  const auto& all = topology.cross_chain.relayers;
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& relayer) { return relayer.name == name; });
  if (found == all.end()) return std::nullopt;
  return static_cast<std::size_t>(found - all.begin());
}

std::vector<std::string> gateway_cities(const Topology& topology) {
  std::vector<std::string> cities{topology.gateway_city};
  cities.insert(cities.end(), topology.more_gateways.begin(), topology.more_gateways.end());
  return cities;
}

std::string gateway_name(const Topology& topology, std::size_t number) {
  return number == 0 ? "gateway" : "gateway-" + topology.more_gateways.at(number - 1);
}

std::optional<std::size_t> find_gateway(const Topology& topology, const std::string& name) {
  for (std::size_t number = 0; number <= topology.more_gateways.size(); ++number) {
    if (gateway_name(topology, number) == name) return number;
  }
  return std::nullopt;
}

std::vector<std::size_t> gateways_near(const Topology& topology, CityIndex city) {
  WanParameters wan = topology.wan;
  wan.enabled = true;  // near is near, whether or not the way takes time
  const Place& from = topology.cities.at(city.value).place;
  std::vector<std::pair<Duration, std::size_t>> ways;
  for (const std::string& home : gateway_cities(topology)) {
    const std::optional<CityIndex> there = find_city(topology, home);
    BSN_CHECK(there, "unknown city '" + home + "': check() the topology first");
    ways.emplace_back(link_profile(wan, from, topology.cities[there->value].place).base, ways.size());
  }
  std::sort(ways.begin(), ways.end());
  std::vector<std::size_t> numbers;
  numbers.reserve(ways.size());
  for (const auto& [way, number] : ways) numbers.push_back(number);
  return numbers;
}

GatewaySpec gateway_spec(const Topology& topology, std::uint64_t seed, std::size_t number) {
  const TopologyIndex index(topology);
  GatewaySpec spec;
  spec.revision = topology.revision;
  const std::string home = gateway_cities(topology).at(number);
  spec.home = indices(index, {home}).front();
  spec.seed = number == 0 ? seed : Random(seed).fork("gateway/" + home).next();
  spec.team.gateways = static_cast<std::uint32_t>(1 + topology.more_gateways.size());
  if (number > 0) spec.team.holder_city = topology.gateway_city;
  spec.wan = topology.wan;
  spec.cities = city_specs(topology);
  std::erase_if(spec.cities, [](const CitySpec& city) { return city.state == CityState::outside; });
  for (std::size_t n = 0; n < topology.chains.size(); ++n) spec.routes.push_back(route_spec(topology, index, n));
  for (const Project& project : topology.projects) {
    spec.projects.push_back({project.id, sha256(project.key), project.networks, project.plan});
    const RoutingChoice* own = choice_for(topology.routing.projects, project.id);
    if (own != nullptr) spec.projects.back().routing = routing_rule(index, *own);
  }
  spec.retry = topology.retry;
  spec.health = topology.health;
  spec.max_calls = topology.max_calls;
  return spec;
}

}  // namespace bsn
