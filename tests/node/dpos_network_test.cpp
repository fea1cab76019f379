// Whole networks of dpos engines: healthy runs, hand-overs, crashed producers, observers.
#include <gtest/gtest.h>

#include "node/dpos_engine.h"
#include "tests/dialogues/engine_network.h"

namespace bsn {
namespace {

using Finality = DposParameters::Finality;

EngineNetworkOptions options(std::uint32_t validators, const DposParameters& dpos, Duration delay = milliseconds(50)) {
  EngineNetworkOptions options;
  options.validators = validators;
  options.parameters = dpos;
  options.delay = delay;
  return options;
}

DposParameters chained(std::uint32_t turn_blocks = 1) {
  DposParameters dpos;
  dpos.slot = milliseconds(500);
  dpos.turn_blocks = turn_blocks;
  dpos.finality = Finality::chained_bft;
  return dpos;
}

TEST(DposNetwork, OfTwentyOneHealthyProducersHasItsLastIrreversibleBlock325BlocksBelowTheHead) {
  EngineNetwork network(options(21, DposParameters{}));
  network.advance(seconds(300) + milliseconds(100));  // the first block of turn 50
  EXPECT_EQ(network.violations(), std::vector<std::string>{});
  EXPECT_EQ(network.height(7), 600u);
  EXPECT_EQ(network.height(7) - network.final_height(7), 325u);
  EXPECT_EQ(network.reorganisations(7), 0u);
}

TEST(DposNetwork, GrowsByOneBlockPerSlotAndLeavesTheSlotsOfACrashedProducerEmpty) {
  EngineNetwork network(options(4, DposParameters{}));
  network.crash(2);
  network.advance(seconds(24) + milliseconds(100));
  EXPECT_EQ(network.height(0), 48u - 12u);
  network.advance(seconds(96));
  EXPECT_GT(network.final_height(0), 90u);
  EXPECT_EQ(network.violations(), std::vector<std::string>{});
}

TEST(DposNetwork, WithMoreThanFCrashedProducersGrowsButFinalisesNothing) {
  for (const Finality finality : {Finality::last_irreversible, Finality::chained_bft}) {
    DposParameters dpos = chained(2);
    dpos.finality = finality;
    EngineNetwork network(options(4, dpos));
    network.advance(seconds(20));
    network.crash(1);
    network.crash(2);
    network.advance(seconds(5));
    const Height final = network.final_height(0), height = network.height(0);
    EXPECT_GT(final, 0u);
    network.advance(seconds(60));
    EXPECT_EQ(network.final_height(0), final);
    EXPECT_GT(network.height(0), height + 50);
    EXPECT_TRUE(network.makes_progress(seconds(60)));
  }
}

TEST(DposNetwork, DropsTheLastBlocksOfATurnThatComeTooLateForTheNextProducer) {
  EngineNetwork network(options(4, DposParameters{}, milliseconds(700)));  // longer than a slot
  network.advance(seconds(120));
  EXPECT_EQ(network.violations(), std::vector<std::string>{});
  EXPECT_GT(network.reorganisations(0), 3u);
  EXPECT_LT(network.height(0), 230u);  // of 240: about one block a turn is lost
  EXPECT_GT(network.final_height(0), 100u);
}

TEST(DposNetwork, LosesNoBlockAtHandOverWhenTheLastBlockOfATurnComesEarly) {
  DposParameters dpos;
  EngineNetwork late(options(4, dpos, milliseconds(600)));
  dpos.last_block_early = milliseconds(200);
  EngineNetwork early(options(4, dpos, milliseconds(600)));
  late.advance(seconds(100));
  early.advance(seconds(100));
  EXPECT_LT(late.height(0), early.height(0));
  EXPECT_EQ(early.reorganisations(0), 0u);
}

TEST(DposNetwork, UnderChainedBftIsFinalThreeBlocksDeep) {
  EngineNetwork network(options(4, chained()));
  network.advance(seconds(30) + milliseconds(100));
  EXPECT_EQ(network.height(0), 60u);
  EXPECT_EQ(network.final_height(0), 57u);
  EXPECT_EQ(network.violations(), std::vector<std::string>{});
}

TEST(DposNetwork, UnderChainedBftGoesOnWithFCrashedProducers) {
  for (const std::uint32_t turn : {1u, 2u, 5u}) {
    EngineNetwork network(options(7, chained(turn)));
    network.crash(2);
    network.crash(5);
    network.advance(seconds(60));
    EXPECT_GT(network.final_height(0) + 20, network.height(0)) << turn;
  }
}

TEST(DposNetwork, WithConfirmationsIsFinalThatDeep) {
  DposParameters dpos;
  dpos.finality = Finality::confirmations;
  dpos.confirmations = 5;
  EngineNetwork network(options(3, dpos));
  network.advance(seconds(20));
  EXPECT_EQ(network.final_height(0) + 5, network.height(0));
}

TEST(DposNetwork, ObserversFollow) {
  for (const Finality finality : {Finality::last_irreversible, Finality::chained_bft}) {
    DposParameters dpos = chained(3);
    dpos.finality = finality;
    dpos.gossip_degree = 2;
    EngineNetworkOptions with_observers = options(4, dpos);
    with_observers.observers = 4;
    EngineNetwork network(with_observers);
    network.advance(seconds(60));
    for (std::uint32_t observer = 4; observer < 8; ++observer) {
      EXPECT_GE(network.final_height(observer) + 4, network.final_height(0)) << observer;
    }
    EXPECT_EQ(network.violations(), std::vector<std::string>{});
  }
}

TEST(DposNetwork, OneProducerIsFinalByItself) {
  EngineNetwork network(options(1, DposParameters{}));
  network.advance(seconds(10));
  EXPECT_EQ(network.final_height(0), network.height(0));
  EXPECT_EQ(network.height(0), 20u);
}

TEST(DposNetwork, FaultBoundIsAThirdOfTheProducersAndNoneWithConfirmations) {
  DposParameters dpos;
  dpos.producers = 21;
  EXPECT_EQ(EngineNetwork(options(30, dpos)).engine(0).fault_bound(), 6u);
  dpos.finality = Finality::confirmations;
  dpos.confirmations = 1;
  EXPECT_EQ(EngineNetwork(options(30, dpos)).engine(0).fault_bound(), 0u);
}

}  // namespace
}  // namespace bsn
