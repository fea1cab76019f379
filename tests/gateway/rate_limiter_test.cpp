#include "gateway/rate_limiter.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/random.h"
#include "gateway/quota_holder.h"

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

constexpr Duration hour = seconds(3600);

// One project of this plan, and a holder that answers at once.
struct Metered {
  explicit Metered(Plan plan, std::int64_t zero_unix_ns = 0) : zero(zero_unix_ns) {
    ProjectAccount project{"a", "portal"};
    project.plan = plan;
    projects = {project};
    limiter.emplace(projects, zero);
  }

  // Whether a call passes, and with it what was asked of the holder.
  std::optional<OverQuota> call(Instant now) {
    exchange(now);
    auto over = limiter->check(0, now);
    if (!over) limiter->count_admitted(0);
    if (!over) ++admitted;
    exchange(now);
    return over;
  }

  void exchange(Instant now) {
    std::vector<QuotaAsk> asks;
    limiter->take_asks(now, projects, asks);
    std::vector<QuotaHolderOutput> answers;
    for (const QuotaAsk& ask : asks) {
      if (!cut_off) holder.step(now, QuotaAsked{0, ask}, answers);
    }
    for (const auto& answer : answers) {
      if (const auto* record = std::get_if<QuotaRecord>(&answer)) stored = {*record};
      if (const auto* granted = std::get_if<QuotaGranted>(&answer)) limiter->granted(0, granted->grant);
    }
  }

  // A crash: what the holder stored is all that is left.
  void restart(Instant now) {
    holder = QuotaHolder(zero, stored);
    limiter.emplace(projects, zero);
    limiter->start_empty(now);
  }

  std::int64_t zero;
  std::vector<ProjectAccount> projects;
  std::optional<RateLimiter> limiter;
  QuotaHolder holder{zero, {}};
  std::vector<QuotaRecord> stored;
  bool cut_off = false;
  int admitted = 0;
};

TEST(DayShare, TheDaysCallsAreCountedExactlyAndComeBackAtMidnightUtc) {
  Metered metered({0, 0, 25}, (hour * 20).ns);  // it is 20:00
  const Instant now{(hour * 1).ns};
  for (int i = 0; i < 25; ++i) ASSERT_FALSE(metered.call(now)) << i;
  const auto over = metered.call(now);
  ASSERT_TRUE(over);
  EXPECT_TRUE(over->daily);
  EXPECT_EQ(over->retry_after, hour * 3);
  EXPECT_TRUE(metered.call(now + hour * 3 - nanoseconds(1)));
  for (int i = 0; i < 25; ++i) ASSERT_FALSE(metered.call(now + hour * 3)) << i;
  EXPECT_TRUE(metered.call(now + hour * 3));
}

TEST(DayShare, ZeroIsUnlimitedAndAsksNobody) {
  Metered metered({0, 0, 0});
  metered.cut_off = true;
  for (int i = 0; i < 1000; ++i) ASSERT_FALSE(metered.call(Instant{}));
}

