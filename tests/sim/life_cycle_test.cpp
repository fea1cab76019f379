#include "sim/life_cycle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/scenario_file.h"

namespace bsn {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Topology load(const std::string& path) {
  Result<Topology> topology = load_topology(path);
  return std::move(topology.value());
}

Topology small() { return load("configs/topologies/small.yaml"); }

CityState state(const Topology& topology, const std::string& city) {
  return topology.cities[find_city(topology, city)->value].state;
}

const RouteSpec& route(const GatewaySpec& spec, const ChainName& name) {
  for (const RouteSpec& one : spec.routes) {
    if (one.name == name) return one;
  }
  throw std::out_of_range(to_string(name));
}

const ChainName fabric{"fabric", "supply-chain"}, fisco{"fisco-bcos", "government-affairs"};

TEST(LifeCycle, ACommissionedCityFollowsTheChainsOfItsNearestNeighbour) {
  const Topology before = small();
  const Topology after = commission(before, "changde").value();
  EXPECT_EQ(state(after, "changde"), CityState::syncing);
  EXPECT_EQ(after.revision, before.revision + 1);
  const CityIndex changde = *find_city(after, "changde");
  const NodeSpec spec = node_spec(after, changde, 1, Durability::os);
  ASSERT_EQ(spec.chains.size(), 2u);  // as Guangzhou, which is nearer than Hangzhou
  EXPECT_THAT(spec.chains[0].followers, Contains(changde));
  EXPECT_THAT(spec.chains[1].followers, ElementsAre(changde));
  EXPECT_EQ(spec.joins.size(), 2u);
  EXPECT_EQ(spec.revision, 1u);
  EXPECT_THAT(check(after), IsEmpty());
}

TEST(LifeCycle, NoRouteLeadsToACityBeforeItIsConnected) {
  const Topology syncing = commission(small(), "changde").value();
  const CityIndex changde = *find_city(syncing, "changde");
  EXPECT_THAT(route(gateway_spec(syncing, 1), fabric).followers, Not(Contains(changde)));
  const Topology connected = connect(syncing, "changde").value();
  EXPECT_THAT(route(gateway_spec(connected, 1), fabric).followers, Contains(changde));
  EXPECT_EQ(gateway_spec(connected, 1).cities[changde.value].state, CityState::connected);
}

TEST(LifeCycle, WhatACityFollowsMayBeSaid) {
  Topology topology = small();
  topology.cities[find_city(topology, "changde")->value].follows = {"fabric/supply-chain"};
  EXPECT_THAT(chains_to_follow(topology, topology.cities[find_city(topology, "changde")->value]), ElementsAre(fabric));
}

TEST(LifeCycle, EachStepIsTakenFromItsStateOnly) {
  const Topology topology = small();
  EXPECT_THAT(commission(topology, "beijing").error().message, HasSubstr("it is connected, not building or left"));
  EXPECT_THAT(drain(topology, "changde").error().message, HasSubstr("it is building, not connected"));
  EXPECT_THAT(leave(topology, "beijing").error().message, HasSubstr("not draining"));
  EXPECT_THAT(connect(topology, "beijing").error().message, HasSubstr("not syncing"));
}

TEST(LifeCycle, AnUnknownCityIsRefusedWithTheNearestName) {
  const Result<Topology> next = commission(small(), "chngde");
  ASSERT_FALSE(next.ok());
  EXPECT_EQ(next.error().code, ErrorCode::invalid_configuration);
  EXPECT_THAT(next.error().message, HasSubstr("did you mean 'changde'?"));
}

TEST(LifeCycle, AFollowerThatLeavesIsForgottenAndAValidatorKeepsItsSeat) {
  Topology topology = connect(commission(small(), "changde").value(), "changde").value();
  topology = leave(drain(topology, "changde").value(), "changde").value();
  EXPECT_EQ(state(topology, "changde"), CityState::left);
  for (const Chain& chain : topology.chains) EXPECT_THAT(chain.followers, Not(Contains("changde")));
  topology = leave(drain(topology, "hangzhou").value(), "hangzhou").value();
  const CityIndex hangzhou = *find_city(topology, "hangzhou");
  EXPECT_THAT(topology.chains[find_chain(topology, fabric)->value].validators, Contains("hangzhou"));
  EXPECT_THAT(node_spec(topology, hangzhou, 1, Durability::os).chains, IsEmpty());
  EXPECT_THAT(route(gateway_spec(topology, 1), fabric).validators, Not(Contains(hangzhou)));
  EXPECT_THAT(check(topology), IsEmpty());
  topology = commission(topology, "hangzhou").value();
  EXPECT_EQ(node_spec(topology, hangzhou, 1, Durability::os).joins.size(), 2u);
}

TEST(LifeCycle, AChainKeepsTheValidatorsThatItNeeds) {
  const Topology one_gone = leave(drain(small(), "hangzhou").value(), "hangzhou").value();
  EXPECT_THAT(drain(one_gone, "ningbo").error().message, HasSubstr("can do without 1, and 1 have left"));
  const Topology one_drains = drain(small(), "hangzhou").value();
  EXPECT_FALSE(drain(one_drains, "ningbo").ok());
}

TEST(LifeCycle, TheLastConnectedCityOfAChainStays) {
  Topology topology = small();
  Chain& chain = topology.chains[find_chain(topology, fabric)->value];
  chain.validators = {"ningbo"};
  chain.followers.clear();
  EXPECT_THAT(drain(topology, "ningbo").error().message, HasSubstr("last connected city of fabric/supply-chain"));
}

TEST(LifeCycle, OnlyThoseWhomItConcernsAreTold) {
  const Topology before = small();
  const Topology syncing = commission(before, "changde").value();
  std::vector<std::string> told;
  for (const CityIndex city : changed_nodes(before, syncing)) told.push_back(syncing.cities[city.value].id);
  EXPECT_THAT(told, ElementsAre("beijing", "guangzhou", "hangzhou", "ningbo", "changde"));
  const Topology connected = connect(syncing, "changde").value();
  EXPECT_THAT(changed_nodes(syncing, connected), ElementsAre(*find_city(before, "changde")));
}

}  // namespace
}  // namespace bsn
