#include "sim/seat_life.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/life_cycle.h"
#include "sim/scenario_file.h"

namespace bsn {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const ChainName fabric{"fabric", "supply-chain"};

// Changde stands on a cloud of its own: too many validators on one are refused.
Topology small() {
  Topology topology = std::move(load_topology("configs/topologies/small.yaml").value());
  topology.cities[find_city(topology, "changde")->value].place.provider = Provider::microsoft_azure;
  return topology;
}

const Chain& chain_of(const Topology& topology) { return topology.chains[find_chain(topology, fabric)->value]; }

ChainSpec spec_of(const Topology& topology) { return chain_specs(topology)[find_chain(topology, fabric)->value]; }

std::vector<ValidatorIndex> seats(std::initializer_list<std::uint32_t> numbers) {
  std::vector<ValidatorIndex> all;
  for (const std::uint32_t number : numbers) all.push_back({number});
  return all;
}

TEST(SeatLife, ANewValidatorGetsTheNextSeat) {
  Topology topology = commission(small(), "changde", {"fabric/supply-chain"}).value();
  EXPECT_THAT(chain_of(topology).promoting, ElementsAre("changde"));
  EXPECT_TRUE(seats_change(topology));
  topology = promote(connect(topology, "changde").value(), fabric, "changde").value();
  const ChainSpec spec = spec_of(topology);
  EXPECT_EQ(spec.validators.size(), 4u);
  EXPECT_EQ(spec.founders, 3u);
  EXPECT_EQ(spec.voters, seats({0, 1, 2, 3}));
  EXPECT_EQ(seat_of(spec, *find_city(topology, "changde")), ValidatorIndex{3});
  EXPECT_TRUE(seats_change(topology));
  topology = settle(topology, fabric).value();
  EXPECT_FALSE(seats_change(topology));
  EXPECT_THAT(check(topology), IsEmpty());
}

TEST(SeatLife, AChainThatNeverChangedNamesNoVoters) {
  const ChainSpec spec = spec_of(small());
  EXPECT_THAT(spec.voters, IsEmpty());
  EXPECT_EQ(spec.founders, 0u);
  EXPECT_TRUE(is_voter(spec, {2}));
  EXPECT_FALSE(is_voter(spec, {3}));
}

TEST(SeatLife, WhoLostItsDiskIsAFollowerUntilItGetsAnotherSeat) {
  Topology topology = reseat(small(), fabric, "hangzhou").value();
  ChainSpec spec = spec_of(topology);
  const CityIndex hangzhou = *find_city(topology, "hangzhou");
  EXPECT_EQ(spec.voters, seats({0, 2}));
  EXPECT_TRUE(has_peer(spec, hangzhou));
  EXPECT_FALSE(promote(topology, fabric, "hangzhou").ok()) << "the chain has not followed yet";
  topology = promote(settle(topology, fabric).value(), fabric, "hangzhou").value();
  spec = spec_of(topology);
  EXPECT_EQ(spec.voters, seats({0, 2, 3}));
  EXPECT_EQ(spec.validators[1], hangzhou);
  EXPECT_EQ(seat_of(spec, hangzhou), ValidatorIndex{3});
  EXPECT_EQ(voter_cities(spec).back(), hangzhou);
}

TEST(SeatLife, WhoLeftAsAValidatorComesBackOnANewSeat) {
  Topology topology = leave(drain(small(), "ningbo").value(), "ningbo").value();
  EXPECT_THAT(chain_of(topology).seats, IsEmpty());
  topology = commission(topology, "ningbo").value();
  EXPECT_THAT(chain_of(topology).promoting, ElementsAre("ningbo"));
  EXPECT_EQ(spec_of(topology).voters, seats({0, 1}));
  // Of a BFT chain it has its old seat.
  EXPECT_THAT(topology.chains[1].validators, ElementsAre("beijing", "guangzhou", "hangzhou", "ningbo"));
}

TEST(SeatLife, WhatCannotBeIsRefusedWithItsReason) {
  const auto why = [](const std::string& chain) { return commission(small(), "changde", {chain}).error().message; };
  Topology tree = small();
  ASSERT_EQ(tree.networks[1].id, "fisco-bcos");
  tree.networks[1].engine = DposParameters{};
  EXPECT_THAT(commission(tree, "changde", {"fisco-bcos/government-affairs"}).error().message,
              HasSubstr("its consensus (dpos) keeps those of its start"));
  EXPECT_THAT(why("fabric/suply-chain"), HasSubstr("did you mean 'fabric/supply-chain'?"));
  EXPECT_FALSE(promote(small(), fabric, "changde").ok());
  EXPECT_FALSE(settle(small(), fabric).ok());
  EXPECT_FALSE(reseat(small(), fabric, "beijing").ok()) << "a follower";
}

}  // namespace
}  // namespace bsn
