// BABE's rules: who may make a block in which slot, and which chain is best.
#include "node/polkadot_engine.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/dialogues/engine_network.h"

namespace bsn {
namespace {

EngineNetworkOptions ten_validators() {
  EngineNetworkOptions options;
  options.validators = 10;
  options.parameters = SlotParameters{PolkadotParameters{}, 4};
  return options;
}

TEST(BabeSeal, IsReadBackAndRefusedWhenMalformed) {
  const auto seal = read_babe_seal(babe_seal({300, true}));
  ASSERT_TRUE(seal);
  EXPECT_EQ(seal->slot, 300u);
  EXPECT_TRUE(seal->primary);
  EXPECT_FALSE(read_babe_seal(""));
  EXPECT_FALSE(read_babe_seal(std::string(8, '\0') + '\2'));
  EXPECT_FALSE(read_babe_seal(std::string(9, '\xff')));
}

TEST(BabeLottery, ASlotHasAPrimaryWithTheProbabilityC) {
  const BabeLottery lottery(5, std::vector<std::uint64_t>(20, 3), 0.25);
  int with_primary = 0;
  for (std::uint64_t slot = 0; slot < 4000; ++slot) {
    bool any = false;
    for (std::uint32_t v = 0; v < 20; ++v) any |= lottery.is_primary(slot, ValidatorIndex{v});
    with_primary += any;
  }
  EXPECT_NEAR(with_primary / 4000.0, 0.25, 0.03);
}

TEST(BabeLottery, StakeMakesPrimaries) {
  const BabeLottery lottery(5, {1, 9}, 0.5);
  int rich = 0, poor = 0;
  for (std::uint64_t slot = 0; slot < 4000; ++slot) {
    poor += lottery.is_primary(slot, ValidatorIndex{0});
    rich += lottery.is_primary(slot, ValidatorIndex{1});
  }
  EXPECT_NEAR(poor / 4000.0, 0.067, 0.02);
  EXPECT_NEAR(rich / 4000.0, 0.464, 0.04);
}

TEST(PolkadotEngine, EverySlotGivesABlockAndFinalityFollows) {
  EngineNetwork network(ten_validators());
  network.advance(seconds(600));
  EXPECT_GE(network.height(0), 95u);
  EXPECT_LE(network.height(0), 100u);
  EXPECT_GE(network.final_height(0) + 4, network.height(0));
  EXPECT_TRUE(network.violations().empty());
}

TEST(PolkadotEngine, WithAThirdOfTheVotersAwayBlocksGoOnButNothingIsFinal) {
  EngineNetwork network(ten_validators());
  network.advance(seconds(60));
  for (std::uint32_t v = 6; v < 10; ++v) network.crash(v);
  network.advance(seconds(30));
  const Height final = network.final_height(0);
  network.advance(seconds(600));
  EXPECT_EQ(network.final_height(0), final);
  EXPECT_GT(network.height(0), final + 20);
  EXPECT_TRUE(network.makes_progress(seconds(120)));
}

TEST(PolkadotEngine, FewerThanAThirdAwayHoldNothingUp) {
  EngineNetwork network(ten_validators());
  for (std::uint32_t v = 7; v < 10; ++v) network.crash(v);
  network.advance(seconds(600));
  EXPECT_GE(network.final_height(0) + 6, network.height(0));
}

class HostileBlock : public testing::Test {
 protected:
  HostileBlock() : lottery(1, std::vector<std::uint64_t>(10, 1), 0.25) {
    network.advance(seconds(20));
    while (network.height(0) > 0 && lottery.is_primary(slot, secondary())) ++slot;
  }

  ValidatorIndex secondary() const { return lottery.secondary(slot); }
  // Whether peer 0 passes this block on.
  bool is_taken(const BabeSeal& seal, ValidatorIndex proposer, Instant time) {
    const Digest parent = network.durable(0).blocks.back()->hash;
    const auto sent = network.messages_sent();
    network.inject(1, 0,
                   TreeBlock{make_proposal({network.height(0) + 1, parent, time, proposer, {}, babe_seal(seal)})});
    return network.messages_sent() > sent;
  }

  EngineNetwork network{ten_validators()};
  BabeLottery lottery;
  std::uint64_t slot = 4;
  const Instant begins = Instant{} + seconds(24);
};

TEST_F(HostileBlock, OnlyItsAuthorsAreHeardInASlot) {
  network.advance(milliseconds(3600));  // 23.6 s: the next slot is near enough
  slot = 4;
  const ValidatorIndex stranger{(secondary().value + 1) % 10};
  EXPECT_FALSE(is_taken({4, false}, stranger, begins));
  EXPECT_TRUE(is_taken({4, false}, secondary(), begins));
}

TEST_F(HostileBlock, ASecondaryAuthorIsNoPrimary) {
  network.advance(milliseconds(3600));
  std::uint32_t loser = 0;
  while (lottery.is_primary(4, ValidatorIndex{loser})) ++loser;
  EXPECT_FALSE(is_taken({4, true}, ValidatorIndex{loser}, begins));
}

TEST_F(HostileBlock, AFutureSlotWaits) {
  slot = 5;
  EXPECT_FALSE(is_taken({5, false}, secondary(), Instant{} + seconds(30)));
}

TEST_F(HostileBlock, ABlockIsNotOlderThanItsSlot) {
  network.advance(milliseconds(3600));
  slot = 4;
  EXPECT_FALSE(is_taken({4, false}, secondary(), Instant{} + seconds(23)));
}

TEST(PolkadotEngine, AfterARestartItMakesNoSecondBlockInASlot) {
  EngineNetworkOptions options = ten_validators();
  options.validators = 1;
  EngineNetwork network(options);
  network.advance(seconds(6));
  ASSERT_EQ(network.height(0), 1u);
  network.crash(0);
  network.restart(0);
  network.advance(seconds(5));
  EXPECT_EQ(network.height(0), 1u);
  network.advance(seconds(1));
  EXPECT_EQ(network.height(0), 2u);
}

}  // namespace
}  // namespace bsn
