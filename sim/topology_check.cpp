// check(Topology): what is wrong with a topology as a whole. What one value may be is the reader's to say.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/call.h"
#include "core/packet.h"
#include "sim/config_kinds.h"
#include "sim/edit_distance.h"
#include "sim/engine_check.h"
#include "sim/topology.h"

namespace bsn {
namespace {

class TopologyCheck {
 public:
  explicit TopologyCheck(const Topology& topology) : topology_(topology), index_(topology) {}

  std::vector<std::string> run() {
    cities();
    zones();
    gateway_city();
    routing();
    networks();
    for (std::size_t n = 0; n < topology_.chains.size(); ++n) chain(n);
    projects();
    cross_chain();
    return std::move(findings_);
  }

  std::vector<std::string> run_chain(ChainIndex index) {
    chain(index.value);
    return std::move(findings_);
  }

  // After run().
  std::vector<std::string> warnings() { return std::move(warnings_); }

 private:
  template <class... Args>
  void found(fmt::format_string<Args...> format, Args&&... args) {
    findings_.push_back(fmt::format(format, std::forward<Args>(args)...));
  }

  void add(std::size_t network, const EngineFinding& finding, const std::string& chain = {}) {
    const std::string for_chain = chain.empty() ? "" : " (chain '" + chain + "')";
    std::string sentence =
        fmt::format("networks[{}].consensus.{}: {}{}", network, finding.key, finding.what, for_chain);
    (finding.refused ? findings_ : warnings_).push_back(std::move(sentence));
  }

  // One finding for each name that stands a second time in a list.
  template <class List, class NameOf>
  void no_twice(const char* list, const char* what, const List& entries, NameOf name_of) {
    std::map<std::string, std::size_t> first;
    for (std::size_t n = 0; n < entries.size(); ++n) {
      const std::string name = name_of(entries[n]);
      if (name.empty()) continue;
      const auto [known, fresh] = first.emplace(name, n);
      if (!fresh)
        found("{}[{}]: {} '{}' stands already in {}[{}]; remove one or rename it", list, n, what, name, list,
              known->second);
    }
  }

  void cities() {
    if (topology_.cities.empty()) found("cities: there is no city node; list at least one, or include a topology");
    for (std::size_t n = 0; n < topology_.cities.size(); ++n) {
      if (topology_.cities[n].id.find(".outside-") == std::string::npos) continue;
      found("cities[{}].id: '{}' is a name for hosts outside BSN; choose another", n, topology_.cities[n].id);
    }
    no_twice("cities", "city", topology_.cities, [](const City& city) { return city.id; });
    for (std::size_t n = 0; n < topology_.cities.size(); ++n) {
      if (topology_.cities[n].id.empty()) found("cities[{}].id: is empty; give the city node a name", n);
      known_chains(fmt::format("cities[{}].follows", n), topology_.cities[n].follows);
      known_chains(fmt::format("cities[{}].validates", n), topology_.cities[n].validates);
    }
  }

  void known_chains(const std::string& place, const std::vector<std::string>& named) {
    if (named.empty()) return;
    std::vector<std::string> known;
    for (const Chain& chain : topology_.chains) known.push_back(to_string(chain.name));
    for (const std::string& name : named) {
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      found("{}: unknown chain '{}'{}", place, name, suggestion(name, known));
    }
  }

  void zones() {
    no_twice("zones", "zone", topology_.zones, [](const Zone& zone) { return zone.name; });
    for (std::size_t n = 0; n < topology_.zones.size(); ++n) {
      const std::size_t told = topology_.zones[n].latency.size();
      if (told == 0 || told == topology_.zones.size()) continue;
      found("zones[{}].latency: names {} zones of {}; give one latency for each zone, or none", n, told,
            topology_.zones.size());
    }
    for (std::size_t n = 0; n < topology_.cities.size(); ++n) zone("cities", n, topology_.cities[n].zone);
    for (std::size_t n = 0; n < topology_.world.size(); ++n) zone("world", n, topology_.world[n].zone);
  }

