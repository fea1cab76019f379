#include "sim/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/some_report.h"

namespace bsn {
namespace {

using testing::ElementsAre;
using testing::Optional;

// A run whose calls all took this long.
Report taking(Duration latency) {
  Report report = some_report();
  report.rounds[0].latency = {};
  for (int i = 0; i < 10; ++i) report.rounds[0].latency.record(latency);
  return report;
}

MetricComparison of(const std::vector<MetricComparison>& all, const std::string& name) {
  for (const MetricComparison& one : all) {
    if (one.name == name) return one;
  }
  ADD_FAILURE() << "no metric " << name;
  return {};
}

const std::string p99 = "round mixed: p99_ms";

TEST(Comparison, ARunIsNoWorseThanItself) {
  const auto all = compare_reports({{some_report()}, {some_report()}}, 0);
  EXPECT_FALSE(any_beyond(all));
  EXPECT_THAT(of(all, p99).change, ElementsAre(Optional(0.0)));
}

TEST(Comparison, WorseCountsAndBetterDoesNot) {
  const auto all =
      compare_reports({{taking(milliseconds(100))}, {taking(milliseconds(120))}, {taking(milliseconds(80))}}, 0.1);
  EXPECT_THAT(of(all, p99).beyond, ElementsAre(true, false));
  EXPECT_NEAR(*of(all, p99).change[0], 0.2, 0.001);
  EXPECT_NEAR(*of(all, p99).change[1], -0.2, 0.001);
  EXPECT_FALSE(any_beyond(compare_reports({{taking(milliseconds(100))}, {taking(milliseconds(109))}}, 0.1)));
}

TEST(Comparison, LessGoodputIsWorse) {
  Report slower = some_report();
  slower.rounds[0].goodput_tps /= 2;
  EXPECT_THAT(of(compare_reports({{some_report()}, {slower}}, 0.1), "round mixed: goodput_tps").beyond,
              ElementsAre(true));
  EXPECT_THAT(of(compare_reports({{slower}, {some_report()}}, 0.1), "round mixed: goodput_tps").beyond,
              ElementsAre(false));
}

TEST(Comparison, APaceIsWrongBothWays) {
  Report faster = some_report();
  faster.networks[0].block_interval_s /= 2;
  const auto all = compare_reports({{some_report()}, {faster}}, 0.1);
  EXPECT_THAT(of(all, "chain fabric/trade: block_interval_s").beyond, ElementsAre(true));
}

TEST(Comparison, WhatIsMissingOnOneSideIsSaid) {
  Report other = some_report();
  other.rounds[0].label = "other";
  const auto all = compare_reports({{some_report()}, {other}}, 100);
  EXPECT_EQ(of(all, p99).sides[1].runs, 0U);
  EXPECT_EQ(of(all, "round other: p99_ms").sides[0].runs, 0U);
  EXPECT_THAT(of(all, p99).change, ElementsAre(std::nullopt));
  EXPECT_THAT(of(all, p99).beyond, ElementsAre(true));
}

TEST(Comparison, RepeatedRunsGiveIntervalsAndWhatMayBeChanceIsNotCounted) {
  const std::vector<Report> scattered = {taking(milliseconds(50)), taking(milliseconds(100)),
                                         taking(milliseconds(150))};
  const std::vector<Report> a_little_more = {taking(milliseconds(60)), taking(milliseconds(120)),
                                             taking(milliseconds(180))};
  const auto all = compare_reports({scattered, a_little_more}, 0.1);
  ASSERT_TRUE(of(all, p99).sides[0].half_width);
  EXPECT_NEAR(of(all, p99).sides[0].mean, 100, 0.1);
  EXPECT_NEAR(*of(all, p99).sides[0].half_width, 124.2, 0.2) << "4.303 * 50 / sqrt(3)";
  EXPECT_THAT(of(all, p99).beyond, ElementsAre(false));
  const std::vector<Report> much_more = {taking(milliseconds(599)), taking(milliseconds(600)),
                                         taking(milliseconds(601))};
  EXPECT_THAT(of(compare_reports({scattered, much_more}, 0.1), p99).beyond, ElementsAre(true));
}

TEST(Comparison, AnEmptyRunHasNoMetrics) { EXPECT_THAT(metrics_of(Report{}), testing::IsEmpty()); }

}  // namespace
}  // namespace bsn
