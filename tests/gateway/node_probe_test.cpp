// Active health: silent nodes are asked for a sign of life, and passed over before a call fails.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/gateway/gateway_fixture.h"

namespace bsn {
namespace {

using test::Driver;
using test::nanjing;
using test::tianjin;

constexpr Duration after = seconds(5), timeout = seconds(2);

GatewaySpec probing() {
  GatewaySpec spec = test::small_network();
  spec.health.probe_after = after;
  spec.health.probe_timeout = timeout;
  return spec;
}

struct ProbingGateway : Driver {
  ProbingGateway() : Driver(probing()) { all_up(); }

  // Time passes; nodes but the dead ones answer probes at once.
  void live_on(Duration time, const std::set<CityIndex>& dead) {
    const Instant end = now + time;
    while (now < end) {
      wait(std::min(end, gateway.next_wakeup().value_or(end)) - now);
      for (const Probe& probe : all<Probe>()) {
        asked.insert(probe.city);
        if (!dead.contains(probe.city)) step(NodeAlive{probe.city});
      }
      std::erase_if(outputs, [](const auto& output) { return std::holds_alternative<Probe>(output); });
    }
  }
  std::string why(CityIndex city) {
    for (const RouteCandidate& candidate : gateway.explain(now, {{"fabric", "trade"}}).candidates) {
      if (candidate.city == city) return candidate.why;
    }
    return "no candidate";
  }
  std::set<CityIndex> asked;
};

TEST(NodeProbe, NobodyIsAskedWhoSpokeLately) {
  ProbingGateway gateway;
  gateway.live_on(after - milliseconds(1), {});
  EXPECT_TRUE(gateway.asked.empty());
  gateway.live_on(seconds(1), {});
  EXPECT_EQ(gateway.asked.size(), test::small_network().cities.size());
}

TEST(NodeProbe, ASilentNodeIsPassedOverBeforeAnyCallFails) {
  ProbingGateway gateway;
  EXPECT_EQ(gateway.why(tianjin), "nearest healthy");
  gateway.live_on(after + timeout * 2, {tianjin});
  EXPECT_EQ(gateway.why(tianjin), "unhealthy: silent");
  gateway.call(test::query());
  EXPECT_EQ(gateway.last_forward().city, nanjing);
}

TEST(NodeProbe, ANodeThatSpeaksAgainIsCalledAgain) {
  ProbingGateway gateway;
  gateway.live_on(after + timeout * 2, {tianjin});
  ASSERT_FALSE(gateway.gateway.healthy(tianjin, gateway.now));
  gateway.live_on(after * 2, {});
  EXPECT_TRUE(gateway.gateway.healthy(tianjin, gateway.now)) << "it was asked again, and answered";
  EXPECT_EQ(gateway.why(tianjin), "nearest healthy");
}

TEST(NodeProbe, CallsUnderASilentNodeAreTriedElsewhere) {
  ProbingGateway gateway;
  gateway.call(test::query(), "all-key", seconds(60));
  ASSERT_EQ(gateway.last_forward().city, tianjin);
  gateway.live_on(after + timeout * 2, {tianjin});
  EXPECT_EQ(gateway.last_forward().city, nanjing);
  gateway.reply(gateway.last_forward().attempt);
  EXPECT_EQ(gateway.last_answer().status, Status::ok);
}

// Stopped and continued, it must not take everybody for dead because it did not listen.
TEST(NodeProbe, WhoWasAwayItselfAsksAnew) {
  ProbingGateway gateway;
  gateway.wait(after);
  ASSERT_FALSE(gateway.all<Probe>().empty());
  gateway.wait(seconds(60));
  EXPECT_TRUE(gateway.gateway.healthy(tianjin, gateway.now));
  gateway.live_on(after * 2, {});
  EXPECT_TRUE(gateway.gateway.healthy(tianjin, gateway.now));
}

TEST(NodeProbe, NobodyIsAskedWhenItIsTurnedOff) {
  Driver gateway;
  gateway.all_up();
  gateway.wait(seconds(3600));
  EXPECT_TRUE(gateway.all<Probe>().empty());
  EXPECT_TRUE(gateway.gateway.healthy(tianjin, gateway.now));
}

}  // namespace
}  // namespace bsn
