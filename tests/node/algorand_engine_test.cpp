// Algorand's rounds: steady pace, who may propose, what a failed period leaves, what survives a restart.
#include "node/algorand_engine.h"

#include <gtest/gtest.h>

#include "node/sortition.h"
#include "tests/dialogues/engine_network.h"

namespace bsn {
namespace {

EngineNetworkOptions ten_validators() {
  EngineNetworkOptions options;
  options.validators = 10;
  options.observers = 2;
  options.parameters = SlotParameters{AlgorandParameters{}, 4};
  return options;
}

TEST(Sortition, GivesCommitteesOfTheExpectedSize) {
  for (const double mean : {0.7, 15.0, 120.0}) {
    double sum = 0;
    for (std::uint32_t i = 0; i < 4000; ++i) sum += double(sortition_weight({1, i, 0, 1, ValidatorIndex{3}}, mean));
    EXPECT_NEAR(sum / 4000 / mean, 1, 0.05) << mean;
  }
}

TEST(Sortition, IsTheSameForAllAndAnotherForEachStep) {
  EXPECT_EQ(sortition_weight({1, 5, 0, 1, ValidatorIndex{3}}, 1000),
            sortition_weight({1, 5, 0, 1, ValidatorIndex{3}}, 1000));
  EXPECT_NE(sortition_weight({1, 5, 0, 1, ValidatorIndex{3}}, 1000),
            sortition_weight({1, 5, 0, 2, ValidatorIndex{3}}, 1000));
}

TEST(AlgorandSeal, IsReadBackAndRefusedWhenMalformed) {
  EXPECT_EQ(read_algorand_seal(algorand_seal(300)), 300u);
  EXPECT_FALSE(read_algorand_seal("abc"));
  EXPECT_FALSE(read_algorand_seal("abcde"));
}

TEST(AlgorandEngine, RoundsTakeTheFilterTimeoutAndTwoVotes) {
  EngineNetwork network(ten_validators());
  network.advance(seconds(450));
  for (std::uint32_t v = 0; v < network.peers(); ++v) {
    EXPECT_GE(network.final_height(v), 95u) << v;
    EXPECT_EQ(network.reorganisations(v), 0u) << v;
  }
  EXPECT_TRUE(network.violations().empty());
}

TEST(AlgorandEngine, AFifthAwayHoldsNothingUpForLong) {
  EngineNetwork network(ten_validators());
  network.crash(4);
  network.advance(seconds(450));
  EXPECT_GE(network.final_height(0), 60u);
}

TEST(AlgorandEngine, AThirdAwayStopsTheChainAndItGoesOnWhenTheyAreBack) {
  EngineNetwork network(ten_validators());
  network.advance(seconds(20));
  for (const std::uint32_t v : {1u, 4u, 7u}) network.crash(v);
  network.advance(seconds(30));
  const Height stopped = network.final_height(0);
  network.advance(seconds(200));
  EXPECT_LE(network.final_height(0), stopped + 1);
  EXPECT_TRUE(network.makes_progress(seconds(120)));
}

TEST(AlgorandEngine, AMinorityOfAPartitionDecidesNothing) {
  EngineNetwork network(ten_validators());
  network.partition({{0, 1, 2, 3, 4}, {5, 6, 7, 8, 9}});
  network.advance(seconds(300));
  EXPECT_EQ(network.final_height(0), 0u);
  EXPECT_EQ(network.final_height(9), 0u);
  EXPECT_TRUE(network.makes_progress(seconds(120)));
}

TEST(AlgorandEngine, AllMayRestartAtOnceInAnyStep) {
  for (int step = 0; step < 12; ++step) {
    EngineNetwork network(ten_validators());
    network.advance(milliseconds(3500 + step * 100));
    for (std::uint32_t v = 0; v < network.peers(); ++v) network.crash(v);
    ASSERT_TRUE(network.makes_progress(seconds(120))) << step;
  }
}

TEST(AlgorandEngine, AForgedCertificateIsNotBelieved) {
  EngineNetwork network(ten_validators());
  network.advance(seconds(1));
  VoterSet some(10), all(10);
  some.add(ValidatorIndex{1});
  for (std::uint32_t v = 0; v < 10; ++v) all.add(ValidatorIndex{v});
  const Digest block = sha256("a block");
  TreeVote forged = bundle_votes(1, 10, {AlgorandEngine::cert, 0, 1, block}, some);
  forged.voter = ValidatorIndex{0};
  forged.extra = all.bytes(10);
  network.inject(1, 0, forged);
  forged.extra = std::string(1000, '\xff');
  network.inject(1, 0, forged);
  network.advance(seconds(20));
  EXPECT_GE(network.final_height(0), 2u);
  EXPECT_TRUE(network.violations().empty());
}

TEST(AlgorandEngine, ABlockOfWhoIsNoProposerIsRefused) {
  EngineNetworkOptions options = ten_validators();
  options.stake = {1,         1'000'000, 1'000'000, 1'000'000, 1'000'000,
                   1'000'000, 1'000'000, 1'000'000, 1'000'000, 1'000'000};
  EngineNetwork network(options);
  network.advance(seconds(2));
  const auto sent = network.messages_sent();
  const auto block = [](std::string seal) {
    return TreeBlock{make_proposal({1, {}, Instant{} + seconds(2), ValidatorIndex{0}, {}, std::move(seal)})};
  };
  network.inject(3, 5, block(algorand_seal(0)));
  network.inject(3, 5, block("no seal"));
  EXPECT_EQ(network.messages_sent(), sent);
}

}  // namespace
}  // namespace bsn
