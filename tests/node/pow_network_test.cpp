// Statistics of whole networks of miners, with fixed seeds: intervals, shares, uncles, difficulty.
#include <gtest/gtest.h>

#include "node/pow_difficulty.h"
#include "tests/node/pow_count.h"

namespace bsn {
namespace {

EngineNetworkOptions miners(std::uint32_t count, const PowParameters& parameters, Duration delay) {
  EngineNetworkOptions options;
  options.validators = count;
  options.delay = delay;
  options.parameters = parameters;
  return options;
}

PowParameters ethereum() { return {}; }

PowParameters nervos() {
  PowParameters pow;
  pow.interval = milliseconds(14'400);
  pow.adjustment = PowParameters::Adjustment::nc_max;
  pow.confirmations = 15;
  return pow;
}

void mine(EngineNetwork& network, Height blocks) {
  while (network.height(0) < blocks && network.violations().empty()) network.advance(seconds(100));
  EXPECT_TRUE(network.violations().empty());
}

TEST(PowNetwork, TheMeanIntervalIsWhereTheByzantiumRuleRests) {
  EngineNetwork network(miners(8, ethereum(), milliseconds(50)));
  mine(network, 6'000);
  const PowCount count = count_pow(network.durable(0), 500, 6'000);
  EXPECT_NEAR(count.mean_interval(), 12.6, 0.4);
}

TEST(PowNetwork, ABlockIsFinalTwelveDeepAtEveryMiner) {
  EngineNetwork network(miners(8, ethereum(), milliseconds(50)));
  mine(network, 200);
  for (std::uint32_t v = 0; v < 8; ++v) EXPECT_EQ(network.final_height(v), network.height(v) - 12) << v;
}

TEST(PowNetwork, AMinerWithThirtyPercentOfTheHashPowerFindsThirtyPercentOfTheBlocks) {
  EngineNetworkOptions options = miners(8, ethereum(), milliseconds(50));
  options.stake = {30, 10, 10, 10, 10, 10, 10, 10};
  EngineNetwork network(options);
  mine(network, 6'000);
  const PowCount count = count_pow(network.durable(3), 2, 6'000);
  EXPECT_NEAR(static_cast<double>(count.by.at(0)) / 5'999, 0.30, 0.018);  // three standard deviations
}

TEST(PowNetwork, SlowLinksGiveUnclesAndNearlyAllStaleBlocksBecomeOne) {
  EngineNetwork network(miners(8, ethereum(), milliseconds(1'000)));
  mine(network, 4'000);
  const PowCount count = count_pow(network.durable(0), 500, 4'000);
  EXPECT_NEAR(count.uncle_rate(), 0.07, 0.02);  // 1 s * 7/8 / 13 s
  EXPECT_GT(count.mean_interval(), 12.7);       // uncles raise the difficulty (EIP-100)
}

TEST(PowNetwork, WhenHalfOfTheHashPowerLeavesTheDifficultyFollows) {
  EngineNetwork network(miners(8, ethereum(), milliseconds(50)));
  mine(network, 200);
  for (std::uint32_t v = 4; v < 8; ++v) network.crash(v);
  mine(network, 4'000);
  const PowCount count = count_pow(network.durable(0), 3'000, 4'000);
  EXPECT_NEAR(static_cast<double>(count.last.difficulty) / static_cast<double>(start_difficulty), 0.5, 0.06);
  EXPECT_NEAR(count.mean_interval(), 12.6, 1.0);
}

TEST(PowNetwork, OfferedBlocksAreFetchedByWhoeverLacksThem) {
  PowParameters offering = ethereum();
  offering.relay = PowParameters::Relay::offers;
  offering.gossip_degree = 4;
  EngineNetwork network(miners(12, offering, milliseconds(50)));
  mine(network, 300);
  for (std::uint32_t v = 0; v < 12; ++v) EXPECT_GE(network.height(v) + 2, network.height(0)) << v;
  const PowCount count = count_pow(network.durable(7), 100, 300);
  EXPECT_EQ(count.by.size(), 12u);  // blocks of all miners are on the chain
}

// Delay d between all of m miners: o = d (1 - 1/m) / T orphans per block. With 4 miners 2.5 % are met at T = 30 d.
TEST(PowNetwork, NcMaxSteersTheOrphanRateToItsTargetWhateverTheDelay) {
  for (const auto& [delay, interval] : {std::pair{600, 18.0}, std::pair{350, 10.5}, std::pair{1'000, 30.0}}) {
    EngineNetwork network(miners(4, nervos(), milliseconds(delay)));
    mine(network, 9'000);
    const PowCount count = count_pow(network.durable(0), 3'000, 9'000);
    EXPECT_NEAR(count.uncle_rate(), 0.025, 0.006) << delay;
    EXPECT_NEAR(count.mean_interval(), interval, 0.2 * interval) << delay;
  }
}

// Announcing takes blocks_wanted() blocks' worth of the mempool: proposing and committing overlap.
TEST(PowNetwork, TwoStepsDoNotHalveWhatFitsIntoBlocks) {
  EngineNetworkOptions options = miners(4, nervos(), milliseconds(100));
  options.block.max_transactions = 10;
  EngineNetwork network(options);
  network.offer(0, 1'000);
  mine(network, 40);
  std::size_t committed = 0;
  for (const BlockPtr& block : network.durable(1).blocks) committed += block->transactions.size();
  EXPECT_GE(committed, (network.height(1) - 4) * 10);
}

}  // namespace
}  // namespace bsn
