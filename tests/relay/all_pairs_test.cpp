// Every ordered pair of the sixteen networks makes a round trip through both hubs: there with a coin, home with its
// voucher.
#include <gtest/gtest.h>

#include "sim/ledger_world/sixteen_networks.h"
#include "tests/relay/small_world.h"

namespace bsn {
namespace {

constexpr std::uint64_t amount = 3;

// Everybody's coin goes to everybody by every hub, then everybody's voucher goes home.
void send_all(LedgerWorld& world, bool home) {
  const LedgerWorldSpec spec = sixteen_networks();
  for (const auto& hub : spec.hubs) {
    for (const auto& from : spec.ends) {
      for (const auto& to : spec.ends) {
        if (from.name == to.name) continue;
        Call call = transfer_call(hub, from.name, to.name, home, amount, world.now());
        call.idempotency_key = to_string(hub.name) + to_string(to.name) + (home ? "home" : "there");
        world.chain(from.name).submit(call);
      }
    }
  }
}

TEST(AllPairs, RoundTripsThroughBothHubs) {
  const LedgerWorldSpec spec = sixteen_networks();
  ASSERT_EQ(spec.ends.size(), 16U);
  LedgerWorld world(spec);
  world.add_relayer(world.relayer_spec("one"));
  const std::uint64_t each_way = 2U * 16U * 15U;
  for (const bool home : {false, true}) {
    send_all(world, home);
    for (int i = 0; i < 100; ++i) world.tick();
    ASSERT_TRUE(world.settle(1000));
    EXPECT_EQ(world.judge().counts().finished, each_way * (home ? 2 : 1));
    const std::uint64_t held = home ? 0 : amount;
    for (const auto& hub : spec.hubs) {
      for (const auto& from : spec.ends) {
        for (const auto& to : spec.ends) {
          if (from.name == to.name) continue;
          EXPECT_EQ(vouchers(world, to.name, hub.name, from.name, "bob"), held);
        }
      }
    }
  }
  for (const auto& end : spec.ends) EXPECT_EQ(balance(world, end.name, "alice"), spec.accounts[0].balance);
  EXPECT_EQ(world.judge().counts().failed, 0U);
  EXPECT_EQ(world.judge().counts().refunded, 0U);
  for (const InvariantReport& report : world.judge().reports()) {
    EXPECT_EQ(report.violated, 0U) << report.name << ": " << (report.examples.empty() ? "" : report.examples[0]);
    EXPECT_GE(report.checked, 2 * each_way) << report.name;
  }
}

}  // namespace
}  // namespace bsn
