#include "sim/rate.h"

#include <gtest/gtest.h>

#include <cmath>

namespace bsn {
namespace {

std::vector<Duration> arrivals(const Rate& rate, Duration duration, std::uint64_t seed = 1) {
  ArrivalSchedule schedule(rate, duration, Random(seed));
  const std::uint64_t offered = schedule.offered();
  std::vector<Duration> all;
  for (; schedule.next(); schedule.take()) all.push_back(*schedule.next());
  EXPECT_EQ(all.size(), offered);
  return all;
}

std::size_t count_in(const std::vector<Duration>& all, Duration from, Duration to) {
  std::size_t count = 0;
  for (const Duration one : all) count += one >= from && one < to;
  return count;
}

TEST(Rate, FixedArrivalsAreEvenlySpacedFromTheStart) {
  const auto all = arrivals(FixedRate{4}, seconds(2));
  EXPECT_EQ(all, (std::vector<Duration>{{0},
                                        milliseconds(250),
                                        milliseconds(500),
                                        milliseconds(750),
                                        seconds(1),
                                        milliseconds(1250),
                                        milliseconds(1500),
                                        milliseconds(1750)}));
}

TEST(Rate, FixedCountIsRateTimesDurationForRatesThatDivideNothing) {
  EXPECT_EQ(arrivals(FixedRate{150}, seconds(30)).size(), 4500U);
  EXPECT_EQ(arrivals(FixedRate{0.1}, seconds(100)).size(), 10U);
  EXPECT_EQ(arrivals(FixedRate{333.3}, seconds(10)).size(), 3333U);
  EXPECT_EQ(arrivals(FixedRate{1e6 / 3}, seconds(3)).size(), 1'000'000U);
  EXPECT_EQ(arrivals(FixedRate{7}, milliseconds(350)).size(), 2U);  // 2.45 are due
}

TEST(Rate, ALongScheduleDoesNotDrift) {
  const auto all = arrivals(FixedRate{3}, seconds(100'000));
  ASSERT_EQ(all.size(), 300'000U);
  EXPECT_EQ(all[299'997], seconds(99'999));
}

TEST(Rate, ARateOfZeroOffersNothing) {
  EXPECT_TRUE(arrivals(FixedRate{0}, seconds(10)).empty());
  EXPECT_TRUE(arrivals(PoissonRate{0}, seconds(10)).empty());
  EXPECT_TRUE(arrivals(LinearRate{0, 0}, seconds(10)).empty());
  EXPECT_TRUE(arrivals(FixedRate{5}, seconds(0)).empty());
}

TEST(Rate, LinearCountIsTheAreaUnderTheLine) {
  EXPECT_EQ(arrivals(LinearRate{0, 100}, seconds(10)).size(), 500U);
  EXPECT_EQ(arrivals(LinearRate{50, 150}, seconds(10)).size(), 1000U);
  EXPECT_EQ(arrivals(LinearRate{100, 0}, seconds(10)).size(), 500U);
  EXPECT_EQ(arrivals(LinearRate{30, 30}, seconds(10)).size(), 300U);
}

// From 0 to 100 in 10 s: R(t) = 5 t^2, so call k is due at sqrt(k / 5).
TEST(Rate, LinearArrivalsSolveTheIntegral) {
  const auto all = arrivals(LinearRate{0, 100}, seconds(10));
  for (std::size_t k = 0; k < all.size(); ++k) {
    EXPECT_NEAR(all[k].seconds(), std::sqrt(static_cast<double>(k) / 5), 1e-8) << k;
  }
}

TEST(Rate, AFallingRateMirrorsARisingOne) {
  const auto rising = arrivals(LinearRate{20, 80}, seconds(10));
  const auto falling = arrivals(LinearRate{80, 20}, seconds(10));
  ASSERT_EQ(rising.size(), falling.size());
  for (std::size_t k = 1; k < rising.size(); ++k) {
    EXPECT_NEAR(falling[k].seconds(), 10 - rising[rising.size() - k].seconds(), 1e-7) << k;
  }
}

TEST(Rate, StagesRiseHoldAndFall) {
  StagedRate rate;
  rate.stages = {{seconds(10), 100}, {seconds(10), 100}, {seconds(5), 0}};
  const auto all = arrivals(rate, seconds(25));
  EXPECT_EQ(all.size(), 500U + 1000U + 250U);
  EXPECT_EQ(count_in(all, seconds(0), seconds(10)), 500U);
  EXPECT_EQ(count_in(all, seconds(10), seconds(20)), 1000U);
  EXPECT_EQ(count_in(all, seconds(15), seconds(16)), 100U);
}

TEST(Rate, AStageWithoutLengthIsAJump) {
  StagedRate rate;
  rate.starting_tps = 10;
  rate.stages = {{seconds(10), 10}, {seconds(0), 50}, {seconds(10), 50}};
  const auto all = arrivals(rate, seconds(20));
  EXPECT_EQ(count_in(all, seconds(0), seconds(10)), 100U);
  EXPECT_EQ(count_in(all, seconds(10), seconds(20)), 500U);
}

TEST(Rate, APauseBetweenStagesIsEmpty) {
  StagedRate rate;
  rate.starting_tps = 10;
  rate.stages = {{seconds(1), 10}, {seconds(0), 0}, {seconds(5), 0}, {seconds(0), 10}, {seconds(1), 10}};
  const auto all = arrivals(rate, seconds(7));
  EXPECT_EQ(all.size(), 20U);
  EXPECT_EQ(count_in(all, milliseconds(1001), seconds(6)), 0U);
}

TEST(Rate, StagesEndWithTheRoundAndLastAsLongAsIt) {
  StagedRate rate;
  rate.starting_tps = 10;
  rate.stages = {{seconds(4), 10}};
  EXPECT_EQ(arrivals(rate, seconds(2)).size(), 20U);
  EXPECT_EQ(arrivals(rate, seconds(8)).size(), 80U);
}

TEST(Rate, PoissonGapsHaveTheMeanAndTheSpreadOfAnExponential) {
  const auto all = arrivals(PoissonRate{1000}, seconds(200));
  const auto count = static_cast<double>(all.size());
  EXPECT_NEAR(count, 200'000, 4 * std::sqrt(200'000.0));
  double squares = 0;
  Duration before;
  for (const Duration one : all) {
    EXPECT_GE(one, before);
    const double gap = (one - before).seconds() * 1000;  // in means
    squares += gap * gap;
    before = one;
  }
  EXPECT_NEAR(squares / count, 2, 0.05);  // E[gap^2] of an exponential of mean 1
  EXPECT_LT(before, seconds(200));
}

TEST(Rate, PoissonDependsOnTheSeedOnly) {
  EXPECT_EQ(arrivals(PoissonRate{50}, seconds(10), 3), arrivals(PoissonRate{50}, seconds(10), 3));
  EXPECT_NE(arrivals(PoissonRate{50}, seconds(10), 3), arrivals(PoissonRate{50}, seconds(10), 4));
}

// Pinned: a schedule that changes with the compiler or its options would change every fingerprint.
TEST(Rate, ArrivalsAreTheSameForEver) {
  EXPECT_EQ(
      arrivals(LinearRate{1, 3}, seconds(3)),
      (std::vector<Duration>{{0}, {791'287'847}, {1'372'281'323}, {1'854'101'966}, {2'274'917'218}, {2'653'311'931}}));
}

}  // namespace
}  // namespace bsn
