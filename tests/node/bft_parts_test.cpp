// The small parts that BftEngine stands on.
#include <gtest/gtest.h>

#include "node/bft_claims.h"
#include "node/bft_rounds.h"
#include "node/bft_rules.h"
#include "node/bft_vote_memory.h"
#include "node/seat_sets.h"
#include "tests/node/one_bft_engine.h"

namespace bsn {
namespace {

const Digest a = sha256("a");
const Digest b = sha256("b");

TEST(VoteTally, CountsEachValidatorsFirstVote) {
  VoteTally tally(4);
  EXPECT_TRUE(tally.add(ValidatorIndex{0}, a));
  EXPECT_FALSE(tally.add(ValidatorIndex{0}, b));
  EXPECT_TRUE(tally.add(ValidatorIndex{1}, Digest{}));
  EXPECT_EQ(tally.count(a), 1u);
  EXPECT_EQ(tally.count(b), 0u);
  EXPECT_EQ(tally.total(), 2u);
  EXPECT_TRUE(tally.voted_for(ValidatorIndex{0}, a));
  EXPECT_FALSE(tally.voted_for(ValidatorIndex{2}, a));
}

TEST(VoteTally, NilIsNeverAValueWithAQuorum) {
  VoteTally tally(3);
  for (std::uint32_t v = 0; v < 3; ++v) tally.add(ValidatorIndex{v}, Digest{});
  EXPECT_EQ(tally.value_with(2), std::nullopt);
}

TEST(BftClaims, AThresholdOfClaimsMeansTheHighestThatSoManyReached) {
  BftClaims claims(7);
  claims.move_to(5, 0);
  claims.note(ValidatorIndex{1}, 1000, 0);
  claims.note(ValidatorIndex{2}, 9, 0);
  EXPECT_EQ(claims.higher_height(3), std::nullopt);
  claims.note(ValidatorIndex{3}, 7, 0);
  EXPECT_EQ(claims.higher_height(3), 7u);
  claims.move_to(7, 0);
  EXPECT_FALSE(claims.any_higher(3));
}

TEST(BftClaims, RoundsOfOtherHeightsDoNotCount) {
  BftClaims claims(4);
  claims.move_to(5, 2);
  claims.note(ValidatorIndex{1}, 5, 4);
  claims.note(ValidatorIndex{2}, 6, 9);
  claims.note(ValidatorIndex{3}, 5, 3);
  EXPECT_EQ(claims.later_round(2), 3u);
  claims.note(ValidatorIndex{1}, 6, 0);  // it went on to the next height
  EXPECT_EQ(claims.later_round(2), std::nullopt);
}

TEST(BftRounds, DropsTheEarliestRoundsButThoseALockRestsOn) {
  BftRounds rounds(4);
  for (std::uint32_t round = 0; round < 200; ++round) {
    rounds.at(round);
    rounds.trim(round, 3, 5);
  }
  EXPECT_NE(rounds.find(3), nullptr);
  EXPECT_NE(rounds.find(5), nullptr);
  EXPECT_EQ(rounds.find(4), nullptr);
  EXPECT_NE(rounds.find(199), nullptr);
  EXPECT_EQ(rounds.find(199 - BftRounds::max_rounds), nullptr);
}

TEST(BftVoteMemory, KeepsTwoRoundsAndTheLastVotesForAProposal) {
  BftVoteMemory memory;
  memory.start_height(1);
  for (std::uint32_t round = 0; round < 100; ++round) {
    memory.vote({1, round, BftVoteKind::prevote, round % 2 == 0 ? a : Digest{}});
    memory.vote({1, round, BftVoteKind::precommit, Digest{}});
  }
  EXPECT_EQ(memory.state().votes.size(), 4 + BftVoteMemory::max_old_votes);
  EXPECT_TRUE(memory.has_voted(98, BftVoteKind::precommit));
  EXPECT_TRUE(memory.has_voted(84, BftVoteKind::prevote));
  EXPECT_FALSE(memory.has_voted(80, BftVoteKind::prevote));
}

// ---- rules ----

BftVoters four() { return BftVoters(all_seats(4), {}); }

TEST(BftRules, ProposersRotateWithHeightAndRound) {
  const BftParameters every_block;
  EXPECT_EQ(bft_proposer(every_block, four(), BlockSealed{6, {}, {}, ValidatorIndex{0}}, 0).value, 3u);
  EXPECT_EQ(bft_proposer(every_block, four(), BlockSealed{6, {}, {}, ValidatorIndex{0}}, 2).value, 1u);
}

TEST(BftRules, AClassicPrimaryStaysUntilAViewChange) {
  BftParameters pbft;
  pbft.rotation = BftParameters::Rotation::on_view_change;
  EXPECT_EQ(bft_proposer(pbft, four(), BlockSealed{}, 0).value, 0u);
  EXPECT_EQ(bft_proposer(pbft, four(), BlockSealed{6, {}, {}, ValidatorIndex{2}}, 0).value, 2u);
  EXPECT_EQ(bft_proposer(pbft, four(), BlockSealed{6, {}, {}, ValidatorIndex{2}}, 3).value, 1u);
}

TEST(BftRules, TimeOutsGrowUpToABound) {
  BftParameters parameters;
  EXPECT_EQ(bft_timeout(parameters, seconds(3), 4), seconds(5));
  EXPECT_EQ(bft_timeout(parameters, seconds(3), 4'000'000'000u), max_bft_timeout);
  parameters.timeout_doubles = true;
  EXPECT_EQ(bft_timeout(parameters, seconds(3), 0), seconds(3));
  EXPECT_EQ(bft_timeout(parameters, seconds(3), 4), seconds(48));
  EXPECT_EQ(bft_timeout(parameters, seconds(3), 4'000'000'000u), max_bft_timeout);
  EXPECT_EQ(bft_timeout(parameters, seconds(30), 9), seconds(120));
}

class BftValidity : public testing::Test {
 protected:
  bool valid(const Proposal& proposal, std::uint32_t round = 0, std::int64_t valid_round = -1) const {
    const BftProposal message{bench.tip.height + 1, round, valid_round, std::make_shared<Proposal>(proposal)};
    return is_valid_proposal(bench.config, BftVoters(founders_of(bench.config), bench.tip), bench.tip, message,
                             bench.now);
  }

  OneBftEngine bench{0, 4, BftParameters{}};
  Proposal good = *bench.value(1);
};

TEST_F(BftValidity, AcceptsWhatTheProposerOfTheRoundCut) { EXPECT_TRUE(valid(good)); }

TEST_F(BftValidity, RefusesAnotherHeightOrParent) {
  good.height = 2;
  EXPECT_FALSE(valid(good));
  good.height = 1;
  good.parent = a;
  EXPECT_FALSE(valid(good));
}

TEST_F(BftValidity, RefusesAProposerWhoseTurnItIsNotOrWasNot) {
  good.proposer = ValidatorIndex{2};
  EXPECT_FALSE(valid(good, 0));
  EXPECT_TRUE(valid(good, 1));
  EXPECT_TRUE(valid(good, 3, 2));
  EXPECT_FALSE(valid(good, 3, 0)) << "validator 2 proposes in round 1 first";
  good.proposer = ValidatorIndex{4};
  EXPECT_FALSE(valid(good, 3, 2));
}

TEST_F(BftValidity, RefusesATimeBeforeTheParentsOrFarAhead) {
  good.time = Instant{-1};
  EXPECT_FALSE(valid(good));
  good.time = Instant{} + max_proposal_time_ahead;
  EXPECT_TRUE(valid(good));
  good.time = Instant::max();
  EXPECT_FALSE(valid(good));
}

TEST_F(BftValidity, RefusesMoreThanTheLimitsAllow) {
  bench.config.block.max_transactions = 2;
  EXPECT_TRUE(valid(*bench.value(1, 2)));
  EXPECT_FALSE(valid(*bench.value(1, 3)));
  bench.config.block.max_transactions = 10;
  bench.config.block.max_bytes = 3 * bench.value(1, 1)->transactions[0]->size;
  EXPECT_TRUE(valid(*bench.value(1, 3)));
  EXPECT_FALSE(valid(*bench.value(1, 4)));
}

TEST_F(BftValidity, RefusesHolesAndRoundsThatCannotBe) {
  EXPECT_FALSE(valid(good, 1, 1));
  EXPECT_FALSE(valid(good, 1, -2));
  good.transactions.push_back(nullptr);
  EXPECT_FALSE(valid(good));
}

TEST_F(BftValidity, RefusesAnEmptyBlockWhereThereAreNone) {
  good.transactions.clear();
  EXPECT_TRUE(valid(good));
  std::get<BftParameters>(bench.config.parameters).empty_interval = Duration{};
  EXPECT_FALSE(valid(good));
}

}  // namespace
}  // namespace bsn
