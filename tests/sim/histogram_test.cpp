#include "sim/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "core/random.h"

namespace bsn {
namespace {

TEST(Histogram, IsEmptyAtFirst) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.min(), Duration{});
  EXPECT_EQ(histogram.max(), Duration{});
  EXPECT_EQ(histogram.mean(), Duration{});
  EXPECT_EQ(histogram.percentile(50), Duration{});
}

TEST(Histogram, ValuesUpToTwoMicrosecondsAreExact) {
  Histogram histogram;
  for (std::int64_t ns = 0; ns < 2048; ++ns) histogram.record({ns});
  EXPECT_EQ(histogram.percentile(50).ns, 1023);
  EXPECT_EQ(histogram.percentile(100).ns, 2047);
  EXPECT_EQ(histogram.percentile(0.0001).ns, 0);
}

TEST(Histogram, OneValueIsEveryPercentile) {
  Histogram histogram;
  histogram.record(milliseconds(123));
  for (const double p : {0.1, 50.0, 99.9, 100.0}) EXPECT_EQ(histogram.percentile(p), milliseconds(123)) << p;
}

TEST(Histogram, BucketsAreNeverWiderThanATenthOfAPercent) {
  for (std::int64_t ns = 1; ns < Histogram::highest.ns; ns = ns * 21 / 20 + 1) {
    Histogram histogram;
    histogram.record({ns});
    histogram.record(Histogram::highest);  // so that max() does not cut the bucket
    const std::int64_t shown = histogram.percentile(50).ns;
    EXPECT_GE(shown, ns);
    EXPECT_LE(static_cast<double>(shown - ns), static_cast<double>(ns) / 1000) << ns;
  }
}

// Against the definition: the smallest recorded value that at least p percent do not exceed.
TEST(Histogram, PercentilesAreThoseOfTheSortedValuesToThreeDigits) {
  Random random(5);
  std::vector<std::int64_t> values;
  Histogram histogram;
  for (int i = 0; i < 10'000; ++i) {
    values.push_back(random.exponential(milliseconds(30)).ns);
    histogram.record({values.back()});
  }
  std::sort(values.begin(), values.end());
  for (const double p : {1.0, 10.0, 50.0, 90.0, 95.0, 99.0, 99.9, 99.99, 100.0}) {
    const auto rank = static_cast<std::size_t>(std::llround(p * 100)) - 1;  // of 10,000
    const auto exact = static_cast<double>(values[rank]);
    EXPECT_NEAR(static_cast<double>(histogram.percentile(p).ns), exact, exact / 1000) << p;
  }
}

TEST(Histogram, A999thOfAThousandIsNotTheLast) {
  Histogram histogram;
  for (int i = 1; i <= 1000; ++i) histogram.record({i});
  EXPECT_EQ(histogram.percentile(99.9).ns, 999);
  EXPECT_EQ(histogram.percentile(99).ns, 990);
  EXPECT_EQ(histogram.percentile(50).ns, 500);
}

TEST(Histogram, ValuesOutsideTheRangeCountAtItsEnds) {
  Histogram histogram;
  histogram.record({-5});
  histogram.record(seconds(7200));
  EXPECT_EQ(histogram.min(), Duration{});
  EXPECT_EQ(histogram.max(), Histogram::highest);
  EXPECT_EQ(histogram.count(), 2U);
}

TEST(Histogram, MeanIsExactEvenWhereTheSumNeedsMoreThan64Bits) {
  Histogram hours;
  Histogram many;
  for (int i = 0; i < 1024; ++i) hours.record(Histogram::highest);
  for (int i = 0; i < 16'384; ++i) many.merge(hours);  // 6e19 ns
  EXPECT_EQ(many.mean(), Histogram::highest);
  Histogram few;
  for (const int ns : {1, 2, 9}) few.record({ns});
  EXPECT_EQ(few.mean().ns, 4);
}

TEST(Histogram, MergingIsRecordingBoth) {
  Histogram a, b, both;
  for (int i = 0; i < 1000; ++i) {
    const Duration value = microseconds(i * i);
    (i % 3 == 0 ? a : b).record(value);
    both.record(value);
  }
  a.merge(b);
  EXPECT_EQ(a.to_hgrm(), both.to_hgrm());
  EXPECT_EQ(a.count(), 1000U);
  Histogram empty;
  empty.merge(both);
  EXPECT_EQ(empty.to_hgrm(), both.to_hgrm());
}

TEST(Histogram, HgrmTextRisesToAllValuesAndEndsWithItsSummary) {
  Histogram histogram;
  for (int i = 1; i <= 1000; ++i) histogram.record(milliseconds(i));
  std::istringstream text(histogram.to_hgrm());
  std::string line;
  std::getline(text, line);
  EXPECT_EQ(line, "       Value     Percentile TotalCount 1/(1-Percentile)");
  std::getline(text, line);
  EXPECT_EQ(line, "");
  double last_value = 0, last_share = -1;
  std::uint64_t last_count = 0;
  while (std::getline(text, line) && !line.starts_with("#")) {
    std::istringstream fields(line);
    double value = 0, share = 0;
    std::uint64_t count = 0;
    ASSERT_TRUE(fields >> value >> share >> count) << line;
    EXPECT_GE(value, last_value);
    EXPECT_GT(share, last_share);
    EXPECT_GE(count, last_count);
    EXPECT_GE(static_cast<double>(count) / 1000, share - 1e-9);
    last_value = value, last_share = share, last_count = count;
  }
  EXPECT_EQ(last_share, 1.0);
  EXPECT_EQ(last_count, 1000U);
  EXPECT_DOUBLE_EQ(last_value, 1000.0);
  EXPECT_TRUE(line.starts_with("#[Mean    =   500.500000, StdDeviation   =   288.67")) << line;
  std::getline(text, line);
  EXPECT_EQ(line, "#[Max     =  1000.000000, Total count    =         1000]");
}

}  // namespace
}  // namespace bsn
