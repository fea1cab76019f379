// Where calls go, policy by policy: the gateway as a whole, over the small service network.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "gateway/peer_latency.h"
#include "tests/gateway/gateway_fixture.h"

namespace bsn {
namespace {

using namespace test;

constexpr ChainIndex trade{0};

Driver with_rule(const RoutingRule& rule) {
  GatewaySpec spec = small_network();
  spec.routes[trade.value].routing = rule;
  Driver driver(spec);
  driver.all_up();
  return driver;
}

Driver with_policy(RoutePolicy policy) { return with_rule({policy}); }

// Answers the last attempt after so long.
void answer_after(Driver& driver, Duration time) {
  const AttemptId attempt = driver.last_forward().attempt;
  driver.wait(time);
  driver.reply(attempt);
}

std::string why(const Driver& driver, CityIndex city, const RouteQuestion& question = {{"fabric", "trade"}}) {
  for (const RouteCandidate& candidate : driver.gateway.explain(driver.now, question).candidates) {
    if (candidate.city == city) return candidate.why;
  }
  return "no candidate";
}

CityIndex explained_choice(const Driver& driver) {
  for (const RouteCandidate& candidate : driver.gateway.explain(driver.now, {{"fabric", "trade"}}).candidates) {
    if (candidate.chosen) return candidate.city;
  }
  return beijing;
}

// ---- least_latency ----

TEST(GatewayRouting, LeastLatencyLeavesASlowPeerAndComesBackToIt) {
  Driver driver = with_policy(RoutePolicy::least_latency);
  driver.call(query());
  ASSERT_EQ(driver.last_forward().city, tianjin) << "nothing is known yet: the nearest";
  answer_after(driver, milliseconds(400));
  driver.call(query());
  EXPECT_EQ(driver.last_forward().city, nanjing);
  answer_after(driver, milliseconds(20));
  EXPECT_NE(why(driver, tianjin).find("expected, nanjing has"), std::string::npos) << why(driver, tianjin);
  EXPECT_EQ(why(driver, nanjing), "least expected latency");
  driver.wait(PeerLatency::tau * 100);
  driver.call(query());
  EXPECT_EQ(driver.last_forward().city, tianjin) << "what was slow long ago is tried again";
}

TEST(GatewayRouting, LeastLatencyDoesNotBlameAPeerForItsChainsPace) {
  Driver driver = with_policy(RoutePolicy::least_latency);
  driver.call(submit());
  const AttemptId attempt = driver.last_forward().attempt;
  driver.wait(seconds(3));
  Reply reply;
  reply.split.consensus = seconds(3) - milliseconds(5);
  driver.reply(attempt, reply);
  driver.call(submit("key-2"));
  EXPECT_EQ(driver.last_forward().city, tianjin);
}

// ---- least_loaded ----

TEST(GatewayRouting, LeastLoadedSpreadsCallsAndSparesWhoHasMany) {
  Driver driver = with_policy(RoutePolicy::least_loaded);
  std::map<CityIndex, int> sent;
  for (int i = 0; i < 400; ++i) {
    driver.call(query());
    ++sent[driver.last_forward().city];
  }
  ASSERT_EQ(sent.size(), 4u);
  for (const auto& [city, calls] : sent)
    EXPECT_NEAR(calls, 100, 5) << city.value << ": none is answered, so all fill up alike";
}

TEST(GatewayRouting, ExplainingTellsWhatIsDrawnNextWithoutDrawingIt) {
  Driver driver = with_policy(RoutePolicy::least_loaded);
  for (int i = 0; i < 50; ++i) {
    const CityIndex next = explained_choice(driver);
    EXPECT_EQ(explained_choice(driver), next);
    driver.call(query());
    EXPECT_EQ(driver.last_forward().city, next);
    if (i % 3 == 0) driver.reply(driver.last_forward().attempt);
  }
}

// ---- pinned ----

TEST(GatewayRouting, PinnedGoesNowhereElse) {
  Driver driver = with_rule({RoutePolicy::pinned, {suzhou, shenzhen}});
  driver.call(query());
  EXPECT_EQ(driver.last_forward().city, suzhou);
  EXPECT_EQ(why(driver, tianjin), "not pinned");
  EXPECT_EQ(why(driver, shenzhen), "pinned behind suzhou");
  driver.link(suzhou, false);
  driver.call(query());
  EXPECT_EQ(driver.last_forward().city, shenzhen);
  driver.link(shenzhen, false);
  driver.call(query());
  EXPECT_EQ(driver.last_answer().reason, Reason::no_healthy_peer);
}

// ---- consistent ----

TEST(GatewayRouting, ConsistentGivesEachAccountACityAndMovesOnlyThoseOfAFailedOne) {
  Driver driver = with_policy(RoutePolicy::consistent);
  const auto cities = [&] {
    std::map<std::string, CityIndex> of;
    for (int i = 0; i < 200; ++i) {
      Call call = query();
      call.args = {"account-" + std::to_string(i)};
      driver.call(call);
      of[call.args[0]] = driver.last_forward().city;
    }
    return of;
  };
  const auto before = cities();
  EXPECT_EQ(before, cities());
  std::set<CityIndex> used;
  for (const auto& [account, city] : before) used.insert(city);
  EXPECT_EQ(used.size(), 4u);
  driver.link(nanjing, false);
  for (const auto& [account, city] : cities()) {
    if (before.at(account) == nanjing) {
      EXPECT_NE(city, nanjing);
    } else {
      EXPECT_EQ(city, before.at(account));
    }
  }
  driver.link(nanjing, true);
  EXPECT_EQ(before, cities());
}

// ---- hedged ----

constexpr Duration late = milliseconds(20);

TEST(GatewayRouting, ALateReadGoesToASecondPeerAndTheFirstAnswerCounts) {
  Driver driver = with_rule({RoutePolicy::hedged, {}, late});
  driver.call(query());
  const Forward first = driver.last_forward();
  ASSERT_EQ(first.city, tianjin);
  driver.wait(late - milliseconds(1));
  EXPECT_EQ(driver.forwards().size(), 1u) << "not late yet";
  driver.wait(milliseconds(200));
  ASSERT_EQ(driver.forwards().size(), 2u);
  const Forward second = driver.last_forward();
  EXPECT_EQ(second.city, nanjing);
  EXPECT_EQ(driver.gateway.counters().hedges, 1u);
  EXPECT_EQ(driver.gateway.counters().retries, 0u);
  driver.wait(milliseconds(30));
  driver.reply(second.attempt);
  ASSERT_EQ(driver.answers().size(), 1u);
  EXPECT_EQ(driver.last_answer().city, "nanjing");
  EXPECT_EQ(driver.last_answer().split.total(), late - milliseconds(1) + milliseconds(230));
  EXPECT_EQ(driver.last_answer().split.route, late + milliseconds(199)) << "the time before the hedge was sent";
  driver.reply(first.attempt);
  EXPECT_EQ(driver.answers().size(), 1u);
  EXPECT_EQ(driver.gateway.open_calls(tianjin), 0u);
}

TEST(GatewayRouting, AFirstAnswerThatIsAnErrorWaitsForTheOther) {
  Driver driver = with_rule({RoutePolicy::hedged, {}, late});
  driver.call(query());
  const Forward first = driver.last_forward();
  driver.wait(milliseconds(200));
  const Forward second = driver.last_forward();
  driver.reply(first.attempt, unavailable());
  EXPECT_TRUE(driver.answers().empty());
  EXPECT_EQ(driver.forwards().size(), 2u) << "no third one while the second is out";
  driver.link(second.city, false);
  ASSERT_EQ(driver.forwards().size(), 3u) << "both failed: it is tried again";
  EXPECT_EQ(driver.gateway.counters().retries, 1u);
  driver.reply(driver.last_forward().attempt);
  EXPECT_EQ(driver.last_answer().status, Status::ok);
}

TEST(GatewayRouting, WritesAndCallsThatAreTriedAgainAreNotHedged) {
  Driver driver = with_rule({RoutePolicy::hedged, {}, late});
  driver.call(submit());
  driver.wait(seconds(1));
  EXPECT_EQ(driver.forwards().size(), 1u);
  driver.call(query());
  driver.reply(driver.last_forward().attempt, unavailable());
  EXPECT_EQ(driver.forwards().size(), 3u);
  driver.wait(seconds(1));
  EXPECT_EQ(driver.forwards().size(), 3u);
  EXPECT_EQ(driver.gateway.counters().hedges, 0u);
}

TEST(GatewayRouting, HedgesSpendTheBudgetOfRetries) {
  GatewaySpec spec = small_network();
  spec.routes[trade.value].routing = {RoutePolicy::hedged, {}, late};
  spec.retry = {3, 0.1, 5};
  Driver driver(spec);
  driver.all_up();
  constexpr std::uint64_t calls = 500;
  for (std::uint64_t i = 0; i < calls; ++i) {
    driver.call(query(), "all-key", seconds(1000));
    driver.wait(seconds(1));
  }
  const GatewayCounters& counters = driver.gateway.counters();
  EXPECT_GE(counters.hedges, calls / 10);
  EXPECT_EQ(counters.attempts, calls + counters.hedges);
  EXPECT_LE(counters.attempts, calls + calls / 10 + 5);
}

TEST(GatewayRouting, AHedgedCallThatNobodyAnswersEndsOnceAtItsDeadline) {
  Driver driver = with_rule({RoutePolicy::hedged, {}, late});
  driver.call(query(), "all-key", seconds(1));
  driver.wait(milliseconds(500));
  ASSERT_EQ(driver.forwards().size(), 2u);
  driver.wait(milliseconds(500));
  ASSERT_EQ(driver.answers().size(), 1u);
  EXPECT_EQ(driver.last_answer().status, Status::deadline_exceeded);
  EXPECT_EQ(driver.last_answer().split.total(), seconds(1));
  EXPECT_TRUE(driver.idle());
}

// ---- whose rule; bounds ----

TEST(GatewayRouting, AProjectsRuleCountsBeforeItsNetworks) {
  GatewaySpec spec = small_network();
  spec.routes[trade.value].routing = {RoutePolicy::pinned, {suzhou}};
  spec.projects[0].routing = RoutingRule{RoutePolicy::pinned, {shenzhen}};
  Driver driver(spec);
  driver.all_up();
  driver.call(query(), "shop-key");
  EXPECT_EQ(driver.last_forward().city, shenzhen);
  driver.call(query(), "all-key");
  EXPECT_EQ(driver.last_forward().city, suzhou);
  RouteQuestion question{{"fabric", "trade"}};
  question.access_key = "shop-key";
  EXPECT_EQ(why(driver, suzhou, question), "not pinned");
}

TEST(GatewayRouting, AFullCityIsPassedOverUntilACallEndsThere) {
  GatewaySpec spec = small_network();
  spec.health.open_calls_max = 2;
  Driver driver(spec);
  driver.all_up();
  driver.call(query());
  const AttemptId first = driver.last_forward().attempt;
  driver.call(query());
  driver.call(query());
  EXPECT_EQ(driver.last_forward().city, nanjing);
  EXPECT_EQ(why(driver, tianjin), "full: 2 calls are under way there");
  driver.reply(first);
  driver.call(query());
  EXPECT_EQ(driver.last_forward().city, tianjin);
}

// F05: outliers are ejected, never more than a bound.
TEST(GatewayRouting, WhenMoreFailThanMayBeEjectedNoneIsPassedOver) {
  Driver driver;
  driver.all_up();
  const auto fail = [&](CityIndex expected) {
    for (int i = 0; i < 5; ++i) {
      driver.call(submit("key"));
      ASSERT_EQ(driver.last_forward().city, expected);
      driver.reply(driver.last_forward().attempt, refusal(Status::internal, Reason::none, "disk"));
    }
  };
  fail(tianjin);
  fail(nanjing);  // two of four now: more than the one that is always allowed
  driver.call(submit());
  EXPECT_EQ(driver.last_forward().city, tianjin);
  EXPECT_EQ(why(driver, tianjin), "nearest healthy, though ejected: more peers are than may be passed over");
}

}  // namespace
}  // namespace bsn
