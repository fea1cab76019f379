#include "sim/knee.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/some_report.h"
#include "tests/sim/two_city_scenario.h"

namespace bsn {
namespace {

using testing::Each;
using testing::HasSubstr;
using testing::Le;

constexpr auto nobody = [](const KneeTrial&) {};

// A network that loses every call above `capacity` and takes 5 ms for the others.
Report trial_report(double tps, double capacity) {
  Report report = some_report();
  RoundReport& round = report.rounds[0];
  round.offered = round.sent = static_cast<std::uint64_t>(1000 * tps);
  round.succeeded = static_cast<std::uint64_t>(1000 * std::min(tps, capacity));
  round.failed = round.sent - round.succeeded;
  round.failures.clear();
  if (round.failed > 0) round.failures["RESOURCE_EXHAUSTED/MEMPOOL_FULL"] = round.failed;
  round.latency = {};
  round.latency.record(milliseconds(5));
  return report;
}

TEST(Knee, FindsTheRateWithinItsPrecision) {
  KneeQuestion question;
  question.most_loss = 0;
  const auto answer = find_knee(
      question, [](double tps, std::uint64_t) -> Result<Report> { return trial_report(tps, 1234); }, nobody);
  ASSERT_TRUE(answer.ok());
  ASSERT_TRUE(answer->rate);
  EXPECT_LE(answer->rate->mean, 1234);
  EXPECT_GE(answer->rate->mean, 1234 / 1.05);
  EXPECT_EQ(answer->gave_out, "a mempool");
}

TEST(Knee, LooksBelowItsFirstRateToo) {
  KneeQuestion question;
  question.most_loss = 0;
  const auto answer = find_knee(
      question, [](double tps, std::uint64_t) -> Result<Report> { return trial_report(tps, 7); }, nobody);
  EXPECT_THAT(answer->highest, Each(Le(7)));
  EXPECT_GE(answer->rate->mean, 7 / 1.05);
}

TEST(Knee, TheIntervalIsThatOfTheSeeds) {
  KneeQuestion question;
  question.most_loss = 0;
  const auto answer = find_knee(
      question,
      [](double tps, std::uint64_t seed) -> Result<Report> {
        return trial_report(tps, 1000 + 100 * static_cast<double>(seed));
      },
      nobody);
  EXPECT_EQ(answer->highest.size(), 3U);
  EXPECT_NEAR(answer->rate->mean, 1200, 60);
  EXPECT_GT(answer->rate->half_width, 100);
}

TEST(Knee, ANetworkWithoutALimitHasNoAnswerAfterABoundedNumberOfTrials) {
  KneeQuestion question;
  question.seeds = 2;
  const auto answer = find_knee(
      question, [](double tps, std::uint64_t) -> Result<Report> { return trial_report(tps, 1e12); }, nobody);
  EXPECT_FALSE(answer->rate);
  EXPECT_EQ(answer->trials.size(), 2 * question.most_trials);
  EXPECT_THAT(answer->limit, HasSubstr("trials ran out"));
}

TEST(Knee, ALoadGeneratorThatGivesOutSaysNothingOfTheNetwork) {
  const auto late = [](double tps, std::uint64_t) -> Result<Report> {
    Report report = trial_report(tps, 1e12);
    report.rounds[0].dropped = tps > 500 ? 1 : 0;
    return report;
  };
  const auto answer = find_knee({}, late, nobody);
  EXPECT_FALSE(answer->rate);
  EXPECT_THAT(answer->limit, HasSubstr("load generator"));
  EXPECT_THAT(answer->trials, testing::Contains(testing::Field(&KneeTrial::gave_out, "the load generator")));
}

TEST(Knee, ALimitBelowWhatTheLoadGeneratorCanDoIsFoundAllTheSame) {
  KneeQuestion question;
  question.most_loss = 0;
  const auto late = [](double tps, std::uint64_t) -> Result<Report> {
    Report report = trial_report(tps, 1000);
    report.rounds[0].dropped = tps > 1500 ? 1 : 0;
    return report;
  };
  const auto answer = find_knee(question, late, nobody);
  ASSERT_TRUE(answer->rate) << answer->limit;
  EXPECT_LE(answer->rate->mean, 1000);
  EXPECT_GE(answer->rate->mean, 1000 / 1.05);
  EXPECT_EQ(answer->gave_out, "a mempool");
}

TEST(Knee, ALongTailBreaksARateAndThePartOfTheTimeIsNamed) {
  Report report = trial_report(100, 1e12);
  report.rounds[0].latency.record(seconds(3));
  const KneeTrial trial = judge_trial(report, {}, 100);
  EXPECT_FALSE(trial.holds);
  EXPECT_THAT(trial.gave_out, HasSubstr("consensus"));
}

TEST(KneeScenario, KeepsTheCallsOfTheNetworkAndLeavesTheWeatherOut) {
  Scenario scenario = two_city_scenario();
  scenario.faults = {{seconds(1), FaultKind::kill, {"south"}}};
  const auto trial = knee_scenario(scenario, "fabric", 70, seconds(20));
  ASSERT_TRUE(trial.ok());
  EXPECT_EQ(trial->rounds.size(), 1U);
  EXPECT_EQ(std::get<PoissonRate>(trial->rounds[0].rate).tps, 70);
  EXPECT_EQ(trial->rounds[0].duration, seconds(20));
  EXPECT_TRUE(trial->faults.empty());
  const auto none = knee_scenario(scenario, "neo", 70, seconds(20));
  EXPECT_EQ(none.error().code, ErrorCode::invalid_configuration);
  EXPECT_THAT(none.error().message, HasSubstr("calls the network 'neo'"));
}

}  // namespace
}  // namespace bsn
