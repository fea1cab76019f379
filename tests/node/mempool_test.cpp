#include "node/mempool.h"

#include <gtest/gtest.h>

namespace bsn {
namespace {

TransactionPtr transaction(int key, const std::string& value = "v") {
  return make_transaction({"fabric", "a"}, {"demo", "kv", "put", {"k", value}, std::to_string(key), {}, {}, 0});
}

MempoolLimits limits(std::uint32_t count, std::uint64_t bytes = 1'000'000) {
  MempoolLimits made;
  made.max_transactions = count;
  made.max_bytes = bytes;
  return made;
}

std::vector<std::string> keys(const std::vector<TransactionPtr>& transactions) {
  std::vector<std::string> made;
  for (const auto& one : transactions) made.push_back(one->idempotency_key);
  return made;
}

TEST(Mempool, HandsOutTheOldestFirstWithinTheBlockLimits) {
  Mempool pool(limits(100), {2, 1'000'000});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(pool.add(transaction(i), {}), Mempool::Added::fresh);
  EXPECT_EQ(keys(pool.take_batch()), (std::vector<std::string>{"0", "1"}));
  EXPECT_EQ(pool.waiting(), 3U);
  EXPECT_EQ(keys(pool.take_batch()), (std::vector<std::string>{"2", "3"}));
  EXPECT_EQ(keys(pool.take_batch()), (std::vector<std::string>{"4"}));
  EXPECT_TRUE(pool.take_batch().empty());
  EXPECT_EQ(pool.size(), 5U);
  EXPECT_EQ(pool.waiting_bytes(), 0U);
}

TEST(Mempool, ABatchStaysWithinTheBlocksBytes) {
  const std::uint32_t size = transaction(0)->size;
  Mempool pool(limits(100), {100, 2 * size + 1});
  for (int i = 0; i < 3; ++i) pool.add(transaction(i), {});
  EXPECT_EQ(pool.take_batch().size(), 2U);
  EXPECT_EQ(pool.waiting_bytes(), size);
}

TEST(Mempool, RefusesWhatNoBlockCanHold) {
  Mempool pool(limits(100), {100, 200});
  EXPECT_EQ(pool.add(transaction(0, std::string(300, 'x')), {}), Mempool::Added::too_big);
}

TEST(Mempool, AProposalThatDidNotMakeItWaitsAgainAtItsOldPlace) {
  Mempool pool(limits(100), {2, 1'000'000});
  for (int i = 0; i < 3; ++i) pool.add(transaction(i), {});
  pool.take_batch();
  pool.take_back();
  EXPECT_EQ(pool.waiting(), 3U);
  EXPECT_EQ(pool.waiting_bytes(), pool.bytes());
  EXPECT_EQ(keys(pool.take_batch()), (std::vector<std::string>{"0", "1"}));
}

TEST(Mempool, RefusesAtItsBoundInCountAndBytes) {
  Mempool few(limits(2), {});
  few.add(transaction(0), {});
  few.add(transaction(1), {});
  EXPECT_EQ(few.add(transaction(2), {}), Mempool::Added::full);
  EXPECT_EQ(few.add(transaction(1), {}), Mempool::Added::known);
  few.remove(*transaction(0));
  EXPECT_EQ(few.add(transaction(2), {}), Mempool::Added::fresh);
  Mempool small(limits(100, transaction(0)->size), {});
  small.add(transaction(0), {});
  EXPECT_EQ(small.add(transaction(1), {}), Mempool::Added::full);
}

TEST(Mempool, HoldsOneBodyPerKey) {
  Mempool pool(limits(100), {});
  pool.add(transaction(1), {});
  EXPECT_EQ(pool.add(transaction(1, "other"), {}), Mempool::Added::key_reused);
}

TEST(Mempool, ABlocksTransactionTakesItsRivalWithIt) {
  Mempool pool(limits(100), {});
  const auto mine = transaction(1);
  pool.add(mine, {});
  EXPECT_TRUE(pool.pin(mine->id));
  EXPECT_FALSE(pool.pin(mine->id));
  const Mempool::Removed removed = pool.remove(*transaction(1, "other"));
  ASSERT_NE(removed.rival, nullptr);
  EXPECT_EQ(removed.rival->id, mine->id);
  EXPECT_TRUE(removed.rival_pinned);
  EXPECT_EQ(pool.size(), 0U);
  EXPECT_EQ(pool.bytes(), 0U);
}

TEST(Mempool, RemovesFromProposalsToo) {
  Mempool pool(limits(100), {});
  const auto one = transaction(1);
  pool.add(one, {});
  pool.take_batch();
  pool.remove(*one);
  pool.take_back();
  EXPECT_EQ(pool.waiting(), 0U);
  EXPECT_EQ(pool.waiting_bytes(), 0U);
  EXPECT_EQ(pool.find(one->id), nullptr);
}

TEST(Mempool, OldTransactionsLeaveUnlessSomebodyReliesOnThem) {
  Mempool pool(limits(100), {});
  const auto old = transaction(1), pinned = transaction(2), awaited = transaction(3), young = transaction(4);
  for (const auto& one : {old, pinned, awaited}) pool.add(one, Instant{1});
  pool.add(young, Instant{10});
  pool.pin(pinned->id);
  pool.expire(Instant{10}, [&](const Digest& id) { return id == awaited->id; });
  EXPECT_FALSE(pool.contains(old->id));
  EXPECT_TRUE(pool.contains(pinned->id) && pool.contains(awaited->id) && pool.contains(young->id));
}

TEST(Mempool, WhatWasAcceptedComesBackBeyondTheBound) {
  Mempool pool(limits(1), {});
  pool.restore(transaction(1), {});
  pool.restore(transaction(2), {});
  EXPECT_EQ(pool.size(), 2U);
  EXPECT_EQ(pool.add(transaction(3), {}), Mempool::Added::full);
}

}  // namespace
}  // namespace bsn
