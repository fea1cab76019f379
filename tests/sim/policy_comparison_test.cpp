#include "sim/policy_comparison.h"

#include <gtest/gtest.h>

namespace bsn {
namespace {

TEST(PolicyComparison, TheIntervalIsStudentsT) {
  // Four values, mean 5, standard deviation sqrt(20/3); t(3, 0.975) = 3.18245 (any table).
  const Estimate four = estimate({2, 4, 6, 8});
  EXPECT_DOUBLE_EQ(four.mean, 5);
  EXPECT_NEAR(four.half_width, 3.18245 * 2.58199 / 2, 1e-4);
  EXPECT_TRUE(four.is_clear());
  EXPECT_FALSE(estimate({-1, 1}).is_clear());
  EXPECT_EQ(estimate({3, 3, 3}).half_width, 0);
}

TEST(PolicyComparison, PairingTakesOutWhatTheSeedsHaveInCommon) {
  const std::vector<PolicyFigures> first = {{10, 10, 50, 0, 1}, {90, 10, 60, 0, 1}, {40, 10, 70, 0.5, 1}};
  std::vector<PolicyFigures> other = first;
  for (PolicyFigures& run : other) run.mean_ms -= 2;
  other[0].p50_ms = 12;
  other[1].p50_ms = 8;
  const auto outcomes = compare_policies({"nearest", "hedged"}, {first, other});
  ASSERT_EQ(outcomes.size(), 2u);
  EXPECT_EQ(outcomes[0].mean_ms.mean, 0);
  EXPECT_FALSE(outcomes[0].mean_ms.is_clear());
  EXPECT_EQ(outcomes[1].mean_ms.mean, -2);
  EXPECT_TRUE(outcomes[1].mean_ms.is_clear()) << "two ms in every run, though runs differ by 80";
  EXPECT_FALSE(outcomes[1].p50_ms.is_clear());
  EXPECT_NEAR(outcomes[0].mean.mean_ms, 140.0 / 3, 1e-9);
  EXPECT_NEAR(outcomes[0].mean.failed_share, 0.5 / 3, 1e-9);
}

TEST(PolicyComparison, FiguresAreTakenOverAllRounds) {
  Report report;
  report.gateway.attempts = 33;
  for (const Duration latency : {milliseconds(10), milliseconds(30)}) {
    RoundReport round;
    round.sent = 15;
    round.succeeded = 12;
    for (int i = 0; i < 15; ++i) round.latency.record(latency);
    report.rounds.push_back(std::move(round));
  }
  const PolicyFigures figures = policy_figures(report);
  EXPECT_NEAR(figures.mean_ms, 20, 0.2);
  EXPECT_NEAR(figures.p99_ms, 30, 0.3);
  EXPECT_DOUBLE_EQ(figures.failed_share, 0.2);
  EXPECT_DOUBLE_EQ(figures.attempts_per_call, 1.1);
}

}  // namespace
}  // namespace bsn
