// A relayer as its process drives it: it reads the past before it begins.
#include "relay/relay_machine.h"

#include <gtest/gtest.h>

namespace bsn {
namespace {

const ChainName source{"a", "main"}, hub{"hub", "main"}, destination{"b", "main"};

BlockPtr block_of(Height height, std::vector<TransactionPtr> transactions, std::vector<Receipt> receipts) {
  Block block;
  block.header.height = height;
  block.transactions = std::move(transactions);
  block.receipts = std::move(receipts);
  return std::make_shared<const Block>(std::move(block));
}

BlockPtr empty(Height height) { return block_of(height, {}, {}); }

// A block in which one packet was sent.
BlockPtr sending(Height height) {
  Transaction call;
  call.contract = "xchain";
  call.function = "transfer";
  call.args = {"hub/main", "b/main", "li", "wang", "a/main", "5", "none", "+600s"};
  Receipt receipt;
  receipt.status = ReceiptStatus::ok;
  receipt.value = "1 id";
  return block_of(height, {std::make_shared<const Transaction>(call)}, {receipt});
}

RelayMachine machine() {
  RelayerSpec spec;
  spec.hubs = {{hub, true}};
  return RelayMachine(spec);
}

TEST(RelayMachine, BeginsWhenEveryChainHasPaused) {
  RelayMachine relayer = machine();
  std::vector<RelayCall> calls;
  EXPECT_EQ(relayer.next_wakeup(), std::nullopt);
  relayer.step(Instant{} + milliseconds(10), {source, sending(1)}, calls);
  relayer.step(Instant{} + milliseconds(100), {hub, empty(1)}, calls);
  relayer.advance_to(Instant{} + milliseconds(250), calls);
  EXPECT_TRUE(calls.empty()) << "the hub's history may go on";
  ASSERT_EQ(relayer.next_wakeup(), Instant{} + milliseconds(300));
  relayer.advance_to(Instant{} + milliseconds(300), calls);
  ASSERT_EQ(calls.size(), 1u);
  EXPECT_EQ(calls[0].call.contract, facts_contract);
  EXPECT_EQ(relayer.relayer().backlog(), 1u);
  EXPECT_EQ(relayer.relayer().oldest(), Instant{} + milliseconds(10));
}

TEST(RelayMachine, BeginsInTheEndAlthoughBlocksNeverPause) {
  RelayMachine relayer = machine();
  std::vector<RelayCall> calls;
  Instant now;
  for (Height height = 1; now < Instant{} + RelayMachine::patience; ++height) {
    relayer.step(now, {source, height == 1 ? sending(1) : empty(height)}, calls);
    relayer.advance_to(now, calls);
    EXPECT_TRUE(calls.empty());
    now = now + milliseconds(50);
  }
  relayer.advance_to(Instant{} + RelayMachine::patience, calls);
  EXPECT_EQ(calls.size(), 1u);
}

TEST(RelayMachine, TriesAgainWhatWasOpenWhenTheGatewayWasLost) {
  RelayMachine relayer = machine();
  std::vector<RelayCall> calls;
  relayer.step(Instant{}, {source, sending(1)}, calls);
  relayer.advance_to(Instant{} + seconds(1), calls);
  ASSERT_EQ(calls.size(), 1u);
  relayer.lost_link();
  calls.clear();
  relayer.advance_to(Instant{} + seconds(1), calls);
  EXPECT_EQ(relayer.open_calls(), 0u);
  EXPECT_EQ(relayer.relayer().counters().failed, 1u);
  relayer.advance_to(*relayer.next_wakeup(), calls);
  EXPECT_EQ(calls.size(), 1u) << "it asks once more";
}

}  // namespace
}  // namespace bsn
