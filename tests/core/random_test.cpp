#include "core/random.h"

#include <gtest/gtest.h>

#include <set>

namespace bsn {
namespace {

// The first numbers of xoshiro256** seeded with SplitMix64(1): pinned, because every fingerprint depends on them.
TEST(Random, GivesTheSameNumbersForEver) {
  Random random(1);
  EXPECT_EQ(random.next(), 0xb3f2af6d0fc710c5U);
  EXPECT_EQ(random.next(), 0x853b559647364ceaU);
}

TEST(Random, AForkDependsOnNameAndSeedOnly) {
  Random a(7);
  const std::uint64_t before = a.fork("beijing").next();
  for (int i = 0; i < 100; ++i) a.next();
  (void)a.fork("shanghai").next();
  EXPECT_EQ(a.fork("beijing").next(), before);
  EXPECT_NE(a.fork("shanghai").next(), before);
  EXPECT_NE(Random(8).fork("beijing").next(), before);
}

TEST(Random, BelowStaysBelowAndReachesEveryNumber) {
  Random random(3);
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random.below(7));
  EXPECT_EQ(seen.size(), 7U);
  EXPECT_EQ(*seen.rbegin(), 6U);
}

TEST(Random, MeansOfTheDistributionsAreWhatWasAskedFor) {
  Random random(11);
  constexpr int draws = 200'000;
  double exponential = 0, gamma = 0;
  int hits = 0;
  for (int i = 0; i < draws; ++i) {
    exponential += random.exponential(milliseconds(10)).seconds();
    gamma += random.gamma2(milliseconds(10)).seconds();
    hits += random.chance(0.25) ? 1 : 0;
  }
  EXPECT_NEAR(exponential / draws, 0.010, 0.0002);
  EXPECT_NEAR(gamma / draws, 0.010, 0.0002);
  EXPECT_NEAR(static_cast<double>(hits) / draws, 0.25, 0.005);
}

TEST(Random, BetweenIncludesBothEnds) {
  Random random(5);
  std::set<std::int64_t> seen;
  for (int i = 0; i < 200; ++i) seen.insert(random.between({3}, {5}).ns);
  EXPECT_EQ(seen, (std::set<std::int64_t>{3, 4, 5}));
}

}  // namespace
}  // namespace bsn
