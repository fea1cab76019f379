#include "sim/topology.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "core/digest.h"
#include "sim/scenario_file.h"

namespace bsn {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Topology load(const std::string& path) {
  Result<Topology> topology = load_topology(path);
  EXPECT_TRUE(topology) << (topology ? "" : topology.error().message);
  return topology ? std::move(*topology) : Topology{};
}

const Topology& bsn_2020() {
  static const Topology topology = load("configs/topologies/bsn-2020.yaml");
  return topology;
}

Topology small() { return load("configs/topologies/small.yaml"); }

Chain& chain(Topology& topology, const ChainName& name) {
  return topology.chains.at(find_chain(topology, name)->value);
}

// ---- the shipped network ----

TEST(Bsn2020, Has98ConnectedAnd30BuildingNodesAtHomeAnd8Overseas) {
  std::map<std::pair<Region, CityState>, int> counts;
  for (const City& city : bsn_2020().cities) ++counts[{city.place.region, city.state}];
  EXPECT_EQ(bsn_2020().cities.size(), 136u);
  EXPECT_EQ((counts[{Region::mainland, CityState::connected}]), 98);
  EXPECT_EQ((counts[{Region::mainland, CityState::building}]), 30);
  EXPECT_EQ((counts[{Region::overseas, CityState::connected}]), 8);
}

TEST(Bsn2020, HostsItsNetworksOnEveryNodeThatIsNotBeingBuilt) {
  std::set<std::string> hosting;
  for (const Chain& one : bsn_2020().chains) {
    hosting.insert(one.validators.begin(), one.validators.end());
    hosting.insert(one.followers.begin(), one.followers.end());
    EXPECT_LE(one.validators.size(), 7u) << to_string(one.name);
  }
  EXPECT_EQ(hosting.size(), 106u);
}

TEST(Bsn2020, SpreadsValidatorsSoThatNoProviderTakesAChainDown) {
  const TopologyIndex index(bsn_2020());
  for (const Chain& one : bsn_2020().chains) {
    const auto network = std::find_if(bsn_2020().networks.begin(), bsn_2020().networks.end(),
                                      [&](const Network& n) { return n.id == one.name.network; });
    if (network->kind == NetworkKind::public_) continue;
    std::map<Provider, std::uint32_t> held;
    for (const std::string& id : one.validators) ++held[bsn_2020().cities[index.city(id)->value].place.provider];
    const std::uint32_t m = static_cast<std::uint32_t>(one.validators.size());
    const std::uint32_t f = one.name.network == "fabric" ? (m - 1) / 2 : (m - 1) / 3;
    for (const auto& [provider, count] : held) EXPECT_LE(count, f) << to_string(one.name) << " " << to_string(provider);
  }
}

TEST(Bsn2020, IsWholeByItsOwnCheck) { EXPECT_THAT(check(bsn_2020()), IsEmpty()); }

// ---- what a check finds ----

TEST(TopologyCheck, ACityTwiceNamesBothPlaces) {
  Topology topology = small();
  topology.cities.push_back(topology.cities[2]);
  EXPECT_THAT(check(topology),
              Contains("cities[9]: city 'hangzhou' stands already in cities[2]; remove one or rename it"));
}

TEST(TopologyCheck, APeerInAnUnknownCity) {
  Topology topology = small();
  chain(topology, {"fabric", "supply-chain"}).followers = {"atlantis"};
  EXPECT_THAT(check(topology), ElementsAre(HasSubstr("chains[0].followers[0]: unknown city 'atlantis'")));
}

TEST(TopologyCheck, APeerOnANodeUnderConstruction) {
  Topology topology = small();
  chain(topology, {"fabric", "supply-chain"}).followers = {"changde"};
  EXPECT_THAT(check(topology), ElementsAre(HasSubstr("'changde' can host nothing, it is under construction")));
}

TEST(TopologyCheck, APeerTwiceOnOneChain) {
  Topology topology = small();
  chain(topology, {"fabric", "supply-chain"}).followers = {"ningbo"};
  EXPECT_THAT(check(topology), ElementsAre(HasSubstr("'ningbo' has a peer of 'fabric/supply-chain' already")));
}

TEST(TopologyCheck, AlliancePeersStayAtHomeAndPublicOnesOverseas) {
  Topology topology = small();
  chain(topology, {"fabric", "supply-chain"}).followers = {"tokyo"};
  chain(topology, {"irisnet", "main"}).followers = {"beijing"};
  EXPECT_THAT(check(topology),
              ElementsAre(HasSubstr("'tokyo' is overseas"), HasSubstr("'beijing' is on the mainland")));
}

TEST(TopologyCheck, TooManyValidatorsOfAChainOnOneProvider) {
  Topology topology = small();
  topology.cities[find_city(topology, "ningbo")->value].place.provider = Provider::china_mobile;
  EXPECT_THAT(check(topology),
              Contains(HasSubstr("2 of the 3 validators of 'fabric/supply-chain' stand on China Mobile, "
                                 "whose failure may take at most 1")));
}

TEST(TopologyCheck, ANetworkNobodyHosts) {
  Topology topology = small();
  topology.chains.pop_back();
  EXPECT_THAT(check(topology), ElementsAre(HasSubstr("networks[2]: nobody hosts network 'irisnet'; give it a chain")));
}

TEST(TopologyCheck, AChainOfAnUnknownNetwork) {
  Topology topology = small();
  topology.chains[0].name.network = "fabrik";
  EXPECT_THAT(check(topology),
              Contains(HasSubstr("chains[0].name: chain 'fabrik/supply-chain' belongs to the unknown network")));
}

TEST(TopologyCheck, AnElectionTimeoutBelowTwoHeartbeats) {
  Topology topology = small();
  std::get<RaftParameters>(topology.networks[0].engine).election_timeout = milliseconds(200);
  EXPECT_THAT(check(topology), ElementsAre(HasSubstr("networks[0].consensus.raft.election_timeout: 200ms")));
}

TEST(TopologyCheck, AGatewayInAnUnknownOrUnfinishedCity) {
  Topology topology = small();
  topology.gateway_city = "changde";
  EXPECT_THAT(check(topology), ElementsAre(HasSubstr("gateway.city: 'changde' is under construction")));
  topology.gateway_city = "nowhere";
  EXPECT_THAT(check(topology), ElementsAre(HasSubstr("gateway.city: unknown city 'nowhere'")));
}

TEST(TopologyCheck, ProjectsWithOneKeyOrAnUnknownGrant) {
  Topology topology = small();
  topology.projects[1].key = topology.projects[0].key;
  topology.projects[1].networks = {"fabrik"};
  EXPECT_THAT(check(topology),
              ElementsAre(HasSubstr("stands already in projects[0]"), HasSubstr("unknown network 'fabrik'")));
}

TEST(TopologyCheck, AProjectNamedAsTheCallsOfAnotherChain) {
  Topology topology = small();
  topology.projects[1].id = "xchain/irisnet/main";
  EXPECT_THAT(check(topology), ElementsAre(HasSubstr("projects[1].id: names that begin with xchain/ are kept")));
}

// ---- the parts ----

TEST(TopologyIndex, FindsWhatTheLinearSearchFinds) {
  const TopologyIndex index(bsn_2020());
  for (const City& city : bsn_2020().cities) EXPECT_EQ(index.city(city.id), find_city(bsn_2020(), city.id));
  for (const Chain& one : bsn_2020().chains) EXPECT_EQ(index.chain(one.name), find_chain(bsn_2020(), one.name));
  EXPECT_EQ(index.city("atlantis"), std::nullopt);
  EXPECT_EQ(index.chain({"fabric", "none"}), std::nullopt);
}

TEST(ValidatorsPerProvider, IsTheFaultBoundButNeverLessThanOne) {
  Network raft;
  Network bft;
  bft.engine = BftParameters{};
  EXPECT_EQ(validators_per_provider(raft, 5), 2u);
  EXPECT_EQ(validators_per_provider(bft, 7), 2u);
  EXPECT_EQ(validators_per_provider(bft, 4), 1u);
  EXPECT_EQ(validators_per_provider(bft, 1), 1u);
}

TEST(NodeSpec, TellsANodeItsChainsAndThePartnersItTalksTo) {
  const Topology topology = small();
  const NodeSpec spec = node_spec(topology, *find_city(topology, "tokyo"), 7, Durability::os);
  EXPECT_EQ(spec.seed, 7u);
  EXPECT_EQ(spec.durability, Durability::os);
  ASSERT_EQ(spec.chains.size(), 1u);
  EXPECT_EQ(to_string(spec.chains[0].name), "irisnet/main");
  EXPECT_EQ(spec.chains[0].index, find_chain(topology, {"irisnet", "main"}));
  std::vector<std::string> partners;
  for (const CitySpec& city : spec.cities) partners.push_back(city.name);
  EXPECT_THAT(partners, ElementsAre("hong-kong", "singapore", "tokyo", "sydney"));
}

TEST(NodeSpec, TellsANodeUnderConstructionOnlyWhoItIs) {
  const Topology topology = small();
  const NodeSpec spec = node_spec(topology, *find_city(topology, "changde"), 1, Durability::fsync);
  EXPECT_THAT(spec.chains, IsEmpty());
  ASSERT_EQ(spec.cities.size(), 1u);
  EXPECT_EQ(spec.cities[0].name, "changde");
  EXPECT_EQ(spec.cities[0].state, CityState::building);
}

TEST(NodeSpec, OfEveryNodeHoldsEachPartnerOfEachChain) {
  for (std::uint32_t n = 0; n < bsn_2020().cities.size(); ++n) {
    const NodeSpec spec = node_spec(bsn_2020(), {n}, 1, Durability::fsync);
    std::set<CityIndex> known;
    for (const CitySpec& city : spec.cities) known.insert(city.index);
    EXPECT_EQ(known.size(), spec.cities.size());
    EXPECT_TRUE(known.count({n}));
    for (const ChainSpec& one : spec.chains) {
      for (const CityIndex peer : one.validators) EXPECT_TRUE(known.count(peer));
      for (const CityIndex peer : one.followers) EXPECT_TRUE(known.count(peer));
    }
  }
}

TEST(ChainSpecs, HoldTheGenesisAccountsOfTheirNetwork) {
  const std::vector<ChainSpec> specs = chain_specs(small());
  ASSERT_EQ(specs.size(), 3u);
  ASSERT_EQ(specs[0].genesis.size(), 100u);
  EXPECT_EQ(specs[0].genesis[99].account, "account-99");
  EXPECT_EQ(specs[0].genesis[99].balance, 1'000'000u);
}

TEST(BlockLimits, AreTheLeastOfWhatCountBytesGasAndTimeAllow) {
  Network network;
  network.block.max_transactions = 1000;
  EXPECT_EQ(block_limits(network).max_transactions, 1000u);
  network.budget = {.max_gas = 10'000'000, .transaction_gas = 21'000};  // Ethereum in 2020
  EXPECT_EQ(block_limits(network).max_transactions, 476u);
  network.budget.max_cpu = milliseconds(200);
  network.cost.execute = milliseconds(1);
  EXPECT_EQ(block_limits(network).max_transactions, 200u);
}

TEST(BlockLimits, ABudgetThatCountsForNothingOrLeavesNoRoomIsRefused) {
  Topology topology = small();
  topology.networks[0].budget = {.max_gas = 100, .transaction_gas = 101};
  topology.networks[1].budget = {.max_gas = 100};
  topology.networks[2].budget = {.max_cpu = milliseconds(1)};
  const std::vector<std::string> found = check(topology);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0], "networks[0].block.transaction_gas: 101 is above max_gas 100; no block would hold a transaction");
  EXPECT_NE(found[1].find("without transaction_gas"), std::string::npos);
  EXPECT_NE(found[2].find("without cost.execute"), std::string::npos);
}