  void zone(const char* list, std::size_t n, const std::string& name) {
    if (name.empty() || find_zone(topology_, name)) return;
    found("{}[{}].zone: unknown zone '{}'; describe it under zones", list, n, name);
  }

  void gateway_city() {
    const std::vector<std::string> homes = gateway_cities(topology_);
    std::set<std::string> taken;
    for (std::size_t n = 0; n < homes.size(); ++n) {
      const std::string place = n == 0 ? "gateway.city" : fmt::format("gateway.also_in[{}]", n - 1);
      const std::optional<CityIndex> city = index_.city(homes[n]);
      if (!city) {
        found("{}: unknown city '{}'; name one of the cities", place, homes[n]);
      } else if (!hosts_peers(topology_.cities[city->value].state)) {
        found("{}: '{}' is under construction or has left; put the gateway in a connected city", place, homes[n]);
      }
      if (!taken.insert(homes[n]).second) found("{}: '{}' has a gateway already; name another city", place, homes[n]);
    }
    if (homes.size() > most_gateways) found("gateway.also_in: at most {} gateways in all", most_gateways);
  }

  void cross_chain() {
    const CrossChain& all = topology_.cross_chain;
    for (std::size_t n = 0; n < all.hubs.size(); ++n) {
      const std::string name = to_string(all.hubs[n].chain);
      const bool known = index_.chain(all.hubs[n].chain).has_value();
      if (!known) found("cross_chain.hubs[{}].chain: there is no chain '{}'", n, name);
      const bool of_a_hub = known && network_kind(all.hubs[n].chain.network) == NetworkKind::cross_chain;
      if (known && !of_a_hub) found("cross_chain.hubs[{}].chain: '{}' is not of a cross-chain network", n, name);
    }
    no_twice("cross_chain.hubs", "chain", all.hubs, [](const auto& hub) { return to_string(hub.chain); });
    no_twice("cross_chain.relayers", "name", all.relayers, [](const auto& relayer) { return relayer.name; });
    for (std::size_t n = 0; n < all.relayers.size(); ++n) {
      const std::string& city = all.relayers[n].city;
      if (!index_.city(city)) found("cross_chain.relayers[{}].city: unknown city '{}'", n, city);
      const std::string& name = all.relayers[n].name;
      const bool of_another =
          index_.city(name) || find_gateway(topology_, name) || name == "operator" || name == "outside";
      if (of_another) found("cross_chain.relayers[{}].name: '{}' names another process; choose another", n, name);
    }
    if (all.hubs.empty() && !all.relayers.empty()) found("cross_chain.relayers: there is no hub to relay for");
  }

  std::optional<NetworkKind> network_kind(const std::string& id) const {
    for (const Network& network : topology_.networks) {
      if (network.id == id) return network.kind;
    }
    return std::nullopt;
  }

  void routing() {
    const Routing& routing = topology_.routing;
    choice(routing.choice, "gateway.routing");
    const auto named = [&](const std::vector<NamedRouting>& list, const std::string& place, const char* what,
                           const auto& known) {
      no_twice(place.c_str(), what, list, [](const NamedRouting& one) { return one.id; });
      for (std::size_t n = 0; n < list.size(); ++n) {
        const std::string here = fmt::format("{}[{}]", place, n);
        if (!known(list[n].id)) found("{}.id: there is no {} '{}'", here, what, list[n].id);
        choice(list[n].choice, here);
      }
    };
    const auto among = [](const auto& all) {
      return [&all](const std::string& id) {
        return std::any_of(all.begin(), all.end(), [&](const auto& one) { return one.id == id; });
      };
    };
    named(routing.networks, "gateway.routing.networks", "network", among(topology_.networks));
    named(routing.projects, "gateway.routing.projects", "project", among(topology_.projects));
  }

