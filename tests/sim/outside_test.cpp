// Outside peers: how many, where, with what stake; and that BSN neither counts nor calls them.
#include "sim/outside.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "sim/scenario_file.h"
#include "tests/sim/two_city_scenario.h"

namespace bsn {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

// Two cities, the southern one a follower of a public network with validators outside.
Topology with_public_network(std::uint32_t validators, double zipf = 0) {
  Topology topology = two_city_scenario().topology;
  topology.networks[0].kind = NetworkKind::cross_chain;
  Network network;
  network.id = "ether";
  network.kind = NetworkKind::public_;
  network.engine = PowParameters{};
  network.outside = {validators, zipf};
  topology.networks.push_back(network);
  topology.chains.push_back({{"ether", "main"}, {}, {"south"}});
  topology.world = {{"Frankfurt", "DE", 50.11, 8.68, Region::overseas, 3},
                    {"Hangzhou", "CN", 30.27, 120.16, Region::mainland, 1}};
  return topology;
}

TEST(Outside, IsWholeInVirtualTimeAndAFewLive) {
  EXPECT_EQ(outside_count(600, 0, RunMode::virtual_time), 600u);
  EXPECT_EQ(outside_count(600, 0, RunMode::live), 4u);
  EXPECT_EQ(outside_count(7, 0, RunMode::live), 7u);
  EXPECT_EQ(outside_count(3, 0, RunMode::live), 3u);
}

TEST(Outside, AScaleIsAShareOfAtLeastFour) {
  EXPECT_EQ(outside_count(600, 0.1, RunMode::virtual_time), 60u);
  EXPECT_EQ(outside_count(600, 0.1, RunMode::live), 60u);
  EXPECT_EQ(outside_count(600, 0.001, RunMode::live), 4u);
  EXPECT_EQ(outside_count(3, 0.001, RunMode::live), 3u);
  EXPECT_EQ(outside_count(600, 1, RunMode::live), 600u);
}

TEST(Outside, HostsStandBehindTheCitiesAndValidate) {
  const Topology topology = with_outside_peers(with_public_network(40), RunMode::virtual_time);
  EXPECT_EQ(own_cities(topology), 2u);
  ASSERT_EQ(topology.cities.size(), 42u);
  EXPECT_EQ(topology.cities[9].id, "ether.outside-7");
  EXPECT_EQ(topology.cities[9].state, CityState::outside);
  const ChainSpec chain = chain_specs(topology).at(1);
  ASSERT_EQ(chain.validators.size(), 40u);
  EXPECT_EQ(chain.validators[7], CityIndex{9});
  EXPECT_EQ(chain.followers, std::vector<CityIndex>{{1}});
  EXPECT_THAT(chain.stake, IsEmpty());
}

TEST(Outside, PlacesFollowTheWeightsAndNotTheScale) {
  const Topology whole = with_outside_peers(with_public_network(400), RunMode::virtual_time);
  std::size_t home = 0;
  for (const City& city : whole.cities) home += city.name == "Hangzhou" ? 1 : 0;
  EXPECT_NEAR(static_cast<double>(home), 100, 30);
  Topology few = with_public_network(400);
  few.outside_scale = 0.05;
  few = with_outside_peers(few, RunMode::virtual_time);
  ASSERT_EQ(few.cities.size(), 22u);
  for (std::size_t n = 0; n < few.cities.size(); ++n) {
    EXPECT_EQ(few.cities[n].id, whole.cities[n].id);
    EXPECT_EQ(few.cities[n].place.latitude, whole.cities[n].place.latitude);
  }
}

TEST(Outside, StakeMayFollowZipfsLaw) {
  const Topology topology = with_outside_peers(with_public_network(10, 1), RunMode::virtual_time);
  const std::vector<std::uint64_t>& stake = topology.chains[1].stake;
  ASSERT_EQ(stake.size(), 10u);
  EXPECT_EQ(stake[0], 2 * stake[1]);
  EXPECT_EQ(stake[0], 10 * stake[9]);
}

TEST(Outside, AScheduleOfProducersShrinksWithItsValidators) {
  Topology topology = with_public_network(21);
  DposParameters dpos;
  dpos.producers = 21;
  topology.networks[1].engine = dpos;
  topology = with_outside_peers(topology, RunMode::live);
  EXPECT_EQ(std::get<DposParameters>(topology.networks[1].engine).producers, 4u);
}

TEST(Outside, TheGatewayKnowsNothingOfThem) {
  const Topology topology = with_outside_peers(with_public_network(40), RunMode::virtual_time);
  const GatewaySpec spec = gateway_spec(topology, 1);
  EXPECT_EQ(spec.cities.size(), 2u);
  EXPECT_THAT(spec.routes.at(1).validators, IsEmpty());
  EXPECT_EQ(spec.routes.at(1).followers, std::vector<CityIndex>{{1}});
}

TEST(Outside, AChainWithValidatorsOfItsOwnKeepsThem) {
  Topology topology = with_public_network(40);
  topology.chains[1].validators = {"south"};
  topology.chains[1].followers = {};
  EXPECT_EQ(with_outside_peers(topology, RunMode::virtual_time).cities.size(), 2u);
}

TEST(TopologyCheck, OutsidePeersNeedAPublicNetworkAndAWorld) {
  EXPECT_THAT(check(with_public_network(40)), IsEmpty());
  Topology topology = with_public_network(40);
  topology.world.clear();
  EXPECT_THAT(check(topology), Contains(HasSubstr("networks[1].outside: nobody says where in the world")));
  topology = with_public_network(40);
  topology.networks[1].kind = NetworkKind::cross_chain;
  EXPECT_THAT(check(topology), Contains(HasSubstr("networks[1].outside: network 'ether' is cross-chain")));
  topology = with_public_network(0);
  EXPECT_THAT(check(topology), Contains(HasSubstr("chains[1]: chain 'ether/main' has no validators")));
}

TEST(TopologyCheck, TheIntervalIsComparedWithTheWorldsLongestLink) {
  Topology topology = with_public_network(40);
  std::get<PowParameters>(topology.networks[1].engine).interval = milliseconds(100);
  EXPECT_THAT(check(topology), Contains(HasSubstr("networks[1].consensus.pow.interval: 100ms is below the slowest")));
}

}  // namespace
}  // namespace bsn
