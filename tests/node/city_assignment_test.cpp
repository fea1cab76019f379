// What a city node hosts changes while it runs.
#include <gtest/gtest.h>

#include "node/node_spec_check.h"
#include "tests/node/city_network.h"

namespace bsn {
namespace {

BftParameters fast_bft() {
  BftParameters bft;
  bft.interval = bft.empty_interval = milliseconds(100);
  return bft;
}

RaftParameters fast_raft() { return {milliseconds(50), milliseconds(200), milliseconds(50), 5, 16}; }

Call put(const std::string& key, Level level = Level::final_) {
  return test_submit(key, "kv", "put", {key, "v"}, level);
}
Call get(const std::string& key) { return test_query("kv", "get", {key}); }

// Runs a chain until a write is in it.
void write_some(CityNetwork& network, std::uint32_t city, const std::string& key) {
  const CallId id = network.call(city, put(key));
  ASSERT_TRUE(network.await(id));
  ASSERT_EQ(network.answer(id)->status, Status::ok) << network.answer(id)->message;
}

class Joining : public ::testing::TestWithParam<EngineParameters> {};

TEST_P(Joining, ANewFollowerFetchesTheChainAndIsPushedWhatFollows) {
  CityNetwork network(test_cities(6), {test_chain(4, 1, GetParam())}, make_engine);
  write_some(network, 0, "before");
  network.reassign({test_chain(4, 2, GetParam())}, {5});
  EXPECT_FALSE(network.node(5).joined());
  network.advance(seconds(5));
  EXPECT_TRUE(network.node(5).joined());
  EXPECT_EQ(network.answer(network.call(5, get("before")))->value, "v");
  write_some(network, 5, "after");
  network.advance(seconds(1));
  EXPECT_EQ(network.node(5).status({})->height, network.node(4).status({})->height);
  EXPECT_EQ(network.node(5).status({})->state_root, network.node(4).status({})->state_root);
  EXPECT_TRUE(network.violations().empty());
}

TEST_P(Joining, AFollowerThatRestartsWhileItFetchesGoesOnWhereItWas) {
  CityNetwork network(test_cities(5), {test_chain(4, 0, GetParam())}, make_engine);
  for (int i = 0; i < 20; ++i) write_some(network, 0, "key-" + std::to_string(i));
  network.advance(seconds(10));
  network.reassign({test_chain(4, 1, GetParam())}, {4});
  for (int round = 0; round < 5; ++round) {
    network.crash_after(4, 10);
    network.advance(seconds(1));
    network.restart(4);
  }
  network.advance(seconds(20));
  EXPECT_TRUE(network.node(4).joined());
  EXPECT_EQ(network.answer(network.call(4, get("key-19")))->value, "v");
  EXPECT_TRUE(network.violations().empty());
}

INSTANTIATE_TEST_SUITE_P(Families, Joining,
                         ::testing::Values(EngineParameters(fast_raft()), EngineParameters(fast_bft())),
                         [](const auto& one) { return std::string(family_name(one.param)); });

TEST(CityAssignment, ANewChainStartsOnNodesThatRun) {
  CityNetwork network(test_cities(3), {test_chain(3, 0, fast_raft(), "a")}, make_engine);
  write_some(network, 0, "on-a");
  ChainSpec b = test_chain(3, 0, fast_bft(), "b");
  b.index = {1};
  network.reassign({test_chain(3, 0, fast_raft(), "a"), b});
  Call call = put("on-b");
  call.chain.chain = "b";
  const CallId id = network.call(1, call);
  ASSERT_TRUE(network.await(id));
  EXPECT_EQ(network.answer(id)->status, Status::ok);
  write_some(network, 0, "still-on-a");
}

TEST(CityAssignment, AChainThatIsGoneRefusesItsOpenCallsAndLeavesNothingOnDisk) {
  CityNetwork network(test_cities(4), {test_chain(3, 1, fast_raft())}, make_engine);
  write_some(network, 3, "before");
  const CallId open = network.call(3, put("open"));
  network.reassign({test_chain(3, 0, fast_raft())});
  ASSERT_NE(network.answer(open), nullptr);
  EXPECT_EQ(network.answer(open)->status, Status::unavailable);
  EXPECT_EQ(network.answer(open)->reason, Reason::draining);
  EXPECT_TRUE(network.blocks(3).empty());
  EXPECT_EQ(network.node(3).status({}), std::nullopt);
  EXPECT_EQ(network.answer(network.call(3, get("before")))->reason, Reason::not_hosted);
  network.advance(seconds(5));
  EXPECT_EQ(network.answer(network.call(0, get("open")))->value, "v");  // it was handed on
}

TEST(CityAssignment, WhatAPeerAcceptedIsHandedOnBeforeItGoes) {
  CityNetwork network(test_cities(4), {test_chain(3, 1, fast_raft())}, make_engine);
  write_some(network, 0, "warm");
  network.call(3, put("promised", Level::accepted));
  network.reassign({test_chain(3, 0, fast_raft())});
  network.advance(seconds(5));
  EXPECT_EQ(network.answer(network.call(0, get("promised")))->value, "v");
}

TEST(CityAssignment, AnEqualOrOlderRevisionChangesNothing) {
  NodeSpec spec;
  spec.revision = 7;
  spec.cities = test_cities(1);
  spec.chains = {test_chain(1, 0, fast_raft())};
  CityNode node(spec, {}, {});
  NodeSpec other = spec;
  other.chains.clear();
  std::vector<CityNodeOutput> out;
  for (const std::uint64_t revision : {7, 6, 0}) {
    other.revision = revision;
    node.step({}, NodeAssigned{std::make_shared<const NodeSpec>(other)}, out);
    EXPECT_TRUE(node.status({}).has_value());
  }
  EXPECT_TRUE(out.empty());
  other.revision = 8;
  node.step({}, NodeAssigned{std::make_shared<const NodeSpec>(other)}, out);
  EXPECT_FALSE(node.status({}).has_value());
  EXPECT_EQ(node.spec().revision, 8u);
}

TEST(CityAssignment, WhatARunningNodeCannotBecomeIsSaid) {
  NodeSpec now;
  now.cities = test_cities(4);
  now.chains = {test_chain(3, 1, fast_raft())};
  EXPECT_EQ(check_next(now, now), std::nullopt);
  NodeSpec next = now;
  next.chains = {test_chain(4, 0, fast_raft())};
  EXPECT_NE(check_next(now, next).value_or("").find("validators"), std::string::npos);
  next.chains = {test_chain(3, 1, fast_bft())};
  EXPECT_NE(check_next(now, next).value_or("").find("consensus"), std::string::npos);
  next.chains = {test_chain(3, 1, fast_raft()), test_chain(3, 1, fast_raft())};
  EXPECT_NE(check_next(now, next).value_or("").find("index"), std::string::npos);
  next = now;
  next.self = {1};
  EXPECT_NE(check_next(now, next).value_or("").find("another"), std::string::npos);
  next = now;
  next.cities[0].state = CityState::left;
  EXPECT_NE(check_next(now, next).value_or("").find("left"), std::string::npos);
  next.chains.clear();
  EXPECT_EQ(check_next(now, next), std::nullopt);
}

TEST(CityAssignment, ASyncingNodeTakesNoCallsAndOneThatLeftHostsNothing) {
  NodeSpec spec;
  spec.cities = test_cities(2);
  spec.cities[0].state = CityState::syncing;
  spec.chains = {test_chain(1, 0, fast_raft())};
  CityNode node(spec, {}, {});
  std::vector<CityNodeOutput> out;
  node.step({}, CallArrived{{1}, get("x"), {}, Instant{} + seconds(1)}, out);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(std::get<Answer>(out[0].what).reply.reason, Reason::draining);
  spec.revision = 1;
  spec.cities[0].state = CityState::connected;
  node.step({}, NodeAssigned{std::make_shared<const NodeSpec>(spec)}, out);
  out.clear();
  node.step({}, CallArrived{{2}, get("x"), {}, Instant{} + seconds(1)}, out);
  EXPECT_NE(std::get<Answer>(out.at(0).what).reply.reason, Reason::draining);
}

}  // namespace
}  // namespace bsn
