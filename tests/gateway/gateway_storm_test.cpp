// The gateway in any weather: calls, answers, broken links, vanished clients and deadlines in random order.
#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "core/random.h"
#include "tests/gateway/gateway_fixture.h"

namespace bsn {
namespace {

using namespace test;

// A storm of calls, answers, broken links, vanished clients and deadlines; returns a line per output.
struct Storm {
  explicit Storm(std::uint64_t seed) : random(seed) {
    GatewaySpec spec = small_network();
    spec.max_calls = 50;
    driver = std::make_unique<Driver>(spec);
    driver->all_up();
  }

  void turn() {
    driver->wait(random.exponential(milliseconds(5)));
    collect();
    const std::uint64_t what = random.below(10);
    if (what < 5) {
      received[driver->call(random.chance(0.5) ? query() : submit(), "all-key",
                            random.exponential(milliseconds(100)))] = driver->now;
    } else if (what < 8 && !open.empty()) {
      const auto one = std::next(open.begin(), static_cast<std::ptrdiff_t>(random.below(open.size())));
      const AttemptId attempt = one->first;
      open.erase(one);
      driver->reply(attempt, random.chance(0.3) ? unavailable() : Reply{});
    } else if (what == 8) {
      driver->link({static_cast<std::uint32_t>(random.below(5))}, random.chance(0.7), random.chance(0.9));
    } else if (driver->last_id > 0) {
      const CallId id{1 + random.below(driver->last_id)};
      if (!answered.contains(id)) gone[id] = true;
      driver->step(ClientGone{id});
    }
    collect();
  }

  void collect() {
    for (const GatewayOutput& output : driver->outputs) {
      if (const auto* forward = std::get_if<Forward>(&output)) {
        ASSERT_LT(driver->now, forward->deadline);
        ASSERT_TRUE(open.emplace(forward->attempt, forward->of).second) << "an attempt was numbered twice";
        lines += "f" + std::to_string(forward->attempt.value) + "@" + std::to_string(forward->city.value);
      } else if (const auto* answered_call = std::get_if<GatewayAnswer>(&output)) {
        const GatewayAnswer& answer = *answered_call;
        ASSERT_FALSE(gone.contains(answer.id));
        ++answered[answer.id];
        ASSERT_EQ(answer.reply.split.total(), driver->now - received[answer.id]);
        lines += "a" + std::to_string(answer.id.value) + to_string(answer.reply.split.total()) +
                 std::string(to_string(answer.reply.reason));
      }
    }
    driver->outputs.clear();
  }

  Random random;
  std::unique_ptr<Driver> driver;
  std::map<AttemptId, CallId> open;
  std::map<CallId, Instant> received;
  std::map<CallId, int> answered;
  std::map<CallId, bool> gone;
  std::string lines;
};

TEST(GatewayStorm, AnswersEveryCallExactlyOnceInAnyWeather) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Storm storm(seed);
    for (int i = 0; i < 2000; ++i) storm.turn();
    storm.driver->wait(seconds(100));
    for (const GatewayAnswer& answer : storm.driver->answers()) ++storm.answered[answer.id];
    for (std::uint64_t id = 1; id <= storm.driver->last_id; ++id) {
      if (storm.gone.contains({id})) continue;
      ASSERT_EQ(storm.answered[{id}], 1) << "call " << id << ", seed " << seed;
    }
    EXPECT_TRUE(storm.driver->idle());
  }
}

TEST(GatewayStorm, EqualInputsGiveEqualOutputs) {
  Storm one(3), two(3), other(4);
  for (int i = 0; i < 3000; ++i) {
    one.turn();
    two.turn();
    other.turn();
  }
  EXPECT_GT(one.lines.size(), 10'000u);
  EXPECT_EQ(one.lines, two.lines);
  EXPECT_NE(one.lines, other.lines);
}

}  // namespace
}  // namespace bsn
