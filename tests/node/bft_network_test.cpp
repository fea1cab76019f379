// Whole networks of BFT engines: sizes, silence, faults within and beyond the bound, and the four parameter sets that
// configurations use.
#include <gtest/gtest.h>

#include "node/quorum.h"
#include "tests/dialogues/engine_network.h"

namespace bsn {
namespace {

EngineNetworkOptions network_of(std::uint32_t validators, const BftParameters& parameters = {}) {
  EngineNetworkOptions options;
  options.validators = validators;
  options.parameters = parameters;
  return options;
}

BftParameters no_empty_blocks() {
  BftParameters parameters;
  parameters.empty_interval = Duration{};
  return parameters;
}

BftParameters staying_primary() {
  BftParameters parameters = no_empty_blocks();
  parameters.rotation = BftParameters::Rotation::on_view_change;
  parameters.timeout_doubles = true;
  return parameters;
}

class BftSizes : public testing::TestWithParam<std::uint32_t> {};

TEST_P(BftSizes, EveryValidatorDecidesEveryBlock) {
  EngineNetwork network(network_of(GetParam()));
  for (int i = 0; i < 3; ++i) {
    network.offer(0, 5);
    network.advance(seconds(2));
  }
  EXPECT_TRUE(network.violations().empty());
  EXPECT_TRUE(network.makes_progress(seconds(10)));
}

TEST_P(BftSizes, FSilentOnesDoNotStopTheOthers) {
  const std::uint32_t m = GetParam();
  EngineNetwork network(network_of(m, no_empty_blocks()));
  for (std::uint32_t v = 0; v < byzantine_fault_bound(m); ++v) network.crash(v);
  network.offer(m - 1, 5);
  network.advance(seconds(300));
  EXPECT_TRUE(network.sealed(m - 1, network.offered().back()));
}

TEST_P(BftSizes, FPlusOneSilentOnesStopAllWithoutAFork) {
  const std::uint32_t m = GetParam();
  EngineNetwork network(network_of(m, no_empty_blocks()));
  for (std::uint32_t v = 0; v <= byzantine_fault_bound(m) && v + 1 < m; ++v) network.crash(v);
  network.offer(m - 1, 5);
  network.advance(seconds(60));
  if (m > 1) {
    EXPECT_EQ(network.height(m - 1), 0u);
  }
  EXPECT_TRUE(network.makes_progress(seconds(180)));
  EXPECT_TRUE(network.violations().empty());
}

INSTANTIATE_TEST_SUITE_P(Validators, BftSizes, testing::Values(1u, 2u, 4u, 7u, 25u));

TEST(BftNetwork, AHundredValidatorsDecide) {
  EngineNetwork network(network_of(100));
  network.offer(0, 50);
  network.advance(seconds(4));
  EXPECT_GE(network.height(99), 2u);
  EXPECT_TRUE(network.sealed(99, network.offered().back()));
  EXPECT_TRUE(network.violations().empty());
}

TEST(BftNetwork, ABlockCostsTwoVotesToEachFromEach) {
  for (const std::uint32_t m : {4u, 7u, 100u}) {
    EngineNetwork network(network_of(m, no_empty_blocks()));
    network.advance(seconds(1));
    network.offer(0, 5);
    network.advance(seconds(30));
    EXPECT_EQ(network.height(0), 1u);
    EXPECT_EQ(network.messages_sent(), (m - 1) + 2u * m * (m - 1)) << m;
  }
}

TEST(BftNetwork, WithoutWorkAndEmptyBlocksNobodySaysAWord) {
  EngineNetwork network(network_of(7, no_empty_blocks()));
  network.advance(seconds(3600));
  EXPECT_EQ(network.messages_sent(), 0u);
  network.offer(2, 1);
  network.advance(seconds(10));
  EXPECT_EQ(network.height(6), 1u);
  const auto messages = network.messages_sent();
  const auto events = network.events();
  network.advance(seconds(3600));
  EXPECT_EQ(network.messages_sent(), messages);
  EXPECT_EQ(network.events(), events);
}

TEST(BftNetwork, EmptyBlocksComeAtTheirInterval) {
  BftParameters parameters;
  parameters.interval = seconds(1);
  parameters.empty_interval = seconds(10);
  EngineNetwork network(network_of(4, parameters));
  network.advance(seconds(105));
  EXPECT_EQ(network.height(0), 10u);
}

TEST(BftNetwork, WorkIsProposedAnIntervalAfterTheLastBlock) {
  BftParameters parameters = no_empty_blocks();
  parameters.interval = seconds(5);
  EngineNetworkOptions options = network_of(4, parameters);
  options.block.max_transactions = 10;
  EngineNetwork network(options);
  network.offer(0, 100);
  network.advance(milliseconds(4999));
  EXPECT_EQ(network.height(0), 0u);
  network.advance(milliseconds(40));
  EXPECT_EQ(network.height(0), 1u);
  network.advance(seconds(50));
  EXPECT_EQ(network.height(0), 10u);
  EXPECT_EQ(network.durable(0).blocks[3]->transactions.size(), 10u);
}

TEST(BftNetwork, AStayingPrimaryProposesEveryBlockAndAViewChangeSticks) {
  EngineNetwork network(network_of(4, staying_primary()));
  for (int i = 0; i < 3; ++i) {
    network.offer(1, 1);
    network.advance(seconds(2));
  }
  for (const BlockPtr& block : network.durable(2).blocks) EXPECT_EQ(block->header.proposer.value, 0u);
  network.crash(0);
  network.offer(1, 1);
  network.advance(seconds(20));
  ASSERT_EQ(network.height(2), 4u);
  EXPECT_EQ(network.durable(2).blocks[3]->header.proposer.value, 1u);
  network.restart(0);
  network.advance(seconds(30));  // the old primary learns of the new one from the chain
  network.offer(3, 1);
  network.advance(seconds(2));
  ASSERT_EQ(network.height(0), 5u);
  EXPECT_EQ(network.durable(0).blocks[4]->header.proposer.value, 1u);
  for (std::uint32_t v = 0; v < 4; ++v) EXPECT_EQ(network.leader(v), 1u);
}

TEST(BftNetwork, WorkThatOnlyOneValidatorHasIsDecidedInItsTurn) {
  EngineNetwork network(network_of(4, no_empty_blocks()));
  network.advance(seconds(1));
  network.isolate(3);
  network.offer(3, 1);
  network.advance(milliseconds(500));
  network.heal();
  network.advance(seconds(60));
  EXPECT_EQ(network.height(0), 1u);
  EXPECT_EQ(network.durable(0).blocks[0]->header.proposer.value, 3u);
}

TEST(BftNetwork, AValidatorThatMissedManyBlocksOfAQuietChainIsBackWithTheNextOne) {
  EngineNetwork network(network_of(4, no_empty_blocks()));
  network.isolate(2);
  for (int i = 0; i < 20; ++i) {
    network.offer(0, 1);
    network.advance(seconds(8));
  }
  ASSERT_EQ(network.height(0), 20u);
  ASSERT_EQ(network.height(2), 0u);
  network.heal();
  network.offer(1, 1);
  network.advance(seconds(10));
  EXPECT_EQ(network.height(2), 21u);
}

TEST(BftNetwork, ARestartOnAQuietChainCatchesUpByItself) {
  EngineNetwork network(network_of(4, no_empty_blocks()));
  network.offer(0, 1);
  network.advance(seconds(5));
  network.crash(2);
  for (int i = 0; i < 5; ++i) {
    network.offer(0, 1);
    network.advance(seconds(15));
  }
  ASSERT_EQ(network.height(0), 6u);
  network.restart(2);
  network.advance(seconds(10));
  EXPECT_EQ(network.height(2), 6u);
}

}  // namespace
}  // namespace bsn
