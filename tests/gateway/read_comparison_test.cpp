// Reads at level final that several peers answer: the comparison alone, and the gateway that asks for it.
#include "gateway/read_comparison.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/gateway/gateway_fixture.h"

namespace bsn {
namespace {

using namespace test;
using Verdict = ReadComparison::Verdict;

Reply at_height(Height height, std::string value = "7") {
  Reply reply;
  reply.height = height;
  reply.value = std::move(value);
  reply.state_root = sha256("root " + std::to_string(height));
  return reply;
}

// ---- the comparison alone ----

TEST(ReadComparison, PeersAgreeOnceEnoughSayTheSameAtOneHeight) {
  ReadComparison comparison(3);
  EXPECT_EQ(comparison.add({0}, at_height(5)), Verdict::open);
  EXPECT_EQ(comparison.add({1}, at_height(5)), Verdict::open);
  EXPECT_EQ(comparison.add({1}, at_height(5)), Verdict::open) << "twice the same peer is one";
  EXPECT_EQ(comparison.add({2}, at_height(5)), Verdict::agreed);
}

TEST(ReadComparison, WhoeverSaysAnotherThingAtTheSameHeightDisagrees) {
  const auto second = [](const Reply& reply) {
    ReadComparison comparison(2);
    comparison.add({0}, at_height(5));
    return comparison.add({1}, reply);
  };
  EXPECT_EQ(second(at_height(5, "8")), Verdict::unequal);
  Reply other_root = at_height(5);
  other_root.state_root = sha256("another");
  EXPECT_EQ(second(other_root), Verdict::unequal);
  Reply refused = refusal(Status::failed_precondition, Reason::contract_refused, "no");
  refused.height = 5;
  EXPECT_EQ(second(refused), Verdict::unequal);
  Reply other_words = at_height(5);
  other_words.message = "said otherwise";
  EXPECT_EQ(second(other_words), Verdict::agreed) << "the text for people is not compared";
}

TEST(ReadComparison, AnswersAtOtherHeightsSayNothingAboutEachOther) {
  ReadComparison comparison(2);
  EXPECT_EQ(comparison.add({0}, at_height(5, "old")), Verdict::open);
  EXPECT_EQ(comparison.add({1}, at_height(6, "new")), Verdict::open);
  EXPECT_EQ(comparison.behind(), std::vector{CityIndex{0}});
  EXPECT_EQ(comparison.add({0}, at_height(7, "newer")), Verdict::open) << "it went past the other";
  EXPECT_EQ(comparison.behind(), std::vector{CityIndex{1}});
  EXPECT_EQ(comparison.add({1}, at_height(7, "newer")), Verdict::agreed);
}

TEST(ReadComparison, AnEarlierAnswerStillCountsAtItsHeight) {
  ReadComparison comparison(2);
  comparison.add({0}, at_height(6));
  comparison.add({1}, at_height(5));
  EXPECT_EQ(comparison.add({0}, at_height(8)), Verdict::open);
  EXPECT_EQ(comparison.add({1}, at_height(6)), Verdict::agreed) << "what the first said at height 6";
}

TEST(ReadComparison, ItIsAskedAgainLaterAndLaterAndNotForEver) {
  ReadComparison comparison(2);
  Duration pause = ReadComparison::first_pause;
  for (std::uint32_t round = 0; round < ReadComparison::rounds_max; ++round, pause = pause * 2) {
    EXPECT_EQ(comparison.next_pause(), pause);
  }
  EXPECT_EQ(comparison.next_pause(), std::nullopt);
}

// ---- the gateway ----

constexpr ChainIndex trade{0};

Driver comparing(std::uint32_t peers, RoutingRule rule = {}) {
  GatewaySpec spec = small_network();
  rule.compare = peers;
  spec.routes[trade.value].routing = rule;
  Driver driver(spec);
  driver.all_up();
  return driver;
}

Call final_query() {
  Call call = query();
  call.level = Level::final_;
  return call;
}

TEST(GatewayComparison, AFinalReadGoesToSeveralPeersAndIsAnsweredWhenAllHaveSaidTheSame) {
  Driver driver = comparing(3);
  driver.call(final_query());
  const auto sent = driver.forwards();
  ASSERT_EQ(sent.size(), 3u);
  EXPECT_EQ(sent[0].city, tianjin) << "the nearest first";
  EXPECT_NE(sent[1].city, sent[0].city);
  EXPECT_NE(sent[2].city, sent[1].city);
  EXPECT_NE(sent[2].city, sent[0].city);
  driver.wait(milliseconds(10));
  driver.reply(sent[1].attempt, at_height(9));
  driver.reply(sent[0].attempt, at_height(9));
  EXPECT_TRUE(driver.answers().empty());
  driver.wait(milliseconds(30));
  driver.reply(sent[2].attempt, at_height(9));
  ASSERT_EQ(driver.answers().size(), 1u);
  EXPECT_EQ(driver.last_answer().status, Status::ok);
  EXPECT_EQ(driver.last_answer().value, "7");
  EXPECT_EQ(driver.last_answer().height, 9u);
  EXPECT_EQ(driver.last_answer().split.total(), milliseconds(40));
  const GatewayCounters& counters = driver.gateway.counters();
  EXPECT_EQ(counters.attempts, 3u);
  EXPECT_EQ(counters.compares, 2u);
  EXPECT_EQ(counters.retries + counters.hedges + counters.unequal, 0u);
  for (const Forward& one : sent) EXPECT_EQ(driver.gateway.open_calls(one.city), 0u);
  EXPECT_TRUE(driver.idle());
}

TEST(GatewayComparison, WritesAndLocalReadsGoToOnePeer) {
  Driver driver = comparing(3);
  driver.call(submit());
  driver.call(query());
  EXPECT_EQ(driver.forwards().size(), 2u);
  EXPECT_EQ(driver.gateway.counters().compares, 0u);
}

TEST(GatewayComparison, ALyingPeerIsDataLossAndNobodysWordIsPassedOn) {
  Driver driver = comparing(2);
  driver.call(final_query());
  const auto sent = driver.forwards();
  ASSERT_EQ(sent.size(), 2u);
  driver.reply(sent[0].attempt, at_height(9, "7"));
  driver.reply(sent[1].attempt, at_height(9, "7000000"));
  ASSERT_EQ(driver.answers().size(), 1u);
  const Reply answer = driver.last_answer();
  EXPECT_EQ(answer.status, Status::data_loss);
  EXPECT_EQ(answer.reason, Reason::peers_disagree);
  EXPECT_EQ(answer.message, "tianjin and nanjing answer unequally at height 9");
  EXPECT_EQ(answer.value, "");
  EXPECT_EQ(driver.gateway.counters().unequal, 1u);
}

TEST(GatewayComparison, ADisagreementIsToldAtOnceAndTheOthersAreNotWaitedFor) {
  Driver driver = comparing(3);
  driver.call(final_query());
  const auto sent = driver.forwards();
  driver.reply(sent[0].attempt, at_height(9, "7"));
  driver.reply(sent[2].attempt, at_height(9, "8"));
  ASSERT_EQ(driver.answers().size(), 1u);
  EXPECT_EQ(driver.gateway.open_calls(sent[1].city), 0u);
  driver.reply(sent[1].attempt, at_height(9, "7"));
  EXPECT_EQ(driver.answers().size(), 1u);
}

TEST(GatewayComparison, APeerThatIsBehindIsAskedAgainAfterAPause) {
  Driver driver = comparing(2);
  driver.call(final_query());
  const auto sent = driver.forwards();
  driver.reply(sent[0].attempt, at_height(9));
  driver.reply(sent[1].attempt, at_height(8));
  EXPECT_EQ(driver.forwards().size(), 2u);
  driver.wait(ReadComparison::first_pause - milliseconds(1));
  EXPECT_EQ(driver.forwards().size(), 2u);
  driver.wait(milliseconds(1));
  ASSERT_EQ(driver.forwards().size(), 3u);
  EXPECT_EQ(driver.last_forward().city, sent[1].city);
  EXPECT_EQ(driver.gateway.counters().compares, 2u);
  driver.reply(driver.last_forward().attempt, at_height(9));
  EXPECT_EQ(driver.last_answer().status, Status::ok);
  EXPECT_EQ(driver.last_answer().split.total(), ReadComparison::first_pause);
}

TEST(GatewayComparison, PeersThatAreNeverAtOneHeightAreAborted) {
  Driver driver = comparing(2);
  driver.call(final_query());
  driver.reply(driver.forwards()[0].attempt, at_height(9));
  driver.reply(driver.forwards()[1].attempt, at_height(3));
  for (std::uint32_t round = 0; round < ReadComparison::rounds_max; ++round) {
    ASSERT_TRUE(driver.answers().empty());
    driver.wait(seconds(1));
    driver.reply(driver.last_forward().attempt, at_height(3));
  }
  ASSERT_EQ(driver.answers().size(), 1u);
  EXPECT_EQ(driver.last_answer().status, Status::aborted);
  EXPECT_EQ(driver.last_answer().reason, Reason::peers_apart);
  EXPECT_EQ(driver.forwards().size(), 2u + ReadComparison::rounds_max);
}

TEST(GatewayComparison, WithFewerPeersThanThatNothingIsAskedAndNothingCharged) {
  Driver driver = comparing(4);
  driver.link(suzhou, false);
  driver.call(final_query());
  EXPECT_TRUE(driver.forwards().empty());
  EXPECT_EQ(driver.last_answer().status, Status::unavailable);
  EXPECT_EQ(driver.last_answer().reason, Reason::too_few_peers);
  EXPECT_GT(driver.last_answer().retry_after, Duration{});
  EXPECT_NE(driver.last_answer().message.find("compared at 4 peers, and 3 can be called"), std::string::npos)
      << driver.last_answer().message;
  driver.link(suzhou, true);
  driver.call(final_query());
  EXPECT_EQ(driver.forwards().size(), 4u);
}

TEST(GatewayComparison, AnotherPeerTakesThePlaceOfOneThatFails) {
  Driver driver = comparing(2);
  driver.call(final_query());
  const auto sent = driver.forwards();
  driver.reply(sent[0].attempt, unavailable());
  ASSERT_EQ(driver.forwards().size(), 3u);
  EXPECT_EQ(driver.gateway.counters().retries, 1u);
  const Forward third = driver.last_forward();
  EXPECT_NE(third.city, sent[0].city);
  EXPECT_NE(third.city, sent[1].city);
  driver.reply(sent[1].attempt, at_height(9));
  EXPECT_TRUE(driver.answers().empty()) << "the word of one is not enough";
  driver.link(third.city, false);
  ASSERT_EQ(driver.forwards().size(), 4u);
  driver.reply(driver.last_forward().attempt, at_height(9));
  EXPECT_EQ(driver.last_answer().status, Status::ok);
}

TEST(GatewayComparison, WhenNoPeerTakesThatPlaceTheWordOfTheOthersIsNotEnough) {
  Driver driver = comparing(4);
  driver.call(final_query());
  const auto sent = driver.forwards();
  for (int i = 0; i < 3; ++i) driver.reply(sent[static_cast<std::size_t>(i)].attempt, at_height(9));
  driver.reply(sent[3].attempt, unavailable());
  ASSERT_EQ(driver.answers().size(), 1u);
  EXPECT_EQ(driver.last_answer().status, Status::unavailable);
  EXPECT_EQ(driver.last_answer().reason, Reason::too_few_peers);
}

TEST(GatewayComparison, APeerThatWentWhileItWasBehindIsReplacedToo) {
  Driver driver = comparing(2);
  driver.call(final_query());
  const auto sent = driver.forwards();
  driver.reply(sent[0].attempt, at_height(8));
  driver.reply(sent[1].attempt, at_height(9));
  driver.link(sent[0].city, false);
  driver.wait(ReadComparison::first_pause);
  ASSERT_EQ(driver.forwards().size(), 3u);
  EXPECT_NE(driver.last_forward().city, sent[1].city);
  EXPECT_EQ(driver.gateway.counters().retries, 1u);
  driver.reply(driver.last_forward().attempt, at_height(9));
  EXPECT_EQ(driver.last_answer().status, Status::ok);
}

TEST(GatewayComparison, WhatAllRefuseAlikeIsRefused) {
  Driver driver = comparing(2);
  driver.call(final_query());
  for (const Forward& one : driver.forwards()) {
    Reply no = refusal(Status::failed_precondition, Reason::contract_refused, "no such account");
    no.height = 9;
    driver.reply(one.attempt, no);
  }
  EXPECT_EQ(driver.last_answer().status, Status::failed_precondition);
  EXPECT_EQ(driver.last_answer().reason, Reason::contract_refused);
}

TEST(GatewayComparison, EndsAtItsDeadlineAndWhenItsClientIsGone) {
  Driver driver = comparing(3);
  driver.call(final_query(), "all-key", seconds(1));
  driver.reply(driver.forwards()[0].attempt, at_height(9));
  driver.wait(seconds(1));
  EXPECT_EQ(driver.last_answer().status, Status::deadline_exceeded);
  const CallId gone = driver.call(final_query());
  driver.step(ClientGone{gone});
  EXPECT_EQ(driver.all<CancelAttempt>().size(), 3u) << "every peer that was asked can be told";
  EXPECT_EQ(driver.answers().size(), 1u);
  EXPECT_TRUE(driver.idle());
}

TEST(GatewayComparison, IsARuleOfTheProjectOrTheNetworkAndGoesWithEveryPolicy) {
  GatewaySpec spec = small_network();
  spec.projects[0].routing = RoutingRule{RoutePolicy::pinned, {shenzhen, suzhou}, {}, 2};
  Driver driver(spec);
  driver.all_up();
  driver.call(final_query(), "shop-key");
  ASSERT_EQ(driver.forwards().size(), 2u);
  EXPECT_EQ(driver.forwards()[0].city, shenzhen);
  EXPECT_EQ(driver.forwards()[1].city, suzhou);
  driver.call(final_query(), "all-key");
  EXPECT_EQ(driver.forwards().size(), 3u);
  for (const RoutePolicy policy : route_policies) {
    if (policy == RoutePolicy::pinned) continue;
    Driver other = comparing(4, {policy});
    other.call(final_query());
    EXPECT_EQ(other.forwards().size(), 4u) << to_string(policy);
    other.wait(seconds(1));
    EXPECT_EQ(other.forwards().size(), 4u) << "such a read is not hedged";
  }
}

TEST(GatewayComparison, ExplainSaysWhichPeersAreComparedAndWhenTheyAreTooFew) {
  Driver driver = comparing(3, {RoutePolicy::least_loaded});
  RouteQuestion question{{"fabric", "trade"}};
  question.level = Level::final_;
  std::set<CityIndex> told;
  for (const RouteCandidate& one : driver.gateway.explain(driver.now, question).candidates) {
    if (one.chosen || one.compared) told.insert(one.city);
    if (one.compared) {
      EXPECT_EQ(one.why, "compared: 3 peers must answer such a read alike");
    }
  }
  driver.call(final_query());
  std::set<CityIndex> asked;
  for (const Forward& one : driver.forwards()) asked.insert(one.city);
  EXPECT_EQ(told, asked);
  question.level = Level::local;
  for (const RouteCandidate& one : driver.gateway.explain(driver.now, question).candidates) EXPECT_FALSE(one.compared);
  question.level = Level::final_;
  driver.link(suzhou, false);
  driver.link(nanjing, false);
  for (const RouteCandidate& one : driver.gateway.explain(driver.now, question).candidates) {
    EXPECT_FALSE(one.chosen || one.compared);
    if (one.healthy) {
      EXPECT_EQ(one.why, "too few: 3 peers are to be compared, and 2 can be called");
    }
  }
}

// ---- the trace goes on ----

TEST(GatewayTrace, EveryAttemptIsASpanOfItsOwnInTheCallersTrace) {
  Driver driver = comparing(2);
  const TraceContext callers = parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  ClientCall arrived{CallId{99}, "all-key", "", final_query(), driver.now, driver.now + seconds(1)};
  arrived.trace = callers;
  driver.step(arrived);
  driver.reply(driver.forwards()[0].attempt, unavailable());
  const auto sent = driver.forwards();
  ASSERT_EQ(sent.size(), 3u);
  std::set<std::uint64_t> spans{callers.span};
  for (const Forward& one : sent) {
    EXPECT_EQ(one.trace.trace, callers.trace);
    EXPECT_TRUE(one.trace.sampled);
    EXPECT_NE(one.trace.span, 0u);
    EXPECT_TRUE(spans.insert(one.trace.span).second) << "a span twice";
  }
  driver.call(query());
  EXPECT_FALSE(driver.last_forward().trace.there()) << "no trace is begun for who has none";
}

}  // namespace
}  // namespace bsn