TEST(GatewaySpec, KnowsAllCitiesAndRoutesAndKeepsNoKeyInClear) {
  const GatewaySpec spec = gateway_spec(bsn_2020(), 3);
  EXPECT_EQ(spec.cities.size(), 136u);
  ASSERT_EQ(spec.routes.size(), bsn_2020().chains.size());
  EXPECT_EQ(spec.routes[0].family, "raft");
  EXPECT_EQ(spec.routes.back().family, "slot");
  EXPECT_EQ(spec.cities[spec.home.value].name, "beijing");
  ASSERT_EQ(spec.projects.size(), 2u);
  EXPECT_EQ(spec.projects[0].key_hash, sha256("demo-key"));
  EXPECT_EQ(spec.projects[1].plan.calls_per_day, 2000u);
}

TEST(Topology, AProjectsRoutingCountsBeforeItsNetworksAndThatBeforeTheOneForAll) {
  Topology topology = bsn_2020();
  topology.routing.choice.policy = RoutePolicy::least_loaded;
  topology.routing.networks = {{"fabric", {RoutePolicy::pinned, {topology.cities[3].id}}}};
  topology.routing.projects = {{topology.projects[0].id, {RoutePolicy::hedged, {}, milliseconds(7), 2}}};
  const GatewaySpec spec = gateway_spec(topology, 1);
  for (const RouteSpec& route : spec.routes) {
    const bool fabric = route.name.network == "fabric";
    EXPECT_EQ(route.routing.policy, fabric ? RoutePolicy::pinned : RoutePolicy::least_loaded) << to_string(route.name);
    EXPECT_EQ(route.routing.pins, fabric ? std::vector{CityIndex{3}} : std::vector<CityIndex>{});
  }
  ASSERT_TRUE(spec.projects[0].routing);
  EXPECT_EQ(spec.projects[0].routing->hedge_after, milliseconds(7));
  EXPECT_EQ(spec.projects[0].routing->compare, 2u);
}

