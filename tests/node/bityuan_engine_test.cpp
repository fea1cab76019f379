// The ticket lottery, rule by rule.
#include "node/bityuan_engine.h"

#include <gtest/gtest.h>

#include "node/bityuan_lottery.h"
#include "node/signed_seal.h"
#include "tests/node/slot_weather.h"

namespace bsn {
namespace {

EngineNetworkOptions options(std::uint32_t validators) {
  EngineNetworkOptions options;
  options.validators = validators;
  options.parameters = SlotParameters{BityuanParameters{}, 0};
  return options;
}

double mean_interval(const EngineNetwork& network, Height from, Height to) {
  const auto& blocks = network.durable(0).blocks;
  return (blocks[to - 1]->header.time - blocks[from - 1]->header.time).seconds() / static_cast<double>(to - from);
}

TEST(BityuanLottery, ChancesFollowTheStake) {
  std::uint64_t wins = 0;
  const std::uint64_t target = first_bityuan_seal({}, 10).target;
  for (std::uint64_t second = 1; second <= 20'000; ++second) {
    wins += bityuan_wins(bityuan_ticket(1, 0, {3}, second), target, 4) ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(wins) / 20'000, 0.4 / 5, 0.008);
}

TEST(BityuanLottery, TheTargetFollowsTheClockWithinAFactorOfFour) {
  const BityuanParameters parameters;
  BityuanSeal seal{1u << 30, 7, 0};
  EXPECT_EQ(next_bityuan_seal(parameters, seal, 143, Instant{} + seconds(1), {}), seal);
  const auto after = [&](Duration taken) {
    return next_bityuan_seal(parameters, seal, 144, Instant{} + taken, sha256("tip"));
  };
  EXPECT_EQ(after(seconds(720)).target, 1u << 30);
  EXPECT_EQ(after(seconds(360)).target, 1u << 29);
  EXPECT_EQ(after(seconds(10)).target, 1u << 28);
  EXPECT_EQ(after(seconds(72'000)).target, 1ull << 32);
  EXPECT_NE(after(seconds(720)).modifier, 7u);
  EXPECT_EQ(after(seconds(720)).window_start, seconds(720).ns);
}

TEST(BityuanSealBytes, ComeBack) {
  const BityuanSeal seal{1u << 20, 7, -5};
  EXPECT_EQ(BityuanSeal::read(seal.bytes()), seal);
  EXPECT_FALSE(BityuanSeal::read(seal.bytes() + "x"));
}

TEST(Bityuan, RetargetingHoldsFiveSecondsAndFollowsLostStake) {
  EngineNetwork network(options(8));
  network.advance(seconds(5 * 144 * 8));
  const Height height = network.height(0);
  EXPECT_NEAR(mean_interval(network, 300, height), 5, 0.6);
  for (std::uint32_t v = 4; v < 8; ++v) network.crash(v);
  network.advance(seconds(5 * 144 * 8));
  EXPECT_NEAR(mean_interval(network, network.height(0) - 288, network.height(0)), 5, 0.8);
  EXPECT_EQ(network.final_height(0), network.height(0) - 12);
}

TEST(Bityuan, HostileBlocksAreRefused) {
  EngineNetwork network(options(4));
  for (std::uint32_t v = 0; v < 4; ++v) network.isolate(v);
  const BityuanSeal first = first_bityuan_seal({}, 4);
  std::uint64_t second = 1;
  while (!bityuan_wins(bityuan_ticket(1, 0, {0}, second), first.target, 1)) ++second;
  while (bityuan_wins(bityuan_ticket(1, 0, {1}, second), first.target, 1)) ++second;  // 0 wins it, 1 does not
  while (!bityuan_wins(bityuan_ticket(1, 0, {0}, second), first.target, 1) ||
         bityuan_wins(bityuan_ticket(1, 0, {1}, second), first.target, 1)) {
    ++second;
  }
  const auto block = [&](std::uint32_t proposer, std::uint64_t at, const BityuanSeal& seal, std::uint32_t signer) {
    Proposal proposal{1, {}, Instant{} + seconds(static_cast<std::int64_t>(at)), ValidatorIndex{signer}, {}};
    const std::string bytes = signed_seal(1, proposal, seal.bytes());
    proposal.proposer = ValidatorIndex{proposer};
    proposal.seal = bytes;
    return make_proposal(std::move(proposal));
  };
  EngineNetworkOptions lazy = options(4);
  lazy.observers = 1;
  EngineNetwork fresh(lazy);
  for (std::uint32_t v = 0; v < 5; ++v) fresh.isolate(v);
  fresh.advance(seconds(static_cast<std::int64_t>(second)));
  const auto refused = [&](const ProposalPtr& one) {
    fresh.inject(0, 4, TreeBlock{one});
    return fresh.height(4) == 0;
  };
  BityuanSeal easier = first;
  easier.target *= 2;
  EXPECT_TRUE(refused(block(1, second, first, 1)));   // it did not win
  EXPECT_TRUE(refused(block(0, second, easier, 0)));  // another target
  EXPECT_TRUE(refused(block(0, second, first, 1)));   // signed by another
  EXPECT_FALSE(refused(block(0, second, first, 0)));
}

TEST(BityuanSwarm, NobodySignsTwiceFinalBlocksStayAndProgressFollowsWhenTheWeatherClears) {
  std::uint64_t blocks = 0, forks = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    Random random = Random(seed).fork("options");
    EngineNetworkOptions drawn = options(1 + static_cast<std::uint32_t>(random.below(12)));
    drawn.seed = seed;
    drawn.observers = static_cast<std::uint32_t>(random.below(3));
    drawn.delay = random.between(milliseconds(1), milliseconds(80));
    drawn.jitter = random.between(Duration{}, milliseconds(100));
    for (std::uint32_t v = 0; v < drawn.validators; ++v) drawn.stake.push_back(1 + random.below(20));
    BityuanParameters bityuan;
    bityuan.block_interval = seconds(3);
    bityuan.retarget_blocks = 10;
    bityuan.confirmations = 100;  // more than the bad weather's seconds
    drawn.parameters = SlotParameters{bityuan, static_cast<std::uint32_t>(random.below(5))};
    SlotWeather weather(drawn, seed,
                        [](const Proposal& one) { return static_cast<std::uint64_t>(one.time.ns / 1'000'000'000); });
    weather.run(40, seconds(2));
    const bool safe = weather.network().violations().empty();
    ASSERT_TRUE(safe) << "seed " << seed << ": " << weather.network().violations().front();
    ASSERT_TRUE(weather.network().makes_progress(seconds(3000))) << "seed " << seed;
    blocks += weather.blocks();
    for (std::uint32_t v = 0; v < weather.network().peers(); ++v) forks += weather.network().reorganisations(v);
  }
  EXPECT_GT(blocks, 1'000u);
  EXPECT_GT(forks, 100u);
}

}  // namespace
}  // namespace bsn
