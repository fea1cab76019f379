#include "core/packet.h"

#include <gtest/gtest.h>

#include <set>

#include "core/packet_call.h"

namespace bsn {
namespace {

Packet transfer() {
  return {{"hub", "main"},       {"fabric", "trade"},
          {"neo", "main"},       7,
          {100, Instant{5'000}}, TransferBody{{"fabric", "trade"}, "alice", "bob", 3}};
}

Packet remote_call() {
  return {{"hub", "main"},     {"fabric", "trade"},
          {"neo", "main"},     8,
          {0, Instant{5'000}}, CallBody{"alice", "kv", "put", {"colour", std::string("gr\0en", 5)}}};
}

TEST(Packet, ComesBackFromItsBytes) {
  EXPECT_EQ(decode_packet(encode(transfer())), transfer());
  EXPECT_EQ(decode_packet(encode(remote_call())), remote_call());
}

TEST(Packet, OtherBytesAreNone) {
  const std::string good = encode(transfer());
  EXPECT_FALSE(decode_packet(""));
  EXPECT_FALSE(decode_packet(good + "x"));
  for (std::size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(decode_packet(good.substr(0, size))) << size;
  Packet many = remote_call();
  std::get<CallBody>(many.body).args.assign(17, "x");
  EXPECT_FALSE(decode_packet(encode(many))) << "a call has at most 16 arguments";
}

TEST(Packet, TheIdCoversEveryField) {
  std::set<Digest> ids{packet_id(transfer()), packet_id(remote_call())};
  const auto differs = [&](const auto& change) {
    Packet packet = transfer();
    change(packet, std::get<TransferBody>(packet.body));
    EXPECT_TRUE(ids.insert(packet_id(packet)).second);
  };
  differs([](Packet& packet, TransferBody&) { packet.hub.chain = "other"; });
  differs([](Packet& packet, TransferBody&) { packet.source.network = "cita"; });
  differs([](Packet& packet, TransferBody&) { packet.destination.chain = "other"; });
  differs([](Packet& packet, TransferBody&) { packet.sequence += 1; });
  differs([](Packet& packet, TransferBody&) { packet.timeout.height += 1; });
  differs([](Packet& packet, TransferBody&) { packet.timeout.time.ns += 1; });
  differs([](Packet&, TransferBody& body) { body.asset.chain = "other"; });
  differs([](Packet&, TransferBody& body) { std::swap(body.sender, body.receiver); });
  differs([](Packet&, TransferBody& body) { body.amount += 1; });
}

TEST(Packet, ATimeOutPassesByHeightOrByTime) {
  const PacketTimeout never{}, by_height{10, {}}, by_time{0, Instant{50}}, by_both{10, Instant{50}};
  EXPECT_TRUE(never.never());
  EXPECT_FALSE(never.passed(1'000'000, Instant{1'000'000}));
  EXPECT_FALSE(by_height.passed(9, Instant{1'000}));
  EXPECT_TRUE(by_height.passed(10, Instant{}));
  EXPECT_FALSE(by_time.passed(1'000, Instant{49}));
  EXPECT_TRUE(by_time.passed(0, Instant{50}));
  EXPECT_TRUE(by_both.passed(10, Instant{0}));
  EXPECT_TRUE(by_both.passed(0, Instant{50}));
}

// What stands at the border of two names must not be read as another lane's.
TEST(Packet, NoTwoLanesOrKindsShareAKey) {
  std::set<std::string> keys;
  const std::vector<PacketLane> lanes = {{{"h", "m"}, {"a", "bc"}, {"d", "e"}},
                                         {{"h", "m"}, {"ab", "c"}, {"d", "e"}},
                                         {{"h", "m"}, {"a", "b"}, {"cd", "e"}},
                                         {{"h", "m"}, {"d", "e"}, {"a", "bc"}},
                                         {{"hm", ""}, {"a", "bc"}, {"d", "e"}}};
  for (const PacketLane& lane : lanes) {
    EXPECT_TRUE(keys.insert(packet_path::done_below(lane)).second);
    for (const std::uint64_t sequence : {1, 2, 256}) {
      EXPECT_TRUE(keys.insert(packet_path::committed(lane, sequence)).second);
      EXPECT_TRUE(keys.insert(packet_path::received(lane, sequence)).second);
    }
  }
}

// One key holds first the one, then the other.
TEST(Packet, WhatIsKeptOfItSaysByItsFirstByteWhatItIs) {
  const std::string packet = encode(transfer()), outcome = encode(Acknowledgement{true, "done"});
  const std::string late = time_out_mark(packet_id(transfer())), receipt = receipt_mark(packet_id(transfer()));
  const std::set<char> first = {packet[0], outcome[0], late[0], receipt[0]};
  EXPECT_EQ(first.size(), 4U);
  for (const std::string& other : {outcome, late, receipt, std::string()}) {
    EXPECT_FALSE(decode_packet(other) || is_packet(other));
  }
  for (const std::string& other : {packet, late, receipt, std::string()}) EXPECT_FALSE(decode_acknowledgement(other));
  EXPECT_TRUE(is_packet(packet));
  EXPECT_TRUE(is_time_out_mark(late));
  EXPECT_FALSE(is_time_out_mark(receipt));
}

TEST(Acknowledgement, ComesBackAndHasAtMostOneKibibyte) {
  const Acknowledgement good{true, "done"}, bad{false, std::string(1024, 'x')};
  EXPECT_EQ(decode_acknowledgement(encode(good)), good);
  EXPECT_EQ(decode_acknowledgement(encode(bad)), bad);
  EXPECT_FALSE(decode_acknowledgement(encode(Acknowledgement{false, std::string(1025, 'x')})));
  EXPECT_FALSE(decode_acknowledgement(encode(good).replace(1, 1, "\2")));
  EXPECT_FALSE(decode_acknowledgement(encode(good) + "x"));
}

TEST(PacketCall, ArgumentsMakeThePacketAgain) {
  for (Packet packet : {transfer(), remote_call()}) {
    const bool value = std::holds_alternative<TransferBody>(packet.body);
    packet.source = {};
    packet.sequence = 0;
    EXPECT_EQ(packet_of_call(value ? "transfer" : "call", call_arguments(packet), Instant{}), packet);
  }
}

TEST(PacketCall, RelativeTimesCountFromTheBlock) {
  std::vector<std::string> args = call_arguments(transfer());
  args[7] = "+2s";
  EXPECT_EQ(packet_of_call("transfer", args, Instant{10})->timeout.time, Instant{10} + seconds(2));
  for (const char* wrong : {"+0s", "+", "+99999999h", "-1", "9223372036854775808", "soon"}) {
    args[7] = wrong;
    EXPECT_FALSE(packet_of_call("transfer", args, Instant{10})) << wrong;
  }
}

TEST(PacketCall, WhatIsNoCallOfAPacketIsNone) {
  const std::vector<std::string> good = call_arguments(transfer());
  const auto changed = [&](std::size_t at, const std::string& to) {
    std::vector<std::string> args = good;
    args[at] = to;
    return packet_of_call("transfer", args, Instant{});
  };
  EXPECT_FALSE(packet_of_call("receive", good, Instant{}));
  EXPECT_FALSE(packet_of_call("transfer", {good.begin(), good.end() - 1}, Instant{}));
  EXPECT_FALSE(changed(0, "hub"));
  EXPECT_FALSE(changed(1, "neo/main/more"));
  EXPECT_FALSE(changed(3, ""));
  EXPECT_FALSE(changed(5, "0"));
  EXPECT_FALSE(changed(5, "18446744073709551616"));
  EXPECT_FALSE(changed(5, "03"));
}

TEST(PacketCall, NumbersAndOutcomes) {
  EXPECT_EQ(leading_sequence("12 abc"), 12U);
  EXPECT_EQ(leading_sequence("abc"), 0U);
  EXPECT_EQ(outcome_of_received(received_value({true, "v"})), (Acknowledgement{true, "v"}));
  EXPECT_EQ(outcome_of_received(received_value({false, "w"})), (Acknowledgement{false, "w"}));
  EXPECT_FALSE(outcome_of_received("maybe"));
}

}  // namespace
}  // namespace bsn
