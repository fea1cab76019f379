#include "gateway/overload_guard.h"

#include <gtest/gtest.h>

#include "tests/gateway/gateway_fixture.h"

namespace bsn {
namespace {

using test::at;
using test::Driver;

constexpr std::size_t hot = 0, light = 1, newcomer = 2;

// A guard of 100 calls, of which `many` are the hot project's and five the light one's.
OverloadGuard guard_with(int many) {
  OverloadGuard guard(100);
  for (int i = 0; i < many; ++i) guard.began(hot);
  for (int i = 0; i < 5; ++i) guard.began(light);
  return guard;
}

bool passes(const OverloadGuard& guard, std::size_t project, Operation operation) {
  return !guard.check(at({}), project, operation).has_value();
}

TEST(OverloadGuard, RefusesNobodyWhileThereIsRoom) {
  const OverloadGuard guard = guard_with(64);
  EXPECT_TRUE(passes(guard, hot, Operation::query));
  EXPECT_EQ(guard.pressure(at({})).shed, "");
}

TEST(OverloadGuard, RefusesReadsOfProjectsOverTheirShareFirstThenTheirWritesThenAllReads) {
  const OverloadGuard first = guard_with(65);
  EXPECT_FALSE(passes(first, hot, Operation::query));
  EXPECT_TRUE(passes(first, hot, Operation::submit));
  EXPECT_TRUE(passes(first, light, Operation::query));
  const OverloadGuard second = guard_with(75);
  EXPECT_FALSE(passes(second, hot, Operation::submit));
  EXPECT_TRUE(passes(second, light, Operation::query));
  const OverloadGuard third = guard_with(85);
  EXPECT_FALSE(passes(third, light, Operation::query));
  EXPECT_TRUE(passes(third, light, Operation::submit));
  EXPECT_TRUE(passes(third, newcomer, Operation::submit));
  const OverloadGuard full = guard_with(95);
  EXPECT_FALSE(passes(full, newcomer, Operation::submit));
  EXPECT_TRUE(full.check(at({}), light, Operation::submit)->full);
}

TEST(OverloadGuard, WhoMattersLessIsToldToStayAwayLonger) {
  const OverloadGuard full = guard_with(95);
  const auto advice = [&](std::size_t project, Operation operation) {
    return full.check(at({}), project, operation)->retry_after;
  };
  EXPECT_GT(advice(hot, Operation::query), advice(hot, Operation::submit));
  EXPECT_GT(advice(hot, Operation::submit), advice(light, Operation::query));
  EXPECT_GT(advice(light, Operation::query), advice(light, Operation::submit));
}

TEST(OverloadGuard, AProjectThatIsAloneLeavesRoomForOthers) {
  OverloadGuard guard(100);
  for (int i = 0; i < 95; ++i) {
    ASSERT_TRUE(passes(guard, hot, Operation::submit)) << i;
    guard.began(hot);
  }
  EXPECT_FALSE(passes(guard, hot, Operation::submit));
  EXPECT_TRUE(passes(guard, light, Operation::submit));
  guard.ended(hot);
  EXPECT_TRUE(passes(guard, hot, Operation::submit));
}

// A burst makes some calls wait, a queue that stands makes all of them wait.
TEST(OverloadGuard, AStandingQueueIsPressureABurstIsNone) {
  OverloadGuard guard(100);
  for (int ms = 0; ms < 300; ++ms) guard.arrived(at(milliseconds(ms)), milliseconds(ms % 50 == 0 ? 0 : 90));
  EXPECT_EQ(guard.pressure(at(milliseconds(300))).share, 0);
  for (int ms = 300; ms < 600; ++ms) guard.arrived(at(milliseconds(ms)), milliseconds(95));
  EXPECT_NEAR(guard.pressure(at(milliseconds(600))).share, 0.95, 0.001);
  EXPECT_TRUE(guard.check(at(milliseconds(600)), light, Operation::query).has_value());
  EXPECT_FALSE(guard.check(at(milliseconds(600)), light, Operation::submit).has_value());
  EXPECT_EQ(guard.pressure(at(seconds(2))).share, 0) << "nothing came for a while: nothing stands";
}

// ---- in the gateway ----

struct CrowdedGateway : Driver {
  CrowdedGateway() : Driver(spec()) { all_up(); }
  static GatewaySpec spec() {
    GatewaySpec spec = test::small_network();
    spec.max_calls = 20;
    return spec;
  }
  void crowd(int calls) {
    for (int i = 0; i < calls; ++i) call(test::submit("crowd-" + std::to_string(i)), "shop-key");
    call(test::submit("other"));
  }
};

TEST(GatewayOverload, ShedsTheHotProjectsReadsAndServesTheOthers) {
  CrowdedGateway crowded;
  crowded.crowd(14);
  crowded.call(test::query(), "shop-key");
  ASSERT_EQ(crowded.answers().size(), 1u);
  const Reply shed = crowded.last_answer();
  EXPECT_EQ(shed.status, Status::resource_exhausted);
  EXPECT_EQ(shed.reason, Reason::overloaded);
  EXPECT_GT(shed.retry_after, Duration{});
  EXPECT_EQ(crowded.gateway.counters().shed, 1u);
  crowded.call(test::submit("write"), "shop-key");
  crowded.call(test::query());
  EXPECT_EQ(crowded.answers().size(), 1u) << "these are on their way";
}

TEST(GatewayOverload, AShedCallSpendsNothingOfTheQuota) {
  CrowdedGateway crowded;
  crowded.crowd(18);
  for (int i = 0; i < 20; ++i) crowded.call(test::query(), "metered-key");
  for (const GatewayAnswer& answer : crowded.answers()) EXPECT_EQ(answer.reply.reason, Reason::overloaded);
  for (const Forward& forward : crowded.forwards()) crowded.reply(forward.attempt);
  const std::size_t before = crowded.forwards().size();
  for (int i = 0; i < 5; ++i) crowded.call(test::query(), "metered-key");
  EXPECT_EQ(crowded.forwards().size(), before + 5) << "the whole burst is there";
}

TEST(GatewayOverload, ExplainSaysWhatIsRefused) {
  CrowdedGateway crowded;
  EXPECT_EQ(crowded.gateway.explain(crowded.now, {{"fabric", "trade"}}).pressure.shed, "");
  crowded.crowd(14);
  const Pressure pressure = crowded.gateway.explain(crowded.now, {{"fabric", "trade"}}).pressure;
  EXPECT_DOUBLE_EQ(pressure.share, 0.75);
  EXPECT_EQ(pressure.shed, "reads of projects over their share");
}

}  // namespace
}  // namespace bsn
