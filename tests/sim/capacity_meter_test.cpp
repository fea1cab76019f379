#include "sim/capacity_meter.h"

#include <gtest/gtest.h>

#include <cstddef>

namespace bsn {
namespace {

Block block(Height height, int second, std::size_t transactions) {
  Block block;
  block.header.height = height;
  block.header.time = Instant{} + seconds(second);
  block.transactions.resize(transactions);
  return block;
}

TEST(CapacityMeter, CountsTransactionsBetweenTheSkippedBlocksAndThoseThatMayBeUndone) {
  CapacityMeter meter(2);
  for (Height height = 1; height <= 10; ++height) meter.adopted(block(height, static_cast<int>(height) * 2, 100));
  EXPECT_EQ(meter.counted(), 5u);  // 3 ... 7
  EXPECT_DOUBLE_EQ(meter.transactions_per_second(), 50);
}

TEST(CapacityMeter, UndoneBlocksDoNotCount) {
  CapacityMeter meter(0);
  for (Height height = 1; height <= 5; ++height) meter.adopted(block(height, static_cast<int>(height), 10));
  meter.adopted(block(2, 2, 40));
  for (Height height = 3; height <= 5; ++height) meter.adopted(block(height, static_cast<int>(height), 0));
  EXPECT_EQ(meter.counted(), 2u);
  EXPECT_DOUBLE_EQ(meter.transactions_per_second(), 25);
}

TEST(CapacityMeter, TellsNothingBeforeItHasCounted) {
  CapacityMeter meter(2);
  for (Height height = 1; height <= 5; ++height) meter.adopted(block(height, static_cast<int>(height), 10));
  EXPECT_EQ(meter.counted(), 0u);
  EXPECT_EQ(meter.transactions_per_second(), 0);
}

}  // namespace
}  // namespace bsn
