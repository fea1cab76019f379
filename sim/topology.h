// The topology of a service network: city nodes, networks, chains and who hosts them, projects, the gateway's home.
//
// Plain values as read from configs/topologies and configs/networks by scenario_file; `check` finds what is wrong with
// them as a whole, `node_spec`, `gateway_spec` and `chain_specs` give each process its part.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/chain_spec.h"
#include "core/gateway_spec.h"
#include "core/result.h"
#include "sim/line.h"
#include "sim/published.h"
#include "sim/service.h"

namespace bsn {

struct City {
  std::string id;        // "beijing": names the city node everywhere
  std::string name;      // "Beijing"
  std::string province;  // or country
  Place place;
  CityState state = CityState::connected;
  std::vector<std::string> follows{};    // "network/chain": see commission() of life_cycle.h
  std::vector<std::string> validates{};  // "network/chain": of these it becomes a validator then
  Capacity capacity = city_capacity;     // for services; the topology's own chains are not counted
  std::string zone{};                    // of Topology::zones; empty: none
  Line line{};                           // its own; unlimited: its zone's
};

// Where validators of public networks stand: a city of the world, and how likely it is chosen.
struct WorldSite {
  std::string name;     // "Frankfurt"
  std::string country;  // "DE"
  double latitude = 0;
  double longitude = 0;
  Region region = Region::overseas;
  double weight = 1;   // > 0, relative to the others
  std::string zone{};  // of Topology::zones; empty: none
};

// The validators of a public network outside BSN (sim/outside.h).
struct OutsidePeers {
  std::uint32_t validators = 0;  // 0: the network has none
  double zipf = 0;               // exponent of how stake or hash power is spread over them; 0: evenly
  Line line{};                   // of each; unlimited: that of its site's zone
};

// What else bounds a block: the network's own unit of work (gas, cycles, quota, weight) and computing time.
struct BlockBudget {
  std::uint64_t max_gas = 0;          // of one block; 0: not counted
  std::uint64_t transaction_gas = 0;  // of one transaction; 0: not counted
  Duration max_cpu{};                 // for executing one block; 0: not counted
};

// One blockchain system as configs/networks/<id>.yaml describes it.
struct Network {
  std::string id;    // "fabric"
  std::string name;  // "Hyperledger Fabric"
  NetworkKind kind = NetworkKind::alliance;
  std::string protocol;  // "etcdraft", "PBFT", "Tendermint" ...: shown, not interpreted
  EngineParameters engine;
  OutsidePeers outside;
  BlockLimits block;
  BlockBudget budget;
  BlockWeight weight;
  TransactionCost cost;
  MempoolLimits mempool;
  std::uint32_t genesis_accounts = 1000;      // "account-0" ...
  std::uint64_t genesis_balance = 1'000'000;  // of each
  std::vector<GenesisAccount> genesis_named;  // further ones, by name
  NativeInterface native;                     // as RouteSpec::native, of its first chain
  std::vector<PublishedFigure> published;     // what `bsnsim calibrate` holds the simulation against
};

// One ledger and its hosts, by city id.
struct Chain {
  ChainName name;
  std::vector<std::string> validators;  // none in the file: the network's outside peers
  std::vector<std::string> followers;
  std::vector<std::uint64_t> stake{};  // as ChainSpec::stake; of outside peers set by with_outside_peers
  std::uint32_t tolerates = 0;         // faulty validators that it has to bear; check() refuses what it can't

