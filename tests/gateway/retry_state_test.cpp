#include "gateway/retry_state.h"

#include <gtest/gtest.h>

#include "core/random.h"
#include "tests/gateway/gateway_fixture.h"

namespace bsn {
namespace {

using test::at;
using test::unavailable;

TEST(RetryBudget, EachCallEarnsAShareAndEachRetrySpendsOne) {
  RetryBudget budget({3, 0.25, 2});
  EXPECT_TRUE(budget.spend());
  EXPECT_TRUE(budget.spend());
  EXPECT_FALSE(budget.spend());
  for (int i = 0; i < 3; ++i) budget.earn();
  EXPECT_FALSE(budget.spend());
  budget.earn();
  EXPECT_TRUE(budget.spend());
  for (int i = 0; i < 1000; ++i) budget.earn();
  EXPECT_TRUE(budget.spend() && budget.spend());
  EXPECT_FALSE(budget.spend()) << "never more than budget_max";
}

// safety.md F20: retry amplification <= 1.2.
TEST(RetryBudget, AttemptsStayBelowTheBoundHoweverMuchFails) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Random random(seed);
    const RetryParameters parameters{3, random.unit() * 0.2, static_cast<double>(random.below(100))};
    RetryBudget budget(parameters);
    double attempts = 0;
    for (int calls = 1; calls <= 5000; ++calls) {
      budget.earn();
      ++attempts;
      while (random.chance(0.9) && budget.spend()) ++attempts;
      ASSERT_LE(attempts, calls * (1 + parameters.budget_per_call) + parameters.budget_max + 0.01) << "seed " << seed;
    }
  }
}

TEST(RetryState, GivesUpWhenTheBudgetIsSpent) {
  const RetryParameters parameters{3, 0, 2};
  RetryBudget budget(parameters);
  RetryState state;
  state.tried(test::tianjin);
  const auto again = [&] {
    return state.again(parameters, budget, Operation::query, unavailable(), at({}), at(seconds(1)));
  };
  EXPECT_TRUE(again());
  EXPECT_TRUE(again());
  EXPECT_FALSE(again());
}

TEST(RetryState, GivesUpAfterMaxAttempts) {
  const RetryParameters parameters{2, 0, 100};
  RetryBudget budget(parameters);
  RetryState state;
  state.tried(test::tianjin);
  EXPECT_TRUE(state.again(parameters, budget, Operation::query, unavailable(), at({}), at(seconds(1))));
  state.tried(test::nanjing);
  EXPECT_FALSE(state.again(parameters, budget, Operation::query, unavailable(), at({}), at(seconds(1))));
  EXPECT_TRUE(state.was_tried(test::nanjing));
  EXPECT_FALSE(state.was_tried(test::suzhou));
}

TEST(RetryState, NeverTriesAgainAtOrAfterTheDeadline) {
  const RetryParameters parameters;
  RetryBudget budget(parameters);
  RetryState state;
  state.tried(test::tianjin);
  const Instant deadline = at(seconds(1));
  EXPECT_FALSE(state.again(parameters, budget, Operation::query, unavailable(), deadline, deadline));
  EXPECT_TRUE(state.again(parameters, budget, Operation::query, unavailable(), at(milliseconds(999)), deadline));
}

TEST(RetryState, WritesAreRetriedOnlyWhereAnotherPeerMayAnswerOtherwise) {
  for (const Reason reason : {Reason::no_leader, Reason::link_lost, Reason::under_construction, Reason::stopping}) {
    EXPECT_TRUE(worth_retrying(Operation::submit, unavailable(reason)));
  }
  EXPECT_TRUE(worth_retrying(Operation::submit, refusal(Status::not_found, Reason::not_hosted, "")));
  for (const Status status : {Status::invalid_argument, Status::already_exists, Status::failed_precondition,
                              Status::resource_exhausted, Status::permission_denied, Status::deadline_exceeded,
                              Status::internal, Status::unknown, Status::aborted, Status::data_loss}) {
    EXPECT_FALSE(worth_retrying(Operation::submit, refusal(status, Reason::none, ""))) << to_string(status);
  }
  EXPECT_FALSE(worth_retrying(Operation::submit, refusal(Status::not_found, Reason::unknown_contract, "")));
  EXPECT_FALSE(worth_retrying(Operation::submit, {}));
}

TEST(RetryState, ReadsAreAlsoRetriedWhenANodeIsBroken) {
  for (const Status status :
       {Status::internal, Status::unknown, Status::aborted, Status::data_loss, Status::unavailable}) {
    EXPECT_TRUE(worth_retrying(Operation::query, refusal(status, Reason::none, ""))) << to_string(status);
  }
  EXPECT_FALSE(worth_retrying(Operation::query, refusal(Status::not_found, Reason::unknown_contract, "")));
  EXPECT_FALSE(worth_retrying(Operation::query, refusal(Status::deadline_exceeded, Reason::deadline, "")));
  EXPECT_FALSE(worth_retrying(Operation::query, {}));
}

}  // namespace
}  // namespace bsn
