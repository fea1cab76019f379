#include "relay/relayer.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/block_hashes.h"
#include "node/light_client.h"
#include "tests/relay/small_world.h"

namespace bsn {
namespace {

constexpr std::size_t ticks_max = 200;

void expect_nothing_violated(const LedgerWorld& world) {
  for (const InvariantReport& report : world.judge().reports()) {
    EXPECT_EQ(report.violated, 0U) << report.name << ": " << (report.examples.empty() ? "" : report.examples[0]);
    EXPECT_GT(report.checked, 0U) << report.name;
  }
}

Instant in_an_hour(const LedgerWorld& world) { return world.now() + seconds(3600); }

TEST(Relayer, BringsValueThereAndHomeThroughAHubWithAcknowledgements) {
  LedgerWorld world(small_world_spec());
  world.add_relayer(world.relayer_spec("one"));
  send(world, transfer_of(irita, fabric, neo, 100, fabric, in_an_hour(world)), "there");
  world.tick();
  EXPECT_EQ(balance(world, fabric, "alice"), 900U);
  ASSERT_TRUE(world.settle(ticks_max));
  EXPECT_EQ(vouchers(world, neo, irita, fabric, "bob"), 100U);

  Packet home = transfer_of(irita, neo, fabric, 40, fabric, in_an_hour(world));
  std::get<TransferBody>(home.body) = {fabric, "bob", "alice", 40};
  send(world, home, "home");
  world.tick();
  ASSERT_TRUE(world.settle(ticks_max));
  EXPECT_EQ(vouchers(world, neo, irita, fabric, "bob"), 60U);
  EXPECT_EQ(balance(world, fabric, "alice"), 940U);
  EXPECT_EQ(world.judge().counts().finished, 2U);
  EXPECT_EQ(world.relayer(0).backlog(), 0U);
  expect_nothing_violated(world);
}

TEST(Relayer, BringsValueThroughAHubWithoutAcknowledgements) {
  LedgerWorld world(small_world_spec());
  world.add_relayer(world.relayer_spec("one"));
  send(world, transfer_of(poly, ethereum, fabric, 7, ethereum, {}), "there");
  world.tick();
  for (int i = 0; i < 20; ++i) world.tick();
  EXPECT_EQ(vouchers(world, fabric, poly, ethereum, "bob"), 7U);
  EXPECT_EQ(world.judge().counts().finished, 1U);
  expect_nothing_violated(world);
}

TEST(Relayer, CallsAContractOnAnotherChain) {
  LedgerWorld world(small_world_spec());
  world.add_relayer(world.relayer_spec("one"));
  Packet packet{irita, ethereum, neo, 0, {0, in_an_hour(world)}, CallBody{"alice", "kv", "put", {"colour", "green"}}};
  send(world, packet, "call");
  for (int i = 0; i < 5; ++i) world.tick();
  ASSERT_TRUE(world.settle(ticks_max));
  Call read = xchain_call(neo, "get", {"colour"}, "");
  read.operation = Operation::query;
  read.contract = "kv";
  read.project = "xchain/ethereum/main";
  EXPECT_EQ(world.chain(neo).ledger().query(read).value, "green");
}

TEST(Relayer, WhatTheDestinationRefusesIsRefunded) {
  LedgerWorld world(small_world_spec());
  world.add_relayer(world.relayer_spec("one"));
  Packet packet = transfer_of(irita, fabric, neo, 100, fabric, in_an_hour(world));
  std::get<TransferBody>(packet.body).receiver = "nobody";
  send(world, packet, "refused");
  world.tick();
  ASSERT_TRUE(world.settle(ticks_max));
  EXPECT_EQ(balance(world, fabric, "alice"), 1000U);
  EXPECT_EQ(world.judge().counts().refunded, 1U);
  expect_nothing_violated(world);
}

// The documented flow of Poly has no way back: the same mistake leaves the value in escrow.
TEST(Relayer, WithoutAcknowledgementsWhatIsRefusedStaysInEscrow) {
  LedgerWorld world(small_world_spec());
  world.add_relayer(world.relayer_spec("one"));
  Packet packet = transfer_of(poly, fabric, neo, 100, fabric, {});
  std::get<TransferBody>(packet.body).receiver = "nobody";
  send(world, packet, "refused");
  for (int i = 0; i < 20; ++i) world.tick();
  EXPECT_EQ(balance(world, fabric, "alice"), 900U);
  EXPECT_EQ(world.judge().counts().stuck, 1U);
  expect_nothing_violated(world);
}

TEST(Relayer, RefundsWhatWasNotReceivedInTime) {
  LedgerWorld world(small_world_spec());
  send(world, transfer_of(irita, fabric, neo, 100, fabric, world.now() + seconds(5)), "late");
  for (int i = 0; i < 10; ++i) world.tick();  // no relayer yet
  world.add_relayer(world.relayer_spec("late"));
  ASSERT_TRUE(world.settle(ticks_max));
  EXPECT_EQ(balance(world, fabric, "alice"), 1000U);
  EXPECT_EQ(world.judge().counts().refunded, 1U);
  expect_nothing_violated(world);
}

TEST(Relayer, OneThatIsKilledIsReplacedByOneThatClearsWhatIsPending) {
  LedgerWorld world(small_world_spec());
  world.add_relayer(world.relayer_spec("first"));
  for (int i = 0; i < 5; ++i) {
    send(world, transfer_of(irita, ethereum, fabric, 1, ethereum, in_an_hour(world)), "a" + std::to_string(i));
    world.tick();
  }
  world.tick();
  world.kill_relayer(0);
  for (int i = 0; i < 5; ++i) world.tick();
  EXPECT_GT(world.judge().counts().under_way, 0U);
  world.add_relayer(world.relayer_spec("second"));
  ASSERT_TRUE(world.settle(ticks_max));
  EXPECT_EQ(vouchers(world, fabric, irita, ethereum, "bob"), 5U);
  expect_nothing_violated(world);
}

TEST(Relayer, TwoCompeteAndNothingIsDoubled) {
  LedgerWorld world(small_world_spec());
  world.add_relayer(world.relayer_spec("one"));
  world.add_relayer(world.relayer_spec("two"));
  for (int i = 0; i < 20; ++i) {
    send(world, transfer_of(irita, fabric, neo, 2, fabric, in_an_hour(world)), std::to_string(i));
    world.tick();
  }
  ASSERT_TRUE(world.settle(ticks_max));
  EXPECT_EQ(vouchers(world, neo, irita, fabric, "bob"), 40U);
  EXPECT_GT(world.relayer(0).counters().refused + world.relayer(1).counters().refused, 0U);
  expect_nothing_violated(world);
}

TEST(Relayer, AHaltedHubHoldsUpItsOwnRoutesOnly) {
  LedgerWorld world(small_world_spec());
  world.add_relayer(world.relayer_spec("one"));
  world.halt(irita, true);
  send(world, transfer_of(irita, fabric, neo, 5, fabric, in_an_hour(world)), "held up");
  send(world, transfer_of(poly, fabric, neo, 6, fabric, {}), "not held up");
  for (int i = 0; i < 30; ++i) world.tick();
  EXPECT_EQ(vouchers(world, neo, irita, fabric, "bob"), 0U);
  EXPECT_EQ(vouchers(world, neo, poly, fabric, "bob"), 6U);
  world.halt(irita, false);
  ASSERT_TRUE(world.settle(ticks_max));
  EXPECT_EQ(vouchers(world, neo, irita, fabric, "bob"), 5U);
  expect_nothing_violated(world);
}

// More is sent than the hub has room for until it is pruned, which takes longer than ten tries.
TEST(Relayer, WaitsForAFullLane) {
  LedgerWorldSpec spec = small_world_spec();
  spec.hubs[0].rules.in_flight_max = 5;
  LedgerWorld world(spec);
  RelayerSpec slow = world.relayer_spec("one");
  slow.prune_after = seconds(100);
  world.add_relayer(slow);
  for (int i = 0; i < 30; ++i) {
    send(world, transfer_of(irita, fabric, neo, 1, fabric, in_an_hour(world)), std::to_string(i));
    for (int k = 0; k < 8; ++k) world.tick();
  }
  ASSERT_TRUE(world.settle(1000));
  EXPECT_GT(world.judge().counts().finished, 10U);
  EXPECT_GT(world.relayer(0).counters().given_up, 0U);
  expect_nothing_violated(world);
}

// Finished packets leave nothing behind: the states do not grow with their number.
TEST(Relayer, PrunesWhatIsDone) {
  LedgerWorld world(small_world_spec());
  RelayerSpec spec = world.relayer_spec("one");
  spec.prune_every = 10;
  world.add_relayer(spec);
  const auto run = [&](int from, int to) {
    for (int i = from; i < to; ++i) {
      send(world, transfer_of(irita, fabric, neo, 1, fabric, in_an_hour(world)), "i" + std::to_string(i));
      send(world, transfer_of(poly, neo, fabric, 1, neo, {}), "p" + std::to_string(i));
      world.tick();
    }
    ASSERT_TRUE(world.settle(ticks_max));
    for (int i = 0; i < 30; ++i) world.tick();
  };
  const auto keys = [&] {
    std::vector<std::size_t> sizes;
    for (const ChainName& name : {fabric, neo, irita, poly}) {
      const Ledger& ledger = world.chain(name).ledger();
      sizes.push_back(ledger.state().size() - std::min(ledger.height(), block_hashes_kept));  // one key for each block
    }
    return sizes;
  };
  run(0, 60);
  const auto before = keys();
  run(60, 160);
  const auto after = keys();
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_LE(after[i], before[i] + 2 * LightClient::kept_headers) << i;
  EXPECT_EQ(vouchers(world, neo, irita, fabric, "bob"), 160U);
  expect_nothing_violated(world);
}

}  // namespace
}  // namespace bsn
