// Callers that ask for what they have no right to: bad amounts and names, calls that would open the safe, time-outs on
// both sides of the boundary, vouchers by the wrong way home. Each is refused and changes nothing.
#include <gtest/gtest.h>

#include "tests/relay/bridge.h"

namespace bsn {
namespace {

const std::string hub_name = to_string(irita), neo_name = to_string(neo), fabric_name = to_string(fabric);

struct BadInput {
  const char* what;
  std::vector<std::string> args;
  const char* why;
};

TEST(AttackValue, BadInputOfATransfer) {
  Bridge bridge;
  const std::string late = std::to_string(bridge.in_an_hour().ns);
  const std::string past = std::to_string((Instant{} + seconds(1)).ns);
  const std::string now = std::to_string((bridge.world().now() + seconds(1)).ns);  // the block's own time
  const auto with_amount = [&](const std::string& amount) {
    return std::vector<std::string>{hub_name, neo_name, "alice", "bob", fabric_name, amount, "0", late};
  };
  const auto with_timeout = [&](const std::string& height, const std::string& time) {
    return std::vector<std::string>{hub_name, neo_name, "alice", "bob", fabric_name, "5", height, time};
  };
  const std::vector<BadInput> all = {
      {"nothing", with_amount("0"), "from 1 to"},
      {"negative", with_amount("-5"), "from 1 to"},
      {"signed", with_amount("+5"), "from 1 to"},
      {"padded", with_amount("05"), "from 1 to"},
      {"a fraction", with_amount("1.5"), "from 1 to"},
      {"2^64", with_amount("18446744073709551616"), "from 1 to"},
      {"more than there is", with_amount("1001"), "the balance is 1000"},
      {"2^64 - 1", with_amount("18446744073709551615"), "the balance is 1000"},
      {"no time-out", with_timeout("0", "0"), "has a time-out"},
      {"time-out in the past", with_timeout("0", past), "passed already"},
      {"time-out at the height's side, past by time", with_timeout("1000", past), "passed already"},
      {"time-out before the epoch", with_timeout("0", "9223372036854775808"), "below 2^63"},
      {"unknown hub", {"x/y", neo_name, "alice", "bob", fabric_name, "5", "0", late}, "not linked to x/y"},
      {"an end as hub", {neo_name, neo_name, "alice", "bob", fabric_name, "5", "0", late}, "not linked"},
      {"unknown chain", {hub_name, "x/y", "alice", "bob", fabric_name, "5", "0", late}, "can't be reached"},
      {"to itself", {hub_name, fabric_name, "alice", "bob", fabric_name, "5", "0", late}, "another chain"},
      {"to the hub", {hub_name, hub_name, "alice", "bob", fabric_name, "5", "0", late}, "can't be reached"},
      {"no chain", {hub_name, "neo", "alice", "bob", fabric_name, "5", "0", late}, "NETWORK/CHAIN"},
      {"a third slash", {hub_name, "neo/main/x", "alice", "bob", fabric_name, "5", "0", late}, "NETWORK/CHAIN"},
      {"unknown asset", {hub_name, neo_name, "alice", "bob", "x/y", "5", "0", late}, "goes home, or nowhere"},
      {"a third chain's asset",
       {hub_name, neo_name, "alice", "bob", to_string(ethereum), "5", "0", late},
       "goes home, or nowhere"},
      {"a voucher nobody has", {hub_name, neo_name, "alice", "bob", neo_name, "5", "0", late}, "voucher is 0"},
      {"unknown account", {hub_name, neo_name, "nobody", "bob", fabric_name, "5", "0", late}, "unknown account nobody"},
      {"no receiver", {hub_name, neo_name, "alice", "", fabric_name, "5", "0", late}, "1 to 64 bytes"},
      {"too long a name", {hub_name, neo_name, "alice", std::string(65, 'b'), fabric_name, "5", "0", late}, "1 to 64"},
      {"too few arguments", {hub_name, neo_name, "alice", "bob", fabric_name, "5", "0"}, "takes 8 arguments"},
  };
  for (const BadInput& one : all) {
    SCOPED_TRACE(one.what);
    bridge.expect_refused(fabric, "xchain", "transfer", one.args, one.why);
  }
}

// A name with a zero byte could make two different keys the same bytes.
TEST(AttackValue, ZeroBytesInNames) {
  Bridge bridge;
  const std::string odd = std::string("neo/main") + '\0' + "x";
  bridge.expect_refused(fabric, "xchain", "transfer",
                        {hub_name, odd, "alice", "bob", fabric_name, "5", "0", std::to_string(bridge.in_an_hour().ns)},
                        "NETWORK/CHAIN");
}

TEST(AttackValue, OneKeyForTwoTransfers) {
  Bridge bridge;
  const auto args = call_arguments(transfer_of(irita, fabric, neo, 5, fabric, bridge.in_an_hour()));
  EXPECT_EQ(bridge.call_with_key(fabric, "xchain", "transfer", args, "same").status, ReceiptStatus::ok);
  auto more = args;
  more[5] = "50";
  for (const auto& again : {args, more}) {
    const auto outcome = bridge.call_with_key(fabric, "xchain", "transfer", again, "same");
    EXPECT_EQ(outcome.status, ReceiptStatus::duplicate);
    EXPECT_FALSE(outcome.changed);
  }
  EXPECT_EQ(bridge.balance_at(fabric, "alice"), 995U);
}

TEST(AttackValue, EscrowIsTouchedByTransfersOnly) {
  Bridge bridge;
  const Packet packet = bridge.send_hundred();
  const std::string safe = escrow_account(irita, neo);
  EXPECT_EQ(bridge.balance_at(fabric, safe), 100U);
  bridge.expect_refused(fabric, "asset", "transfer", {safe, "bob", "100"}, "escrow accounts");
  bridge.expect_refused(fabric, "asset", "transfer", {"alice", safe, "100"}, "escrow accounts");
  bridge.expect_refused(fabric, "asset", "mint", {safe, "100"}, "supply is fixed");
  auto args = call_arguments(packet);
  args[2] = safe;
  bridge.expect_refused(fabric, "xchain", "transfer", args, "nobody sends from an escrow account");
}

// Poly's bridge let a packet call the contract that keeps the keys.
TEST(AttackValue, CallsOfPrivilegedContracts) {
  Bridge bridge;
  bridge.relay(bridge.send_hundred());
  const std::string safe = escrow_account(irita, ethereum);
  const Packet there = bridge.send(transfer_of(irita, neo, ethereum, 70, neo, bridge.in_an_hour()));
  ASSERT_EQ(bridge.balance_at(neo, safe), 70U);
  const std::vector<CallBody> bodies = {
      {"eve", "xchain", "prune", {hub_name, fabric_name, neo_name, "2", "1", ""}},
      {"eve", "xchain", "transfer", call_arguments(there)},
      {"eve", "xchain", "change_members", {hub_name, "", ""}},
      {"eve", "hub", "change_members", {fabric_name, "", ""}},
      {"eve", "asset", "transfer", {safe, "bob", "70"}},
      {"eve", "asset", "mint", {"bob", "70"}},
      {"eve", "asset", "balance", {"bob"}},
      {"eve", "nothing", "at_all", {}},
  };
  for (const CallBody& body : bodies) {
    const Packet packet = bridge.send({irita, fabric, neo, 0, {0, bridge.in_an_hour()}, body});
    bridge.relay(packet);
    EXPECT_TRUE(bridge.receive(packet).starts_with("error ")) << body.contract << "." << body.function;
  }
  EXPECT_EQ(bridge.balance_at(neo, safe), 70U);
  EXPECT_EQ(bridge.balance_at(neo, "bob"), 1000U);
  bridge.expect_nothing_violated();
}

TEST(AttackValue, AnInvalidReceiverIsRefundedOnce) {
  Bridge bridge;
  for (const std::string& receiver : {std::string("nobody"), escrow_account(irita, fabric)}) {
    Packet packet = transfer_of(irita, fabric, neo, 100, fabric, bridge.in_an_hour());
    std::get<TransferBody>(packet.body).receiver = receiver;
    packet = bridge.send(packet);
    bridge.relay(packet);
    EXPECT_TRUE(bridge.receive(packet).starts_with("error unknown account"));
    bridge.acknowledge_at_hub(packet);
    EXPECT_EQ(bridge.acknowledge_at_source(packet), "refunded");
    EXPECT_EQ(bridge.balance_at(fabric, "alice"), 1000U);
    const auto again = bridge.teach(fabric, irita, Bridge::committed(packet));
    bridge.expect_refused(fabric, "xchain", "acknowledge",
                          Bridge::with(bridge.at_source(packet), {*again.value, again.at, again.proof}),
                          "no such packet");
  }
  bridge.expect_nothing_violated();
}

// The outcome is what the destination wrote, not what the relayer says.
TEST(AttackValue, AnInventedOutcome) {
  Bridge bridge;
  const Packet packet = bridge.send_hundred();
  bridge.relay(packet);
  bridge.receive(packet);
  const auto ack = bridge.teach(irita, neo, Bridge::received(packet));
  const std::string failed = encode(Acknowledgement{false, "unknown account bob"});
  bridge.expect_refused(irita, "hub", "acknowledge", Bridge::with(bridge.at_hub(packet), {failed, ack.at, ack.proof}),
                        "does not prove");
  bridge.expect_refused(irita, "hub", "acknowledge", Bridge::with(bridge.at_hub(packet), {"", ack.at, ack.proof}),
                        "not the bytes");
  bridge.acknowledge_at_hub(packet);
  const auto back = bridge.teach(fabric, irita, Bridge::committed(packet));
  bridge.expect_refused(fabric, "xchain", "acknowledge",
                        Bridge::with(bridge.at_source(packet), {failed, back.at, back.proof}), "does not prove");
}

// A hundred that times out so many seconds from now, taken over by the hub.
Packet taken_over(Bridge& bridge, Duration timeout) {
  Packet packet = bridge.send_hundred(bridge.world().now() + timeout);
  bridge.relay(packet);
  return packet;
}

std::vector<std::string> receive_arguments(Bridge& bridge, const Packet& packet) {
  const auto fact = bridge.teach(neo, irita, Bridge::committed(packet));
  return {encode(packet), fact.at, fact.proof};
}

// Ticks until the next block of all chains has this time.
void tick_to_just_before(Bridge& bridge, Instant time) {
  while (bridge.world().now() + seconds(1) < time) bridge.tick();
  ASSERT_EQ(bridge.world().now() + seconds(1), time);
}

TEST(AttackValue, ReceivedInTheBlockOfItsTimeOut) {
  Bridge bridge;
  const Packet packet = taken_over(bridge, seconds(30));
  const auto args = receive_arguments(bridge, packet);
  tick_to_just_before(bridge, packet.timeout.time);
  bridge.expect_refused(neo, "xchain", "receive", args, "time-out has passed");
  // That block proves that it was not received.
  EXPECT_EQ(bridge.prove(neo, "x").header.header.time, packet.timeout.time);
  const auto absent = bridge.teach(irita, neo, Bridge::received(packet));
  bridge.expect_done(irita, "hub", "time_out", Bridge::with(bridge.at_hub(packet), {absent.at, absent.proof}));
  bridge.expect_refused(neo, "xchain", "receive", args, "time-out has passed");
  const auto late = bridge.teach(fabric, irita, Bridge::committed(packet));
  const auto refund = Bridge::with(bridge.at_source(packet), {late.at, late.proof});
  EXPECT_EQ(bridge.expect_done(fabric, "xchain", "time_out", refund), "refunded");
  bridge.expect_refused(fabric, "xchain", "time_out", refund, "no such packet");
  EXPECT_EQ(bridge.balance_at(fabric, "alice"), 1000U);
  bridge.expect_nothing_violated();
}

TEST(AttackValue, ReceivedInTheBlockBeforeItsTimeOut) {
  Bridge bridge;
  const Packet packet = taken_over(bridge, seconds(30));
  const auto args = receive_arguments(bridge, packet);
  tick_to_just_before(bridge, packet.timeout.time - seconds(1));
  // The block before: its time-out has not passed, so it proves nothing.
  const auto early = bridge.prove(neo, Bridge::received(packet));
  bridge.expect_done(neo, "xchain", "receive", args);
  bridge.teach(irita, neo, early.header);
  bridge.expect_refused(irita, "hub", "time_out", Bridge::with(bridge.at_hub(packet), {early.at, early.proof}),
                        "had not passed");
  const auto received = bridge.teach(irita, neo, Bridge::received(packet));
  bridge.expect_refused(irita, "hub", "time_out", Bridge::with(bridge.at_hub(packet), {received.at, received.proof}),
                        "does not prove absence");
  bridge.acknowledge_at_hub(packet);
  EXPECT_EQ(bridge.acknowledge_at_source(packet), "acknowledged");
  EXPECT_EQ(bridge.vouchers_at(neo, irita, fabric), 100U);
  bridge.expect_nothing_violated();
}

TEST(AttackValue, TimeOutByHeightAtItsBoundary) {
  Bridge bridge;
  Packet packet = transfer_of(irita, fabric, neo, 100, fabric, {});
  packet.timeout = {bridge.chain(neo).ledger().height() + 20, {}};
  packet = bridge.send(packet);
  bridge.relay(packet);
  const auto args = receive_arguments(bridge, packet);
  while (bridge.chain(neo).ledger().height() + 1 < packet.timeout.height) bridge.tick();
  const auto early = bridge.prove(neo, Bridge::received(packet));
  bridge.expect_refused(neo, "xchain", "receive", args, "time-out has passed");
  bridge.teach(irita, neo, early.header);
  bridge.expect_refused(irita, "hub", "time_out", Bridge::with(bridge.at_hub(packet), {early.at, early.proof}),
                        "had not passed");
  const auto absent = bridge.teach(irita, neo, Bridge::received(packet));
  bridge.expect_done(irita, "hub", "time_out", Bridge::with(bridge.at_hub(packet), {absent.at, absent.proof}));
  bridge.expect_nothing_violated();
}

// ibc-go's time-out could be entered again from what it called. Here the packet is forgotten before anything else, and
// a block that brings it twice refunds once.
TEST(AttackValue, TimedOutTwiceInOneBlock) {
  Bridge bridge;
  const Packet packet = taken_over(bridge, seconds(10));
  bridge.tick(10);
  const auto absent = bridge.teach(irita, neo, Bridge::received(packet));
  bridge.expect_done(irita, "hub", "time_out", Bridge::with(bridge.at_hub(packet), {absent.at, absent.proof}));
  const auto late = bridge.teach(fabric, irita, Bridge::committed(packet));
  const auto refund = Bridge::with(bridge.at_source(packet), {late.at, late.proof});
  for (const std::string key : {"one", "two", "three"}) {
    bridge.chain(fabric).submit(xchain_call(fabric, "time_out", refund, key));
  }
  bridge.tick();
  EXPECT_EQ(bridge.balance_at(fabric, "alice"), 1000U);
  EXPECT_EQ(bridge.balance_at(fabric, escrow_account(irita, neo)), 0U);
  bridge.expect_nothing_violated();
}

TEST(AttackValue, AVoucherGoesHomeByItsOwnHub) {
  Bridge bridge;
  const Packet packet = bridge.send_hundred();
  bridge.relay(packet);
  bridge.receive(packet);
  Packet home = transfer_of(poly, neo, fabric, 100, fabric, {});
  std::get<TransferBody>(home.body) = {fabric, "bob", "alice", 100};
  bridge.expect_refused(neo, "xchain", "transfer", call_arguments(home), "voucher is 0");
  Packet astray = transfer_of(irita, neo, ethereum, 100, fabric, bridge.in_an_hour());
  std::get<TransferBody>(astray.body).sender = "bob";
  bridge.expect_refused(neo, "xchain", "transfer", call_arguments(astray), "goes home, or nowhere");
  home.hub = irita;
  home.timeout.time = bridge.in_an_hour();
  std::get<TransferBody>(home.body).amount = 101;
  bridge.expect_refused(neo, "xchain", "transfer", call_arguments(home), "voucher is 100");
  std::get<TransferBody>(home.body).amount = 100;
  home = bridge.send(home);
  bridge.relay(home);
  EXPECT_EQ(bridge.receive(home), "ok ");
  EXPECT_EQ(bridge.balance_at(fabric, "alice"), 1000U);
  bridge.expect_nothing_violated();
}

LedgerWorldSpec with_rules(const ChannelRules& rules) {
  LedgerWorldSpec spec = small_world_spec();
  spec.hubs[0].rules = rules;
  return spec;
}

TEST(AttackValue, MoreThanMayGoOut) {
  ChannelRules rules;
  rules.outflow_max = 150;
  rules.outflow_window = seconds(60);
  Bridge bridge(with_rules(rules));
  bridge.send_hundred();
  const auto more = [&](std::uint64_t amount) {
    return call_arguments(transfer_of(irita, fabric, neo, amount, fabric, bridge.in_an_hour()));
  };
  bridge.expect_refused(fabric, "xchain", "transfer", more(51), "in this window");
  bridge.expect_refused(fabric, "xchain", "transfer", more(151), "in this window");
  bridge.expect_done(fabric, "xchain", "transfer", more(50));
  bridge.expect_refused(fabric, "xchain", "transfer", more(1), "in this window");
  bridge.tick(60);
  bridge.expect_done(fabric, "xchain", "transfer", more(150));
}

TEST(AttackValue, MoreThanMayBeUnderWay) {
  ChannelRules rules;
  rules.in_flight_max = 3;
  Bridge bridge(with_rules(rules));
  for (int i = 0; i < 3; ++i) bridge.send_hundred();
  bridge.expect_refused(fabric, "xchain", "transfer",
                        call_arguments(transfer_of(irita, fabric, neo, 1, fabric, bridge.in_an_hour())),
                        "channel is full");
}

TEST(AttackValue, OrderedLanes) {
  ChannelRules rules;
  rules.ordered = true;
  Bridge bridge(with_rules(rules));
  const Packet first = bridge.send_hundred(bridge.world().now() + seconds(40));
  const Packet second = bridge.send_hundred();
  const auto fact = bridge.teach(irita, fabric, Bridge::committed(second));
  bridge.expect_refused(irita, "hub", "relay", {encode(second), fact.at, fact.proof}, "an earlier packet comes first");
  bridge.relay(first);
  bridge.relay(second);
  bridge.expect_refused(neo, "xchain", "receive", receive_arguments(bridge, second), "an earlier packet comes first");
  // The first times out: nothing more goes this way, and the second can only time out too.
  bridge.tick(40);
  const auto absent = bridge.teach(irita, neo, Bridge::received(first));
  bridge.expect_done(irita, "hub", "time_out", Bridge::with(bridge.at_hub(first), {absent.at, absent.proof}));
  const auto late = bridge.teach(fabric, irita, Bridge::committed(first));
  bridge.expect_done(fabric, "xchain", "time_out", Bridge::with(bridge.at_source(first), {late.at, late.proof}));
  bridge.expect_refused(fabric, "xchain", "transfer",
                        call_arguments(transfer_of(irita, fabric, neo, 1, fabric, bridge.in_an_hour())),
                        "channel is closed");
  bridge.expect_refused(neo, "xchain", "receive", receive_arguments(bridge, second), "an earlier packet comes first");
  bridge.expect_nothing_violated();
}

// A packet that fits into a call alone, but not together with a proof, would never leave, nor would those after it.
TEST(AttackValue, APacketTooLargeToBeBrought) {
  Bridge bridge;
  const CallBody body{"alice", "kv", "put", {"key", std::string(60 * 1024, 'x')}};
  const Packet packet{irita, fabric, neo, 0, {0, bridge.in_an_hour()}, body};
  bridge.expect_refused(fabric, "xchain", "call", call_arguments(packet), "a packet has at most");
}

}  // namespace
}  // namespace bsn
