#include "node/raft_batcher.h"

#include <gtest/gtest.h>

namespace bsn {
namespace {

const BlockLimits limits{10, 1000};

BatchOffered batch_of(std::size_t count, std::uint32_t bytes) {
  BatchOffered batch;
  for (std::size_t i = 0; i < count; ++i) {
    auto transaction = std::make_shared<Transaction>();
    transaction->size = bytes;
    batch.transactions.push_back(transaction);
  }
  return batch;
}

TEST(RaftBatcher, ABatchIsDueATimeoutAfterTheFirstTransaction) {
  RaftBatcher batcher(limits, seconds(2));
  EXPECT_EQ(batcher.due(), std::nullopt);
  batcher.waiting(Instant{100}, {1, 50});
  batcher.waiting(Instant{200}, {3, 150});
  EXPECT_EQ(batcher.due(), Instant{100} + seconds(2));
}

TEST(RaftBatcher, AFullBlockIsDueAtOnce) {
  RaftBatcher by_count(limits, seconds(2));
  by_count.waiting(Instant{100}, {10, 50});
  EXPECT_EQ(by_count.due(), Instant{100});
  RaftBatcher by_bytes(limits, seconds(2));
  by_bytes.waiting(Instant{100}, {1, 1000});
  EXPECT_EQ(by_bytes.due(), Instant{100});
}

TEST(RaftBatcher, TheRestOfACutBeginsToWaitAnew) {
  RaftBatcher batcher(limits, seconds(2));
  batcher.waiting(Instant{100}, {12, 600});
  batcher.cut(Instant{300}, batch_of(10, 50));
  EXPECT_EQ(batcher.due(), Instant{300} + seconds(2));
}

TEST(RaftBatcher, AnEmptyOfferEndsTheWaiting) {
  RaftBatcher batcher(limits, seconds(2));
  batcher.waiting(Instant{100}, {12, 600});
  batcher.cut(Instant{300}, batch_of(0, 0));
  EXPECT_EQ(batcher.due(), std::nullopt);
}

TEST(RaftBatcher, NothingIsDueWhenTheMempoolBecameEmpty) {
  RaftBatcher batcher(limits, seconds(2));
  batcher.waiting(Instant{100}, {1, 50});
  batcher.waiting(Instant{200}, {0, 0});
  EXPECT_EQ(batcher.due(), std::nullopt);
}

}  // namespace
}  // namespace bsn