  void choice(const RoutingChoice& choice, const std::string& place) {
    if (choice.policy == RoutePolicy::pinned && choice.cities.empty()) {
      found("{}.cities: pinned to no city; name those that may be called", place);
    }
    if (choice.policy != RoutePolicy::pinned && !choice.cities.empty()) {
      found("{}.cities: only the policy 'pinned' goes by cities; leave them out", place);
    }
    if (choice.compare == 1) {
      found("{}.compare: one peer has nobody to be compared with; say 2 to {}, or leave it out", place,
            RoutingRule::compare_max);
    } else if (choice.policy == RoutePolicy::pinned && choice.compare > choice.cities.size()) {
      found("{}.compare: {} peers are to agree and {} cities are named; name more, or compare fewer", place,
            choice.compare, choice.cities.size());
    }
    for (std::size_t n = 0; n < choice.cities.size(); ++n) {
      if (!index_.city(choice.cities[n])) found("{}.cities[{}]: unknown city '{}'", place, n, choice.cities[n]);
    }
  }

  void networks() {
    no_twice("networks", "network", topology_.networks, [](const Network& network) { return network.id; });
    no_twice("chains", "chain", topology_.chains,
             [](const Chain& chain) { return chain.state == RouteState::retired ? "" : to_string(chain.name); });
    for (std::size_t n = 0; n < topology_.networks.size(); ++n) {
      const Network& network = topology_.networks[n];
      engine(network, n);
      budget(network, n);
      genesis(network, n);
      native(network, n);
      const bool hosted = std::any_of(topology_.chains.begin(), topology_.chains.end(),
                                      [&](const Chain& chain) { return chain.name.network == network.id; });
      if (!hosted)
        found("networks[{}]: nobody hosts network '{}'; give it a chain with validators, or leave it out", n,
              network.id);
    }
  }

  void budget(const Network& network, std::size_t n) {
    const BlockBudget& budget = network.budget;
    if (budget.max_gas > 0 && budget.transaction_gas > budget.max_gas) {
      found("networks[{}].block.transaction_gas: {} is above max_gas {}; no block would hold a transaction", n,
            budget.transaction_gas, budget.max_gas);
    }
    if (budget.max_gas > 0 && budget.transaction_gas == 0) {
      found("networks[{}].block.max_gas: counts for nothing without transaction_gas; set it, or leave max_gas out", n);
    }
    if (budget.max_cpu.ns > 0 && network.cost.execute.ns == 0) {
      found("networks[{}].block.max_cpu: counts for nothing without cost.execute; set it, or leave max_cpu out", n);
    }
    if (budget.max_cpu.ns > 0 && network.cost.execute > budget.max_cpu) {
      found("networks[{}].cost.execute: {} is above block.max_cpu {}; no block would hold a transaction", n,
            to_string(network.cost.execute), to_string(budget.max_cpu));
    }
  }

  void genesis(const Network& network, std::size_t n) {
    std::set<std::string> names;
    for (const GenesisAccount& one : network.genesis_named) {
      if (one.account.empty() || one.account.size() > CallLimits::name_bytes || one.account.starts_with("account-")) {
        found(
            "networks[{}].genesis.named: '{}' is no name for an account; it has 1 to 64 bytes and does not begin "
            "with account-",
            n, one.account);
      }
      if (!names.insert(one.account).second) {
        found("networks[{}].genesis.named: account '{}' is there twice; leave one out", n, one.account);
      }
    }
  }

  void native(const Network& network, std::size_t n) {
    const NativeInterface& native = network.native;
    if (native.netcode.empty()) return;
    if (native.dialect != "ethereum") {
      found("networks[{}].native.dialect: '{}' is spoken by nobody here; there is ethereum", n, native.dialect);
    }
    if (!is_name(native.netcode)) {
      found("networks[{}].native.netcode: '{}' can't stand in a URL; use letters, digits, '-', '_' and '.'", n,
            native.netcode);
    }
    if (!netcodes_.insert(native.netcode).second) {
      found("networks[{}].native.netcode: two networks are called '{}'; rename one", n, native.netcode);
    }
  }

