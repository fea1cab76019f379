#include "gateway/rate_limiter.h"

#include <gtest/gtest.h>

#include "core/random.h"

namespace bsn {
namespace {

TEST(TokenBucket, LetsABurstThroughAndThenTheRate) {
  TokenBucket bucket(10, 3);
  const Instant start{seconds(5).ns};
  for (int i = 0; i < 3; ++i) EXPECT_EQ(bucket.take(start), Duration{});
  EXPECT_EQ(bucket.take(start), milliseconds(100)) << "the advice names the very instant";
  EXPECT_EQ(bucket.take(start + milliseconds(99)), milliseconds(1));
  EXPECT_EQ(bucket.take(start + milliseconds(100)), Duration{});
  EXPECT_EQ(bucket.take(start + milliseconds(100)), milliseconds(100));
}

TEST(TokenBucket, ARateOfZeroIsUnlimited) {
  TokenBucket bucket(0, 0);
  for (int i = 0; i < 10'000; ++i) ASSERT_EQ(bucket.take(Instant{}), Duration{});
}

TEST(TokenBucket, NeverHoldsMoreThanItsBurst) {
  TokenBucket bucket(1000, 2);
  EXPECT_EQ(bucket.take(Instant{}), Duration{});
  int admitted = 0;
  for (int i = 0; i < 10; ++i) admitted += bucket.take(Instant{seconds(1'000'000'000).ns}) == Duration{};
  EXPECT_EQ(admitted, 2);
}

TEST(TokenBucket, ABurstBelowOneStillLetsCallsThrough) {
  TokenBucket bucket(1, 0);
  EXPECT_EQ(bucket.take(Instant{}), Duration{});
  EXPECT_EQ(bucket.take(Instant{}), seconds(1));
}

// Credit that comes a third of a nanosecond's worth at a time is neither lost nor rounded up.
TEST(TokenBucket, LosesNoCreditHoweverOftenItIsAsked) {
  TokenBucket bucket(1.0 / 3, 1);
  Instant now;
  ASSERT_EQ(bucket.take(now), Duration{});
  std::int64_t admitted = 0;
  for (std::int64_t i = 0; i < 3'000'000; ++i) {
    now = now + nanoseconds(1009);
    admitted += bucket.take(now) == Duration{};
  }
  EXPECT_EQ(admitted, now.ns / 3'000'003'000) << "a third of a call per second is kept as 0.333333";
}

// safety.md QUOTA: admitted(s, t) <= b + r (t - s) for all s < t, here over every pair of admissions.
TEST(TokenBucket, NeverAdmitsMoreThanBurstPlusRateTimesTimeInAnyWindow) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Random random(seed);
    const auto rate = static_cast<std::int64_t>(1 + random.below(5000));
    const auto burst = static_cast<std::int64_t>(1 + random.below(20));
    TokenBucket bucket(static_cast<double>(rate), static_cast<double>(burst));
    Instant now{static_cast<std::int64_t>(random.below(1'000'000'000))};
    std::vector<Instant> admitted;
    for (int i = 0; i < 2000; ++i) {
      now = now + random.exponential(nanoseconds(400'000'000 / rate));
      if (bucket.take(now) == Duration{}) admitted.push_back(now);
    }
    ASSERT_GT(admitted.size(), 100u);
    for (std::size_t s = 0; s < admitted.size(); s += 7) {
      for (std::size_t t = s; t < admitted.size(); ++t) {
        const auto count = static_cast<std::int64_t>(t - s + 1);
        ASSERT_LE((count - burst) * 1'000'000'000, rate * (admitted[t] - admitted[s]).ns) << "seed " << seed;
      }
    }
  }
}

// The advice is exact: one nanosecond earlier is too early, at that instant it works.
TEST(TokenBucket, ItsAdviceIsNeitherTooEarlyNorTooLate) {
  Random random(7);
  TokenBucket bucket(7.3, 1);
  Instant now;
  ASSERT_EQ(bucket.take(now), Duration{});
  for (int i = 0; i < 100; ++i) {
    const Duration wait = bucket.take(now);
    ASSERT_GT(wait, Duration{});
    ASSERT_EQ(bucket.take(now + wait - nanoseconds(1)), nanoseconds(1));
    now = now + wait;
    ASSERT_EQ(bucket.take(now), Duration{});
  }
}

TEST(DailyCount, HoldsTheCapExactlyAndADayLasts24HoursFromItsFirstCall) {
  DailyCount count(3);
  const Duration hour = seconds(3600);
  Instant now{hour.ns * 5};
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(count.wait(now), Duration{});
    count.count(now);
    now = now + hour;
  }
  EXPECT_EQ(count.wait(now), hour * 21);
  EXPECT_EQ(count.wait(now + hour * 21 - nanoseconds(1)), nanoseconds(1));
  now = now + hour * 30;
  EXPECT_EQ(count.wait(now), Duration{});
  count.count(now);
  count.count(now + hour * 23);
  count.count(now + hour * 23);
  EXPECT_EQ(count.wait(now + hour * 23), hour);
}

TEST(DailyCount, ZeroIsUnlimited) {
  DailyCount count(0);
  for (int i = 0; i < 1000; ++i) count.count(Instant{});
  EXPECT_EQ(count.wait(Instant{}), Duration{});
}

TEST(RateLimiter, OneProjectDoesNotSpendAnothersCredit) {
  RateLimiter limiter({{"a", {}, {}, {1, 1, 0}}, {"b", {}, {}, {1, 1, 1}}});
  EXPECT_FALSE(limiter.check(0, Instant{}));
  EXPECT_TRUE(limiter.check(0, Instant{}));
  EXPECT_FALSE(limiter.check(1, Instant{}));
  limiter.count_admitted(1, Instant{});
  const auto over = limiter.check(1, Instant{seconds(10).ns});
  ASSERT_TRUE(over);
  EXPECT_TRUE(over->daily);
}

}  // namespace
}  // namespace bsn
