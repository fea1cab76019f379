// The parts of the cross-chain contracts by themselves: forms of arguments, what is kept of a lane, vouchers and
// escrow.
#include <gtest/gtest.h>

#include "node/contract_asset.h"
#include "node/xchain_arguments.h"
#include "node/xchain_lane.h"
#include "node/xchain_value.h"

namespace bsn {
namespace {

const ChainName hub{"hub", "main"}, home{"fabric", "trade"}, other{"neo", "main"};

TEST(XchainArguments, AreNamedWhenTheyAreWrong) {
  const auto wrong = [](std::string_view forms, const std::vector<std::string>& args) {
    return check_forms(forms, args).value_or("");
  };
  EXPECT_EQ(wrong("A:chain B:number C:bytes", {"x/y", "0", ""}), "");
  EXPECT_EQ(wrong("A:chain", {"x"}), "A is a chain, NETWORK/CHAIN");
  EXPECT_EQ(wrong("A:chain B:name", {"x/y", ""}), "B has 1 to 64 bytes");
  EXPECT_EQ(wrong("A:amount", {"0"}), "A is a whole number from 1 to 2^64-1");
  EXPECT_EQ(wrong("A:number", {"-1"}), "A is a whole number below 2^64");
  EXPECT_EQ(wrong("A:height", {"none"}), "");
  EXPECT_EQ(wrong("A:height", {"high"}), "A is a height, or none");
  EXPECT_EQ(wrong("A:time B:time C:time", {"none", "+3s", "12"}), "");
  EXPECT_NE(wrong("A:time", {"+later"}), "");
  EXPECT_EQ(wrong("A:packet", {"x"}), "A is not the bytes of a packet");
}

class XchainParts : public ::testing::Test {
 protected:
  XchainParts() { write_asset_genesis({{"alice", 100}, {"bob", 0}}, tree_); }

  StateTree tree_;
  StateOverlay state_{tree_, {1, Instant{1}}};
};

TEST_F(XchainParts, ALanesWatermarkStopsAtTheFirstThatIsNotDone) {
  XchainLane lane({hub, home, other}, state_);
  EXPECT_EQ(lane.done(), 1U);
  lane.advance_done(100, [](std::uint64_t at) { return at != 4; });
  EXPECT_EQ(lane.done(), 4U);
  lane.advance_done(6, [](std::uint64_t) { return true; });
  EXPECT_EQ(lane.done(), 6U) << "it goes no further than it is told";
}

TEST_F(XchainParts, ALaneKeepsAndForgets) {
  XchainLane lane({hub, home, other}, state_), back({hub, other, home}, state_);
  const Packet packet{hub, home, other, 3, {}, TransferBody{home, "alice", "bob", 5}};
  lane.keep(packet.sequence, encode(packet));
  EXPECT_TRUE(lane.is_committed(3));
  EXPECT_EQ(lane.committed(3), packet);
  EXPECT_FALSE(lane.is_committed(4));
  EXPECT_FALSE(back.is_committed(3)) << "the other direction is another lane";
  EXPECT_FALSE(lane.has_outcome(3) || lane.has_outcome(4));
  lane.keep(3, encode(Acknowledgement{true, ""}));
  lane.keep(4, time_out_mark(packet_id(packet)));
  EXPECT_TRUE(lane.has_outcome(3) && lane.has_outcome(4));
  EXPECT_FALSE(lane.is_committed(3) || lane.committed(3)) << "the outcome stands where the packet stood";
  lane.keep_received(3, receipt_mark(packet_id(packet)));
  lane.forget(3);
  EXPECT_FALSE(lane.kept(3));
  EXPECT_TRUE(lane.received(3)) << "what the destination keeps is kept apart";
  lane.forget_received(3, 4);
  EXPECT_FALSE(lane.received(3));
}

TEST_F(XchainParts, OutflowIsCappedByWindow) {
  ChannelRules rules;
  rules.outflow_max = 10;
  rules.outflow_window = seconds(60);
  XchainLane lane({hub, home, other}, state_);
  EXPECT_TRUE(lane.count_outflow(7, rules));
  EXPECT_FALSE(lane.count_outflow(4, rules));
  EXPECT_TRUE(lane.count_outflow(3, rules));
  EXPECT_FALSE(lane.count_outflow(~std::uint64_t{0}, rules)) << "nothing overflows";
  std::vector<StateUndo> undo;
  state_.commit(tree_, undo);
  StateOverlay later(tree_, {2, Instant{1} + seconds(60)});
  EXPECT_TRUE(XchainLane({hub, home, other}, later).count_outflow(10, rules));
}

TEST_F(XchainParts, ValueIsLockedAndUnlockedBurntAndMinted) {
  Packet out{hub, home, other, 1, {}, TransferBody{home, "alice", "bob", 30}};
  const auto& body = std::get<TransferBody>(out.body);
  EXPECT_FALSE(take_from_sender(out, body, state_));
  EXPECT_EQ(balance_of(state_, "alice"), 70U);
  EXPECT_EQ(balance_of(state_, escrow_account(hub, other)), 30U);
  EXPECT_FALSE(refund_sender(out, body, state_));
  EXPECT_EQ(balance_of(state_, "alice"), 100U);

  // A voucher of the other chain's coin comes, and goes home again.
  Packet in{hub, other, home, 1, {}, TransferBody{other, "carol", "bob", 9}};
  EXPECT_FALSE(give_to_receiver(in, std::get<TransferBody>(in.body), state_));
  EXPECT_EQ(voucher_balance(hub, other, "bob", state_), 9U);
  Packet back{hub, home, other, 2, {}, TransferBody{other, "bob", "carol", 10}};
  EXPECT_TRUE(take_from_sender(back, std::get<TransferBody>(back.body), state_)) << "more than there is";
  std::get<TransferBody>(back.body).amount = 9;
  EXPECT_FALSE(take_from_sender(back, std::get<TransferBody>(back.body), state_));
  EXPECT_EQ(voucher_supply(hub, other, state_), 0U);
}

TEST_F(XchainParts, ValueGoesToNobodyWhoIsNotThere) {
  Packet in{hub, other, home, 1, {}, TransferBody{other, "carol", "nobody", 9}};
  auto& body = std::get<TransferBody>(in.body);
  EXPECT_TRUE(give_to_receiver(in, body, state_));
  body.receiver = escrow_account(hub, other);
  EXPECT_TRUE(give_to_receiver(in, body, state_)) << "nor into escrow";
  body = {{"eos", "main"}, "carol", "bob", 9};
  EXPECT_TRUE(give_to_receiver(in, body, state_)) << "nor a third chain's coin";
  EXPECT_EQ(voucher_supply(hub, other, state_), 0U);
}

}  // namespace
}  // namespace bsn
