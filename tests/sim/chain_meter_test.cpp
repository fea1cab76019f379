#include "sim/chain_meter.h"

#include <gtest/gtest.h>

namespace bsn {
namespace {

Block block(Height height, Duration time, const std::string& name) {
  Block made;
  made.header.height = height;
  made.header.time = Instant{} + time;
  made.hash = sha256(name);
  return made;
}

TEST(ChainMeter, CountsWhatIsFinalBehindTheWarmUp) {
  ChainMeter meter(1, 2);
  meter.final(Instant{} + seconds(99), block(1, seconds(10), "1"), 9);
  meter.final(Instant{} + seconds(99), block(2, seconds(12), "2"), 4);
  meter.final(Instant{} + seconds(99), block(3, seconds(18), "3"), 7);
  const ChainMeasures found = meter.measures();
  EXPECT_EQ(found.blocks, 2u);
  EXPECT_DOUBLE_EQ(found.interval_mean_s, 4);
  EXPECT_DOUBLE_EQ(found.interval_deviation_s, 2);
  EXPECT_DOUBLE_EQ(found.finality_mean_s, (87 + 81) / 2.0);
  EXPECT_DOUBLE_EQ(found.finality_blocks, 3);
}

TEST(ChainMeter, ABlockThatSomebodyHadAndThatIsNotOnTheChainIsStale) {
  ChainMeter meter(1, 4);
  meter.final(Instant{} + seconds(1), block(1, seconds(1), "1"), 1);
  for (const char* name : {"2", "2", "rival", "other"})
    meter.adopted(Instant{} + seconds(3), block(2, seconds(2), name));
  meter.final(Instant{} + seconds(9), block(2, seconds(2), "2"), 3);
  meter.final(Instant{} + seconds(9), block(3, seconds(3), "3"), 4);
  EXPECT_DOUBLE_EQ(meter.measures().stale_share, 0.5);
}

TEST(ChainMeter, PropagationIsTheAgeAtWhichThatShareOfThePeersHadTheBlock) {
  ChainMeter meter(1, 10);
  meter.final(Instant{}, block(1, {}, "1"), 1);
  for (int peer = 1; peer <= 10; ++peer) meter.adopted(Instant{} + seconds(peer), block(2, {}, "2"));
  meter.final(Instant{} + seconds(20), block(2, {}, "2"), 2);
  EXPECT_DOUBLE_EQ(meter.measures().propagation_p50_s, 5);
  EXPECT_DOUBLE_EQ(meter.measures().propagation_p90_s, 9);
}

TEST(ChainMeter, TellsHowLongNineteenInTwentyTransactionsTookAtMost) {
  ChainMeter meter(1, 1);
  meter.final(Instant{}, block(1, {}, "1"), 1);
  meter.committed(seconds(500));  // in the warm-up
  meter.final(Instant{}, block(2, {}, "2"), 2);
  for (int n = 1; n <= 100; ++n) meter.committed(seconds(n));
  EXPECT_DOUBLE_EQ(meter.measures().commit_p95_s, 95);
}

TEST(ChainMeter, WithoutFinalBlocksThereIsNothingToSay) {
  ChainMeter meter(0, 1);
  meter.adopted(Instant{}, block(1, {}, "1"));
  EXPECT_EQ(meter.measures().blocks, 0u);
}

}  // namespace
}  // namespace bsn