  // What became of it in a running cluster; no file says so.
  RouteState state = RouteState::open;   // retired: it keeps its place in the list, hosted by nobody
  std::vector<std::string> joined{};     // members that came, with an empty disk, while it ran
  std::vector<std::string> joining{};    // of these, those that have not caught up: no route leads there
  std::vector<std::string> leaving{};    // members that go once no call is out there: no route leads there any more
  std::vector<std::string> promoting{};  // followers that get a validator's seat when they have caught up
  std::vector<std::string> seats{};      // as ChainSpec::validators; empty: the validators, none of whom ever changed
  std::uint32_t founders = 0;            // as ChainSpec::founders
  bool reseating = false;                // validators were changed, and the chain has not followed yet
};

struct Project {
  std::string id;
  std::string key;                    // access key in clear: a scenario's keys open nothing but the simulation
  std::vector<std::string> networks;  // "*": all
  Plan plan;
};

// A RoutingRule (core/gateway_spec.h) with cities by name.
struct RoutingChoice {
  RoutePolicy policy = RoutePolicy::nearest;
  std::vector<std::string> cities{};  // pinned
  Duration hedge_after = RoutingRule{}.hedge_after;
  std::uint32_t compare = 0;
};

// Of one network's or project's calls.
struct NamedRouting {
  std::string id;
  RoutingChoice choice;
};

// How the gateway chooses peers: a project's choice counts before its network's, and that before the one for all.
struct Routing {
  RoutingChoice choice;
  std::vector<NamedRouting> networks{}, projects{};
};

// Cross-chain calls: every chain that is not a hub's is linked to every hub, but for those of services.
struct CrossChain {
  struct Hub {
    ChainName chain;
    ChannelRules rules;
  };
  struct RelayerPlace {
    std::string name;
    std::string city;  // where its calls come from
  };
  std::vector<Hub> hubs;  // none: no cross-chain calls
  std::vector<RelayerPlace> relayers;
};

struct Topology {
  std::string name;
  std::uint64_t revision = 0;  // grows with every change of a running cluster
  WanParameters wan;
  std::string gateway_city;                  // of the first gateway, which holds the accounts and quotas
  std::vector<std::string> more_gateways{};  // cities with a further one each
  std::vector<City> cities;                  // the order is the CityIndex
  std::vector<WorldSite> world;
  std::vector<Zone> zones{};  // of cities and world sites that name one
  double outside_scale = 0;   // share of the outside peers that a run carries; 0: as its mode has it (sim/outside.h)
  std::vector<Network> networks;
  std::vector<Chain> chains;  // the order is the ChainIndex
  std::vector<Project> projects;
  std::vector<Service> services{};  // deployed while it runs, retired ones included; no file says so
  RetryParameters retry;
  HealthParameters health;
  Routing routing{};
  CrossChain cross_chain{};
  std::uint32_t max_calls = 20'000;
};

// The place of the relayer of this name in cross_chain.relayers; nullopt: there is none.
std::optional<std::size_t> find_relayer(const Topology& topology, const std::string& name);

// What is wrong with the topology as a whole: duplicate or unknown city, a peer on a building city, a chain of an
// unknown network, parameters of an engine that can't work, more than f validators of an alliance or cross-chain chain
// on one provider, a public chain's peer on the mainland ... One sentence each, naming place and mend; empty: fine. A
// sentence begins with the place in the file, "chains[2].validators[0]: ...", which scenario_file turns into file, line
// and column.
std::vector<std::string> check(const Topology& topology);

// The same for one chain alone.
std::vector<std::string> check_chain(const Topology& topology, ChainIndex chain);

// What works, but hardly as whoever wrote it thinks: in sentences of the same form.
std::vector<std::string> warnings(const Topology& topology);

inline constexpr std::size_t most_validators = 1000;  // of one chain
inline constexpr std::size_t most_chains = 10'000;    // retired ones included

// Finds cities and chains by name in logarithmic time; of equal names the first. Holds no reference to the topology.
class TopologyIndex {
 public:
  explicit TopologyIndex(const Topology& topology);
  std::optional<CityIndex> city(const std::string& id) const;
  std::optional<ChainIndex> chain(const ChainName& name) const;

 private:
  std::map<std::string, CityIndex> cities_;
  std::map<ChainName, ChainIndex> chains_;
};

// Whether this chain's validators are the outside peers of its network: it names none of its own.
bool has_outside_validators(const Topology& topology, const Chain& chain);

// Validators of this chain that one provider may hold: as many as the chain can lose and still go on, but one where it
// can lose none. Unlimited for public networks, whose overseas nodes all stand at one provider.
std::uint32_t validators_per_provider(const Network& network, std::size_t validators);

// The limits that chains of this network have: of all bounds on the number of transactions in a block the least.
BlockLimits block_limits(const Network& network);

// How many validators of this chain may be gone or faulty at once.
std::uint32_t tolerated_faults(const Topology& topology, const Chain& chain);

// The line of a city: its own, else its zone's, else an unlimited one.
Line line_of(const Topology& topology, const City& city);

// The place of a zone in Topology::zones; nullopt: there is none of that name.
std::optional<std::size_t> find_zone(const Topology& topology, const std::string& name);

// The cities of all gateways, the first one's first; at most most_gateways.
std::vector<std::string> gateway_cities(const Topology& topology);
inline constexpr std::size_t most_gateways = 200;

// "gateway" for the first one, "gateway-chengdu" for another: as its process and faults name it.
std::string gateway_name(const Topology& topology, std::size_t number);
std::optional<std::size_t> find_gateway(const Topology& topology, const std::string& name);

// The gateways as a caller in this city tries them: that with the shortest way first, of equal ones the lower number.
std::vector<std::size_t> gateways_near(const Topology& topology, CityIndex city);

// Whether the list has this name.
bool names(const std::vector<std::string>& list, const std::string& name);
// Whether the city is one of the chain's validators or followers ...
bool has_member(const Chain& chain, const std::string& city);
// ... and the chain was not retired.
bool is_hosted(const Chain& chain, const std::string& city);

// By linear search; for many look-ups make a TopologyIndex.
std::optional<CityIndex> find_city(const Topology& topology, const std::string& id);
std::optional<ChainIndex> find_chain(const Topology& topology, const ChainName& name);  // not among retired ones

// The parts of a checked topology that each process is told.
std::vector<CitySpec> city_specs(const Topology& topology);
std::vector<ChainSpec> chain_specs(const Topology& topology);
NodeSpec node_spec(const Topology& topology, CityIndex self, std::uint64_t seed, Durability durability);
// Of one of the gateways; where the holder is, whoever starts them adds.
GatewaySpec gateway_spec(const Topology& topology, std::uint64_t seed, std::size_t number = 0);

}  // namespace bsn