TEST(DayShare, WithoutTheHolderItSpendsItsShareAndThenRefuses) {
  Metered metered({0, 0, 1'000});
  ASSERT_FALSE(metered.call(Instant{}));
  metered.cut_off = true;
  for (int i = 0; i < 2'000; ++i) metered.call(Instant{} + seconds(i));
  EXPECT_GE(metered.admitted, 50);
  EXPECT_LE(metered.admitted, 101) << "a tenth of the day at most is handed out ahead";
  metered.cut_off = false;
  EXPECT_TRUE(metered.call(Instant{} + seconds(3'000)));  // asks
  EXPECT_FALSE(metered.call(Instant{} + seconds(3'001)));
}

// safety.md QUOTA: a restart never refills, whenever it comes; the cap is never exceeded.
TEST(DayShare, NoCrashEverMakesTheDayLonger) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    Random random(seed);
    const std::uint64_t limit = 1 + random.below(500);
    Metered metered({0, 0, limit});
    Instant now;
    int crashes = 0;
    for (int i = 0; i < 2'000; ++i) {
      now = now + milliseconds(static_cast<std::int64_t>(random.below(2'000)));
      metered.call(now);
      if (!random.chance(0.01)) continue;
      metered.restart(now);
      ++crashes;
    }
    ASSERT_LE(static_cast<std::uint64_t>(metered.admitted), limit) << "seed " << seed;
    const auto lost = static_cast<std::uint64_t>(crashes) * std::clamp<std::uint64_t>(limit / 10, 10, 1'000);
    ASSERT_GE(static_cast<std::uint64_t>(metered.admitted) + lost, limit) << "more was lost than the shares";
  }
}

TEST(DayShare, AStopGivesBackWhatIsLeft) {
  Metered metered({0, 0, 100});
  for (int i = 0; i < 7; ++i) ASSERT_FALSE(metered.call(Instant{}));
  std::vector<QuotaHolderOutput> out;
  for (const QuotaReturn& returned : metered.limiter->take_back(metered.projects)) {
    metered.holder.step(Instant{}, returned, out);
  }
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(std::get<QuotaRecord>(out[0]), (QuotaRecord{"a", 0, 7}));
}

TEST(DayShare, AClockThatWentBackBeginsNoDayAnew) {
  Metered metered({0, 0, 10}, day_ns * 5);
  for (int i = 0; i < 10; ++i) ASSERT_FALSE(metered.call(Instant{}));
  metered.zero = day_ns * 3;
  metered.restart(Instant{});
  EXPECT_TRUE(metered.call(Instant{}));
  EXPECT_TRUE(metered.call(Instant{} + seconds(5)));
  EXPECT_EQ(metered.admitted, 10);
}

TEST(DayShare, ALargerPlanGivesTheRestAtOnce) {
  Metered metered({0, 0, 10});
  for (int i = 0; i < 10; ++i) ASSERT_FALSE(metered.call(Instant{}));
  ASSERT_TRUE(metered.call(Instant{}));
  metered.projects[0].plan.calls_per_day = 15;
  metered.limiter->assign(metered.projects);
  for (int i = 0; i < 5; ++i) ASSERT_FALSE(metered.call(Instant{})) << i;
  EXPECT_TRUE(metered.call(Instant{}));
}

// safety.md F19 and QUOTA over several gateways: they share one holder, some of them are cut off for a while or crash,
// and together they never admit more than the day's calls; while they are connected none is starved for ever.
TEST(DayShare, SeveralGatewaysTogetherNeverExceedTheDay) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Random random(seed);
    const std::uint64_t limit = 100 + random.below(2'000);
    std::vector<Metered> gateways(4, Metered({0, 0, limit}));
    QuotaHolder holder(0, {});
    Instant now;
    for (int i = 0; i < 8'000; ++i) {
      now = now + milliseconds(static_cast<std::int64_t>(random.below(100)));
      Metered& one = gateways[random.below(gateways.size())];
      if (random.chance(0.001)) one.cut_off = !one.cut_off;
      std::swap(one.holder, holder);
      one.call(now);
      if (random.chance(0.0005)) {
        one.limiter.emplace(one.projects, 0);
        one.limiter->start_empty(now);
      }
      std::swap(one.holder, holder);
    }
    std::uint64_t admitted = 0;
    for (const Metered& one : gateways) admitted += static_cast<std::uint64_t>(one.admitted);
    ASSERT_LE(admitted, limit) << "seed " << seed;
    ASSERT_GE(admitted, limit / 4) << "seed " << seed;
  }
}

TEST(RateLimiter, OneProjectDoesNotSpendAnothersCredit) {
  std::vector<ProjectAccount> projects{{"a", "portal"}, {"b", "portal"}};
  projects[0].plan = projects[1].plan = {1, 1, 0};
  RateLimiter limiter(projects, 0);
  EXPECT_FALSE(limiter.check(0, Instant{}));
  EXPECT_TRUE(limiter.check(0, Instant{}));
  EXPECT_FALSE(limiter.check(1, Instant{}));
}

TEST(RateLimiter, ARestartFillsNoBucket) {
  Metered metered({10, 5, 0});
  for (int i = 0; i < 5; ++i) ASSERT_FALSE(metered.call(Instant{}));
  metered.restart(Instant{} + milliseconds(10));
  EXPECT_TRUE(metered.call(Instant{} + milliseconds(109)));
  EXPECT_FALSE(metered.call(Instant{} + milliseconds(110)));
}

TEST(RateLimiter, AnotherPlanKeepsWhatWasUsed) {
  Metered metered({10, 5, 0});
  for (int i = 0; i < 4; ++i) ASSERT_FALSE(metered.call(Instant{}));
  metered.projects[0].plan = {10, 100, 0};
  metered.limiter->assign(metered.projects);
  EXPECT_FALSE(metered.call(Instant{}));
  EXPECT_TRUE(metered.call(Instant{})) << "a greater burst is no present";
}

}  // namespace
}  // namespace bsn
