#include "gateway/gateway.h"

#include <gtest/gtest.h>

#include "tests/gateway/gateway_fixture.h"

namespace bsn {
namespace {

using namespace test;

Reply answer_to(Driver& driver, const Call& call, std::string key = "all-key") {
  driver.call(call, std::move(key));
  return driver.last_answer();
}

// ---- admission ----

TEST(Gateway, ForwardsAnAdmittedCallToTheNearestHealthyPeerInTheProjectsName) {
  Driver driver;
  driver.all_up();
  Call call = submit();
  call.project = "somebody else";
  const CallId id = driver.call(call, "shop-key");
  ASSERT_EQ(driver.outputs.size(), 1u);
  const Forward forward = driver.last_forward();
  EXPECT_EQ(forward.city, tianjin);
  EXPECT_EQ(forward.origin, beijing);
  EXPECT_EQ(forward.of, id);
  EXPECT_EQ(forward.call.project, "shop");
  EXPECT_EQ(forward.deadline, driver.now + seconds(10));
}

TEST(Gateway, UnknownWrongAndMissingKeysGetTheSameAnswer) {
  Driver driver;
  driver.all_up();
  for (const char* key : {"", "wrong", "shop-key2"}) {
    const Reply reply = answer_to(driver, query(), key);
    EXPECT_EQ(reply.status, Status::unauthenticated);
    EXPECT_EQ(reply.reason, Reason::unknown_key);
    EXPECT_EQ(reply.message, "the access key is missing or not valid");
  }
  Call malformed;
  EXPECT_EQ(answer_to(driver, malformed, "wrong").reason, Reason::unknown_key) << "nothing is looked at before the key";
}

TEST(Gateway, AProjectSeesNothingBehindItsGrants) {
  Driver driver;
  driver.all_up();
  Call real = query(), invented = query();
  real.chain = {"neo", "main"};
  invented.chain = {"no-such-network", "main"};
  EXPECT_EQ(answer_to(driver, real, "shop-key").reason, Reason::not_granted);
  EXPECT_EQ(answer_to(driver, invented, "shop-key").message, answer_to(driver, real, "shop-key").message);
}

TEST(Gateway, RefusesMalformedCallsUnknownChainsAndUnknownOrigins) {
  Driver driver;
  driver.all_up();
  Call call = submit("");
  EXPECT_EQ(answer_to(driver, call).status, Status::invalid_argument);
  call = query();
  call.chain.chain = "none";
  EXPECT_EQ(answer_to(driver, call).reason, Reason::unknown_network);
  EXPECT_EQ(driver.last_answer().message, "fabric has no chain none");
  call.chain.network = "none";
  EXPECT_EQ(answer_to(driver, call).message, "there is no network none");
  driver.call(query(), "all-key", seconds(1), "atlantis");
  EXPECT_EQ(driver.last_answer().reason, Reason::malformed);
  EXPECT_TRUE(driver.forwards().empty());
}

TEST(Gateway, ACallThatArrivesAfterItsDeadlineIsNotForwarded) {
  Driver driver;
  driver.all_up();
  driver.call(submit(), "all-key", Duration{});
  EXPECT_EQ(driver.last_answer().status, Status::deadline_exceeded);
  EXPECT_TRUE(driver.forwards().empty());
}

TEST(Gateway, HoldsTheRateOfAPlanAndSaysWhenToComeBack) {
  Driver driver;
  driver.all_up();
  for (int i = 0; i < 5; ++i) driver.call(query(), "metered-key");
  EXPECT_EQ(driver.forwards().size(), 5u);
  const Reply reply = answer_to(driver, query(), "metered-key");
  EXPECT_EQ(reply.status, Status::resource_exhausted);
  EXPECT_EQ(reply.reason, Reason::rate_limited);
  EXPECT_EQ(reply.retry_after, milliseconds(100));
  driver.wait(reply.retry_after);
  driver.call(query(), "metered-key");
  EXPECT_EQ(driver.forwards().size(), 6u);
}

// safety.md NOEFF: refused calls leave the day's quota as it was; those with another key leave the rate, too.
TEST(Gateway, BadCallsSpendNothingOfTheDay) {
  Driver driver;
  driver.all_up();
  for (int i = 0; i < 1000; ++i) driver.call(query(), "metered-kez");
  for (int i = 0; i < 150; ++i) {
    driver.call(submit(""), "metered-key");
    driver.wait(milliseconds(100));
  }
  driver.outputs.clear();
  for (int i = 0; i < 101; ++i) {
    driver.call(query(), "metered-key");
    if (i < 100) driver.reply(driver.last_forward().attempt);
    driver.wait(milliseconds(100));
  }
  EXPECT_EQ(driver.forwards().size(), 100u);
  EXPECT_EQ(driver.last_answer().reason, Reason::quota_spent);
  EXPECT_GT(driver.last_answer().retry_after, seconds(23 * 3600));
}

TEST(Gateway, RefusesCallsBeyondItsBoundAndTakesThemAgainWhenOthersEnd) {
  GatewaySpec spec = small_network();
  spec.max_calls = 3;
  Driver driver(spec);
  driver.all_up();
  for (int i = 0; i < 3; ++i) driver.call(query());
  const Reply reply = answer_to(driver, query());
  EXPECT_EQ(reply.reason, Reason::gateway_full);
  EXPECT_GT(reply.retry_after, Duration{});
  driver.step(ClientGone{CallId{1}});
  driver.call(query());
  EXPECT_EQ(driver.forwards().size(), 4u);
}

TEST(Gateway, RequestsThatAreNoCallsPassTheSameChecks) {
  Driver driver;
  EXPECT_EQ(driver.admit("wrong", {"fabric", "main"})->reason, Reason::unknown_key);
  EXPECT_EQ(driver.admit("shop-key", {"neo", "main"})->reason, Reason::not_granted);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(driver.admit("metered-key", {"neo", "main"}));
  EXPECT_EQ(driver.admit("metered-key", {"neo", "main"})->reason, Reason::rate_limited);
}

// ---- route and health ----

TEST(Gateway, TheNearestPeerDependsOnTheOrigin) {
  Driver driver;
  driver.all_up();
  driver.call(query(), "all-key", seconds(1), "shenzhen");
  EXPECT_EQ(driver.last_forward().city, shenzhen);
  EXPECT_EQ(driver.last_forward().origin, shenzhen);
  driver.call(submit(), "all-key", seconds(1), "suzhou");
  EXPECT_EQ(driver.last_forward().city, suzhou);
}

TEST(Gateway, PassesOverPeersThatAreDownOrNotServing) {
  Driver driver;
  driver.all_up();
  driver.link(tianjin, false);
  driver.link(nanjing, true, false);
  driver.call(query());
  EXPECT_EQ(driver.last_forward().city, suzhou);
  driver.link(nanjing, true);
  driver.call(query());
  EXPECT_EQ(driver.last_forward().city, nanjing);
}

TEST(Gateway, SaysUnavailableWhenAllCandidatesAreDown) {
  Driver driver;
  const Reply reply = answer_to(driver, submit());
  EXPECT_EQ(reply.status, Status::unavailable);
  EXPECT_EQ(reply.reason, Reason::no_healthy_peer);
  EXPECT_GT(reply.retry_after, Duration{});
  EXPECT_EQ(reply.city, "");
  EXPECT_EQ(driver.gateway.counters().refused, 1u);
}

TEST(Gateway, EjectsAFailingNodeAndComesBackToIt) {
  Driver driver;
  driver.all_up();
  for (std::uint32_t i = 0; i < driver.gateway.spec().health.failures_in_a_row; ++i) {
    driver.call(submit());
    ASSERT_EQ(driver.last_forward().city, tianjin);
    driver.reply(driver.last_forward().attempt, refusal(Status::internal, Reason::none, "disk"));
  }
  driver.call(submit());
  EXPECT_EQ(driver.last_forward().city, nanjing);
  EXPECT_FALSE(driver.gateway.healthy(tianjin, driver.now));
  driver.wait(driver.gateway.spec().health.ejected_for);
  driver.call(submit());
  EXPECT_EQ(driver.last_forward().city, tianjin);
}

TEST(Gateway, EjectsANodeThatFallsSilent) {
  Driver driver;
  driver.all_up();
  for (int i = 0; i < 5; ++i) driver.call(query(), "all-key", milliseconds(100));
  driver.wait(milliseconds(100));
  EXPECT_EQ(driver.answers().size(), 5u);
  driver.call(query());
  EXPECT_EQ(driver.last_forward().city, nanjing);
}

TEST(Gateway, ExplainsWhyEachCandidateIsChosenOrNot) {
  GatewaySpec spec = small_network();
  spec.cities[tianjin.value].state = CityState::building;
  Driver driver(spec);
  driver.all_up();
  driver.link(nanjing, false);
  const auto candidates = driver.gateway.explain(driver.now, {{"fabric", "trade"}}).candidates;
  ASSERT_EQ(candidates.size(), 4u);
  EXPECT_EQ(candidates[0].why, "under construction");
  EXPECT_EQ(candidates[1].why, "unhealthy: link down");
  EXPECT_FALSE(candidates[1].healthy);
  EXPECT_EQ(candidates[2].why, "nearest healthy");
  EXPECT_TRUE(candidates[2].chosen && candidates[2].healthy && candidates[2].validator);
  EXPECT_EQ(candidates[3].why, "farther than suzhou");
  EXPECT_TRUE(candidates[3].healthy);
  EXPECT_FALSE(candidates[3].chosen || candidates[3].validator);
  EXPECT_TRUE(driver.gateway.explain(driver.now, {{"x", "y"}}).candidates.empty());
  EXPECT_TRUE(driver.gateway.explain(driver.now, {{"fabric", "trade"}, "atlantis"}).candidates.empty());
  EXPECT_EQ(driver.gateway.counters().calls, 0u) << "explaining costs nothing";
}

// ---- answers, retries, lost links ----

TEST(Gateway, HandsTheAnswerBackWithTheCityAndASplitThatSumsExactly) {
  Driver driver;
  driver.all_up();
  const Instant received = driver.now - microseconds(30);
  driver.step(ClientCall{CallId{99}, "all-key", "", submit(), received, driver.now + seconds(5)});
  driver.wait(milliseconds(50));
  Reply reply;
  reply.value = "v";
  reply.split.node_queue = microseconds(10);
  reply.split.consensus = milliseconds(30);
  driver.step(NodeReply{driver.last_forward().attempt, reply, driver.now - milliseconds(38)});
  ASSERT_EQ(driver.answers().size(), 1u);
  EXPECT_EQ(driver.answers()[0].id, CallId{99});
  const Reply answer = driver.last_answer();
  EXPECT_EQ(answer.value, "v");
  EXPECT_EQ(answer.city, "tianjin");
  EXPECT_EQ(answer.split.total(), driver.now - received);
  EXPECT_EQ(answer.split.wire, milliseconds(12));
  EXPECT_EQ(answer.split.back, milliseconds(8) - microseconds(10));
}

TEST(Gateway, TriesAnotherPeerWhenOneIsUnavailableAndCountsItsTimeAsRoute) {
  Driver driver;
  driver.all_up();
  driver.call(submit("same-key"));
  driver.wait(milliseconds(20));
  driver.reply(driver.last_forward().attempt, unavailable());
  ASSERT_EQ(driver.forwards().size(), 2u);
  EXPECT_EQ(driver.last_forward().city, nanjing);
  EXPECT_EQ(driver.last_forward().call.idempotency_key, "same-key");
  driver.wait(milliseconds(20));
  driver.reply(driver.last_forward().attempt);
  EXPECT_EQ(driver.last_answer().status, Status::ok);
  EXPECT_EQ(driver.last_answer().city, "nanjing");
  EXPECT_EQ(driver.last_answer().split.route, milliseconds(20));
  EXPECT_EQ(driver.last_answer().split.total(), milliseconds(40));
  EXPECT_EQ(driver.gateway.counters().retries, 1u);
  EXPECT_EQ(driver.gateway.counters().attempts, 2u);
}

TEST(Gateway, HandsBackTheLastRefusalWhenNobodyElseIsLeftToAsk) {
  Driver driver;
  driver.all_up();
  Call call = submit();
  call.chain = {"neo", "main"};
  driver.call(call);
  driver.reply(driver.last_forward().attempt, unavailable(Reason::stopping));
  EXPECT_EQ(driver.last_answer().reason, Reason::stopping);
  EXPECT_EQ(driver.gateway.counters().retries, 0u);
}

TEST(Gateway, ARefusalOfTheContractIsFinal) {
  Driver driver;
  driver.all_up();
  driver.call(submit());
  driver.reply(driver.last_forward().attempt, refusal(Status::failed_precondition, Reason::contract_refused, "poor"));
  EXPECT_EQ(driver.last_answer().status, Status::failed_precondition);
  EXPECT_EQ(driver.forwards().size(), 1u);
}

TEST(Gateway, AnswersOnlyOnceWhateverComesLater) {
  Driver driver;
  driver.all_up();
  driver.call(query(), "all-key", milliseconds(10));
  const AttemptId attempt = driver.last_forward().attempt;
  driver.wait(milliseconds(10));
  ASSERT_EQ(driver.answers().size(), 1u);
  EXPECT_EQ(driver.last_answer().reason, Reason::deadline);
  EXPECT_EQ(driver.last_answer().split.wire, milliseconds(10));
  driver.reply(attempt);
  driver.link(tianjin, false);
  driver.wait(seconds(1));
  EXPECT_EQ(driver.answers().size(), 1u);
  EXPECT_TRUE(driver.idle());
}

TEST(Gateway, ALateAnswerToAnEarlierAttemptIsNotTaken) {
  Driver driver;
  driver.all_up();
  driver.call(query());
  const AttemptId first = driver.last_forward().attempt;
  driver.link(tianjin, false);
  Reply stale;
  stale.value = "stale";
  driver.reply(first, stale);
  EXPECT_TRUE(driver.answers().empty());
  driver.reply(driver.last_forward().attempt);
  EXPECT_EQ(driver.last_answer().value, "");
}

TEST(Gateway, CallsOnALostLinkGoElsewhereOrAreAnsweredLinkLost) {
  Driver driver;
  driver.all_up();
  driver.call(query());
  Call lonely = query();
  lonely.chain = {"neo", "main"};
  driver.call(lonely);
  driver.link(tianjin, false);
  EXPECT_EQ(driver.last_forward().city, nanjing);
  EXPECT_TRUE(driver.answers().empty());
  driver.link(shenzhen, false);
  ASSERT_EQ(driver.answers().size(), 1u);
  EXPECT_EQ(driver.last_answer().reason, Reason::link_lost);
  EXPECT_EQ(driver.last_answer().status, Status::unavailable);
}

TEST(Gateway, ACallWhoseClientIsGoneIsDroppedWithoutAnAnswer) {
  Driver driver;
  driver.all_up();
  const CallId id = driver.call(query());
  driver.step(ClientGone{id});
  driver.step(ClientGone{CallId{12345}});
  driver.reply(driver.last_forward().attempt);
  driver.wait(seconds(60));
  EXPECT_TRUE(driver.answers().empty());
}

// safety.md F20, through the whole machine: with every node refusing, attempts stay within the budget.
TEST(Gateway, ARetryStormStaysWithinTheBudget) {
  GatewaySpec spec = small_network();
  spec.retry = {3, 0.1, 50};
  Driver driver(spec);
  driver.all_up();
  constexpr std::uint64_t calls = 1000;
  for (std::uint64_t i = 0; i < calls; ++i) {
    driver.outputs.clear();
    driver.call(query());
    while (driver.answers().empty()) driver.reply(driver.last_forward().attempt, unavailable());
  }
  EXPECT_GE(driver.gateway.counters().retries, 100u);
  EXPECT_LE(driver.gateway.counters().attempts, calls + calls / 10 + 50);
}

}  // namespace
}  // namespace bsn