  void engine(const Network& network, std::size_t n) {
    for (const EngineFinding& one : check_engine(network.engine)) add(n, one);
    if (network.outside.validators == 0) return;
    if (network.kind != NetworkKind::public_) {
      found("networks[{}].outside: network '{}' is {}; only public networks have validators outside BSN", n, network.id,
            to_string(network.kind));
    }
    if (topology_.world.empty()) {
      found("networks[{}].outside: nobody says where in the world validators may stand; include world.yaml", n);
    }
  }

  void chain(std::size_t n) {
    const Chain& chain = topology_.chains[n];
    if (chain.state == RouteState::retired) return;
    const auto network = std::find_if(topology_.networks.begin(), topology_.networks.end(),
                                      [&](const Network& one) { return one.id == chain.name.network; });
    if (network == topology_.networks.end()) {
      return found(
          "chains[{}].name: chain '{}' belongs to the unknown network '{}'; describe it under networks or include "
          "its file",
          n, to_string(chain.name), chain.name.network);
    }
    const bool outside = has_outside_validators(topology_, chain);
    if (chain.validators.empty() && !outside)
      found("chains[{}]: chain '{}' has no validators; name at least one city{}", n, to_string(chain.name),
            network->kind == NetworkKind::public_ ? ", or give its network outside validators" : "");
    if (!chain.stake.empty() && chain.stake.size() != chain.validators.size()) {
      found("chains[{}].stake: is said of {} validators, '{}' names {}; say it of each, or of none", n,
            chain.stake.size(), to_string(chain.name), chain.validators.size());
    }
    if (!chain.stake.empty() && !grows_a_tree(network->engine)) {
      found("chains[{}].stake: validators of '{}' have one vote each; remove it", n, to_string(chain.name));
    }
    std::set<std::string> members;
    peers(*network, chain, n, "validators", chain.validators, members);
    peers(*network, chain, n, "followers", chain.followers, members);
    providers(*network, chain, n);
    faults(*network, chain, n);
    committee(*network, static_cast<std::size_t>(network - topology_.networks.begin()), chain, n);
  }

  void peers(const Network& network, const Chain& chain, std::size_t n, const char* role,
             const std::vector<std::string>& cities, std::set<std::string>& members) {
    for (std::size_t k = 0; k < cities.size(); ++k) {
      const std::string place = fmt::format("chains[{}].{}[{}]", n, role, k);
      if (!members.insert(cities[k]).second) {
        found("{}: '{}' has a peer of '{}' already; name each city once", place, cities[k], to_string(chain.name));
      }
      peer(network, role, place, cities[k]);
    }
  }

  void peer(const Network& network, std::string_view role, const std::string& place, const std::string& id) {
    const std::optional<CityIndex> index = index_.city(id);
    if (!index) return found("{}: unknown city '{}'; name one of the cities", place, id);
    const City& city = topology_.cities[index->value];
    // A validator that left keeps its seat, see life_cycle.h.
    if (city.state == CityState::building || (city.state == CityState::left && role == "followers")) {
      return found("{}: '{}' can host nothing, it is under construction or has left; choose a connected city", place,
                   id);
    }
    const bool mainland = city.place.region == Region::mainland;
    if (network.kind == NetworkKind::alliance && !mainland) {
      found("{}: '{}' is overseas, but peers of alliance networks stand on the mainland; choose a mainland city", place,
            id);
    }
    if (network.kind == NetworkKind::public_ && mainland) {
      found("{}: '{}' is on the mainland, but public networks hang off overseas nodes; choose an overseas city", place,
            id);
    }
  }

  void providers(const Network& network, const Chain& chain, std::size_t n) {
    std::map<Provider, std::uint32_t> held;
    for (const std::string& id : chain.validators) {
      if (const auto index = index_.city(id)) ++held[topology_.cities[index->value].place.provider];
    }
    const std::uint32_t most = validators_per_provider(network, chain.validators.size());
    for (const auto& [provider, count] : held) {
      if (count <= most) continue;
      found(
          "chains[{}].validators: {} of the {} validators of '{}' stand on {}, whose failure may take at most {}; move "
          "some to other providers",
          n, count, chain.validators.size(), to_string(chain.name), to_string(provider), most);
    }
  }

