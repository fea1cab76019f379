#include "gateway/node_health.h"

#include <gtest/gtest.h>

#include "tests/gateway/gateway_fixture.h"

namespace bsn {
namespace {

using test::at;
using test::tianjin;

struct NodeHealthTest : ::testing::Test {
  NodeHealthTest() : health(test::small_network().cities, {3, seconds(5)}) { health.link(at({}), tianjin, true, true); }
  void fail(Instant now, int times) {
    for (int i = 0; i < times; ++i) health.answered(now, tianjin, refusal(Status::internal, Reason::none, "broken"));
  }
  NodeHealth health;
};
using NodeHealthFacts = NodeHealthTest;

TEST_F(NodeHealthFacts, ANodeNeedsALinkAndMustServe) {
  EXPECT_TRUE(health.healthy(tianjin, at({})));
  EXPECT_FALSE(health.healthy(test::nanjing, at({})));
  EXPECT_EQ(health.why_not(test::nanjing, at({})), "unhealthy: link down");
  health.link(at({}), tianjin, true, false);
  EXPECT_EQ(health.why_not(tianjin, at({})), "unhealthy: not serving");
  health.link(at({}), tianjin, false, true);
  EXPECT_FALSE(health.healthy(tianjin, at({})));
}

TEST_F(NodeHealthFacts, ANodeUnderConstructionIsNeverHealthy) {
  std::vector<CitySpec> cities = test::small_network().cities;
  cities[1].state = CityState::building;
  NodeHealth building(cities, {});
  building.link(at({}), tianjin, true, true);
  EXPECT_FALSE(building.healthy(tianjin, at({})));
  EXPECT_EQ(building.why_not(tianjin, at({})), "under construction");
}

TEST_F(NodeHealthFacts, IsEjectedAfterFailuresInARowAndComesBack) {
  fail(at({}), 2);
  EXPECT_TRUE(health.healthy(tianjin, at({})));
  fail(at({}), 1);
  EXPECT_FALSE(health.healthy(tianjin, at({})));
  EXPECT_EQ(health.why_not(tianjin, at({})), "unhealthy: ejected after 3 failures in a row");
  EXPECT_FALSE(health.healthy(tianjin, at(seconds(5) - nanoseconds(1))));
  EXPECT_TRUE(health.healthy(tianjin, at(seconds(5))));
  fail(at(seconds(5)), 2);
  EXPECT_TRUE(health.healthy(tianjin, at(seconds(5)))) << "back in, it counts from zero";
}

TEST_F(NodeHealthFacts, OneGoodAnswerEndsTheRow) {
  fail(at({}), 2);
  health.answered(at({}), tianjin, {});
  fail(at({}), 2);
  EXPECT_TRUE(health.healthy(tianjin, at({})));
}

TEST_F(NodeHealthFacts, RefusalsOfCallsAndLeaderlessChainsSpeakNotAgainstTheNode) {
  for (int i = 0; i < 10; ++i) {
    health.answered(at({}), tianjin, test::unavailable(Reason::no_leader));
    health.answered(at({}), tianjin, refusal(Status::failed_precondition, Reason::contract_refused, "no"));
    health.answered(at({}), tianjin, refusal(Status::resource_exhausted, Reason::mempool_full, "full"));
    health.answered(at({}), tianjin, refusal(Status::deadline_exceeded, Reason::deadline, "late"));
  }
  EXPECT_TRUE(health.healthy(tianjin, at({})));
}

TEST_F(NodeHealthFacts, SilenceCountsButNotWhenTheNodeAnswersOthers) {
  health.answered(at(seconds(1)), tianjin, {});
  for (int i = 0; i < 10; ++i) health.unanswered(at(seconds(9)), tianjin, at(milliseconds(500)));
  EXPECT_TRUE(health.healthy(tianjin, at(seconds(9)))) << "it answered another call since";
  for (int i = 0; i < 3; ++i) health.unanswered(at(seconds(9)), tianjin, at(seconds(2)));
  EXPECT_FALSE(health.healthy(tianjin, at(seconds(9))));
}

TEST_F(NodeHealthFacts, ANewStreamClearsAnEjection) {
  fail(at({}), 3);
  health.link(at({}), tianjin, false, false);
  health.link(at({}), tianjin, true, true);
  EXPECT_TRUE(health.healthy(tianjin, at({})));
}

}  // namespace
}  // namespace bsn