// ---- several gateways ----

TEST(Topology, CallersGoToTheNearestGatewayAndTryTheOthersInTheOrderOfTheirWays) {
  Topology topology = small();
  topology.more_gateways = {"guangzhou", "singapore"};
  EXPECT_THAT(check(topology), IsEmpty());
  EXPECT_THAT(gateways_near(topology, *find_city(topology, "beijing")), ElementsAre(0, 1, 2));
  EXPECT_EQ(gateways_near(topology, *find_city(topology, "guangzhou")).front(), 1u);
  EXPECT_EQ(gateways_near(topology, *find_city(topology, "singapore")).front(), 2u);
  EXPECT_EQ(gateway_name(topology, 0), "gateway");
  EXPECT_EQ(find_gateway(topology, "gateway-singapore"), 2u);
  EXPECT_EQ(find_gateway(topology, "gateway-tokyo"), std::nullopt);
}

TEST(Topology, GatewaysShareWhatTheyAreToldOfOneAnother) {
  Topology topology = small();
  topology.more_gateways = {"guangzhou", "singapore"};
  const GatewaySpec first = gateway_spec(topology, 7), third = gateway_spec(topology, 7, 2);
  EXPECT_EQ(first.team.gateways, 3u);
  EXPECT_EQ(third.team.holder_city, "beijing");
  EXPECT_EQ(third.cities[third.home.value].name, "singapore");
  EXPECT_NE(first.seed, third.seed);
}

TEST(Topology, TwoGatewaysInOneCityOrOneInNoneAreRefused) {
  Topology topology = small();
  topology.more_gateways = {"beijing", "atlantis", "changde"};
  EXPECT_THAT(check(topology), Contains(HasSubstr("gateway.also_in[0]: 'beijing' has a gateway already")));
  EXPECT_THAT(check(topology), Contains(HasSubstr("gateway.also_in[1]: unknown city 'atlantis'")));
  EXPECT_THAT(check(topology), Contains(HasSubstr("gateway.also_in[2]: 'changde' is under construction")));
}

}  // namespace
}  // namespace bsn
