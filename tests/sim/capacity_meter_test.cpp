#include "sim/capacity_meter.h"

#include <gtest/gtest.h>

#include <cstddef>

namespace bsn {
namespace {

void adopt(CapacityMeter& meter, Height height, int second, std::size_t transactions) {
  Block block;
  block.header.height = height;
  block.transactions.resize(transactions);
  meter.adopted(Instant{} + seconds(second), block);
}

TEST(CapacityMeter, CountsTransactionsBetweenTheSkippedBlocksAndThoseThatMayBeUndone) {
  CapacityMeter meter(2);
  for (Height height = 1; height <= 10; ++height) adopt(meter, height, static_cast<int>(height) * 2, 100);
  EXPECT_EQ(meter.counted(), 5u);  // 3 ... 7
  EXPECT_EQ(meter.span(), seconds(10));
  EXPECT_DOUBLE_EQ(meter.transactions_per_second(), 50);
}

TEST(CapacityMeter, UndoneBlocksDoNotCount) {
  CapacityMeter meter(0);
  for (Height height = 1; height <= 5; ++height) adopt(meter, height, static_cast<int>(height), 10);
  adopt(meter, 2, 2, 40);
  for (Height height = 3; height <= 5; ++height) adopt(meter, height, static_cast<int>(height), 0);
  EXPECT_EQ(meter.counted(), 2u);
  EXPECT_DOUBLE_EQ(meter.transactions_per_second(), 25);
}

TEST(CapacityMeter, TellsNothingBeforeItHasCounted) {
  CapacityMeter meter(2);
  for (Height height = 1; height <= 5; ++height) adopt(meter, height, static_cast<int>(height), 10);
  EXPECT_EQ(meter.counted(), 0u);
  EXPECT_EQ(meter.transactions_per_second(), 0);
}

}  // namespace
}  // namespace bsn
