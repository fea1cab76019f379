#include "core/time.h"

#include <gtest/gtest.h>

namespace bsn {
namespace {

TEST(Time, PrintsTheLargestUnitThatLosesNothing) {
  EXPECT_EQ(to_string(milliseconds(250)), "250ms");
  EXPECT_EQ(to_string(microseconds(1500)), "1500us");
  EXPECT_EQ(to_string(seconds(90)), "90s");
  EXPECT_EQ(to_string(Duration{}), "0s");
  EXPECT_EQ(to_string(nanoseconds(-7)), "-7ns");
}

TEST(Time, ReadsDurationsWithUnits) {
  EXPECT_EQ(parse_duration("50 ms"), milliseconds(50));
  EXPECT_EQ(parse_duration("2min"), seconds(120));
  EXPECT_EQ(parse_duration(" 1.5 s "), milliseconds(1500));
  EXPECT_EQ(parse_duration("250us"), microseconds(250));
  EXPECT_EQ(parse_duration("1 h"), seconds(3600));
}

TEST(Time, RefusesDurationsWithoutAKnownUnit) {
  for (const char* text : {"", "50", "ms", "50 mss", "fifty ms", "1e300 s", "nan s", "50 ms 3"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

TEST(Time, ReadsBackWhatItPrints) {
  for (const std::int64_t ns : {0L, 1L, 999L, 1'000L, 123'456'789L, 3'600'000'000'000L}) {
    EXPECT_EQ(parse_duration(to_string(Duration{ns})), Duration{ns});
  }
}

TEST(Time, TheEarlierOfTwoWakeUpsIsThePendingOne) {
  EXPECT_EQ(earlier(std::nullopt, Instant{5}), Instant{5});
  EXPECT_EQ(earlier(Instant{3}, std::nullopt), Instant{3});
  EXPECT_EQ(earlier(Instant{3}, Instant{5}), Instant{3});
  EXPECT_EQ(earlier(std::nullopt, std::nullopt), std::nullopt);
}

}  // namespace
}  // namespace bsn