  // f of n: less than a third with byzantine families, less than half with raft.
  void faults(const Network& network, const Chain& chain, std::size_t n) {
    const std::size_t validators =
        has_outside_validators(topology_, chain) ? network.outside.validators : chain.validators.size();
    if (chain.tolerates == 0 || validators == 0) return;
    const bool crashes_only = std::holds_alternative<RaftParameters>(network.engine);
    const std::size_t per_fault = crashes_only ? 2 : 3;
    const std::size_t most = (validators - 1) / per_fault;
    if (chain.tolerates <= most) return;
    found(
        "chains[{}].tolerates: {} faulty of {} validators are too many for {}, which bears fewer than a {}, hence {}; "
        "lower it, or name {} validators",
        n, chain.tolerates, validators, family_name(network.engine), crashes_only ? "half" : "third", most,
        per_fault * chain.tolerates + 1);
  }

  void committee(const Network& network, std::size_t number, const Chain& chain, std::size_t n) {
    if (chain.validators.size() > most_validators) {
      found("chains[{}].validators: {} are too many; a chain has at most {}", n, chain.validators.size(),
            most_validators);
    }
    std::vector<Place> places;
    const bool outside = has_outside_validators(topology_, chain);
    for (const WorldSite& site : topology_.world) {
      if (outside) places.push_back({site.latitude, site.longitude, site.region, Provider::microsoft_azure});
    }
    for (const std::string& id : chain.validators) {
      if (const auto index = index_.city(id)) places.push_back(topology_.cities[index->value].place);
    }
    if (places.empty()) return;
    const std::size_t validators = outside ? network.outside.validators : chain.validators.size();
    const Duration round_trip = slowest_round_trip(topology_.wan, places);
    for (const EngineFinding& one : check_committee(network.engine, validators, round_trip)) {
      add(number, one, to_string(chain.name));
    }
  }

  void projects() {
    if (topology_.projects.empty()) found("projects: there is no project; without an access key nobody may call");
    no_twice("projects", "project", topology_.projects, [](const Project& project) { return project.id; });
    no_twice("projects", "access key", topology_.projects, [](const Project& project) { return project.key; });
    for (std::size_t n = 0; n < topology_.projects.size(); ++n) project(topology_.projects[n], n);
  }

  void project(const Project& project, std::size_t n) {
    if (is_remote_project(project.id)) {
      found("projects[{}].id: names that begin with {} are kept for the calls of other chains; choose another", n,
            remote_project_prefix);
    }
    for (std::size_t k = 0; k < project.networks.size(); ++k) {
      const std::string& id = project.networks[k];
      const bool known = id == "*" || std::any_of(topology_.networks.begin(), topology_.networks.end(),
                                                  [&](const Network& network) { return network.id == id; });
      if (!known)
        found("projects[{}].networks[{}]: unknown network '{}'; name a network of this topology, or \"*\" for all", n,
              k, id);
    }
    if (project.plan.calls_per_second > 0 && project.plan.burst < 1) {
      found("projects[{}].plan.burst: a plan with calls_per_second needs a burst of at least 1", n);
    }
  }

  const Topology& topology_;
  std::set<std::string> netcodes_;
  const TopologyIndex index_;
  std::vector<std::string> findings_;
  std::vector<std::string> warnings_;
};

}  // namespace

std::vector<std::string> check(const Topology& topology) { return TopologyCheck(topology).run(); }

std::vector<std::string> check_chain(const Topology& topology, ChainIndex chain) {
  return TopologyCheck(topology).run_chain(chain);
}

std::vector<std::string> warnings(const Topology& topology) {
  TopologyCheck check(topology);
  check.run();
  return check.warnings();
}

}  // namespace bsn
