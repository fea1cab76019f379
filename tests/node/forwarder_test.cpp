#include "node/forwarder.h"

#include <gtest/gtest.h>

namespace bsn {
namespace {

TransactionPtr transaction(int key) {
  return make_transaction({"fabric", "a"}, {"demo", "kv", "put", {"k", "v"}, std::to_string(key), {}, {}, 0});
}

Instant at(Duration since_start) { return Instant{} + since_start; }

TEST(Forwarder, GathersForItsInterval) {
  Forwarder forwarder(milliseconds(20));
  EXPECT_EQ(forwarder.next_due(), std::nullopt);
  forwarder.add(transaction(1), false, at(milliseconds(0)));
  forwarder.add(transaction(2), false, at(milliseconds(15)));
  EXPECT_EQ(forwarder.next_due(), at(milliseconds(20)));
  EXPECT_TRUE(forwarder.take_due(at(milliseconds(19))).transactions.empty());
  EXPECT_EQ(forwarder.take_due(at(milliseconds(20))).transactions.size(), 2U);
  EXPECT_EQ(forwarder.next_due(), std::nullopt);
}

TEST(Forwarder, OwnTransactionsGoAgainLessAndLessOftenAndThenNoMore) {
  Forwarder forwarder(milliseconds(20));
  forwarder.add(transaction(1), true, Instant{});
  forwarder.add(transaction(1), true, Instant{});
  EXPECT_EQ(forwarder.take_due(at(milliseconds(20))).transactions.size(), 1U);
  std::vector<std::int64_t> times;
  while (const auto due = forwarder.next_due()) {
    const Forwarder::Due sent = forwarder.take_due(*due);
    EXPECT_TRUE(sent.retried);
    EXPECT_EQ(sent.transactions.size(), 1U);
    times.push_back((*due - Instant{}).ns / 1'000'000'000);
  }
  EXPECT_EQ(times, (std::vector<std::int64_t>{5, 15, 35, 75, 155, 315, 635, 1275, 2555}));
}

TEST(Forwarder, ForgottenOnesAreNotSentAgain) {
  Forwarder forwarder(milliseconds(20));
  forwarder.add(transaction(1), true, Instant{});
  forwarder.take_due(at(milliseconds(20)));
  forwarder.forget(transaction(1)->id);
  EXPECT_EQ(forwarder.next_due(), std::nullopt);
}

TEST(Forwarder, ANewLeaderGetsEverythingOwnAndWhatWasGatheredOnce) {
  Forwarder forwarder(milliseconds(20));
  forwarder.add(transaction(1), true, Instant{});
  forwarder.take_due(at(milliseconds(20)));
  forwarder.add(transaction(2), true, at(milliseconds(30)));
  forwarder.add(transaction(3), false, at(milliseconds(30)));
  forwarder.send_all_again(at(milliseconds(31)));
  EXPECT_EQ(forwarder.next_due(), at(milliseconds(31)));
  EXPECT_EQ(forwarder.take_due(at(milliseconds(31))).transactions.size(), 3U);
}

}  // namespace
}  // namespace bsn
