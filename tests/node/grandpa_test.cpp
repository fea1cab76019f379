// GRANDPA by itself: four voters of weight 1 on a given tree; this is voter 0 (arXiv:2007.01693, section 3).
#include "node/grandpa.h"

#include <gtest/gtest.h>

namespace bsn {
namespace {

constexpr std::uint64_t chain_seed = 7;

class GrandpaRound : public testing::Test {
 protected:
  // A chain of six blocks; `fork` stands beside the fourth.
  GrandpaRound() {
    for (int i = 0; i < 6; ++i) chain.push_back(add(i == 0 ? Digest{} : chain.back(), Height(i + 1), 0));
    fork = add(chain[2], 4, 1);
    tip(chain[5]);
    start("");
  }

  Digest add(const Digest& parent, Height height, std::uint32_t proposer) {
    const ProposalPtr block = make_proposal({height, parent, Instant{}, ValidatorIndex{proposer}, {}, {}});
    EXPECT_EQ(tree.add(block, 1), BlockTree::Added::added);
    return proposal_digest(*block);
  }
  void tip(const Digest& block) { tree.move_to(*tree.find(block)); }

  void start(std::string_view state) {
    grandpa.emplace(Grandpa::Setup{chain_seed, ValidatorIndex{0}, {1, 1, 1, 1}, seconds(1)}, tree, state, now);
  }

  void hear(std::uint32_t voter, Grandpa::Kind kind, const Digest& block, std::uint64_t round = 1) {
    VoterSet one(4);
    one.add(ValidatorIndex{voter});
    const VoteSubject subject{kind, round, block.is_zero() ? 0 : tree.find(block)->height, block};
    wishes = {};
    grandpa->hear(now, ValidatorIndex{voter}, bundle_votes(chain_seed, 4, subject, one), wishes);
    remember();
  }
  void advance(Duration span) {
    now = now + span;
    wishes = {};
    grandpa->advance(now, wishes);
    remember();
  }
  static std::optional<VoterSet> opened(const TreeVote& vote) {
    auto voters = VoterSet::parse(4, vote.extra);
    if (voters && !is_signed_bundle(chain_seed, vote, *voters)) voters.reset();
    return voters;
  }
  void remember() {
    for (const auto& [except, vote] : wishes.all_but) {
      const auto voters = opened(vote);
      if (voters && voters->contains(ValidatorIndex{0})) own[{vote.round, vote.kind}] = vote.block;
    }
  }
  bool voted(std::uint32_t kind, std::uint64_t round = 1) const { return own.contains({round, kind}); }

  BlockTree tree;
  std::vector<Digest> chain;
  Digest fork;
  Instant now{};
  std::optional<Grandpa> grandpa;
  Grandpa::Wishes wishes;
  std::map<std::pair<std::uint64_t, std::uint32_t>, Digest> own;
};

TEST_F(GrandpaRound, PrevotesAfterTwoGossipTimesForTheChainWithoutItsLastBlocks) {
  advance(milliseconds(1999));
  EXPECT_FALSE(voted(Grandpa::prevote));
  advance(milliseconds(1));
  EXPECT_EQ(own.at({1, Grandpa::prevote}), chain[3]);
}

TEST_F(GrandpaRound, TellsTheDiskBeforeItVotes) {
  advance(seconds(2));
  EXPECT_TRUE(wishes.persist);
  EXPECT_FALSE(wishes.all_but.empty());
}

TEST_F(GrandpaRound, PrecommitsWhatMoreThanTwoThirdsPrevotedAtOnceWhenNothingHigherCanGetThere) {
  advance(seconds(2));
  hear(1, Grandpa::prevote, chain[3]);
  EXPECT_FALSE(voted(Grandpa::precommit));
  hear(2, Grandpa::prevote, chain[3]);
  advance(milliseconds(250));  // it goes with the votes that are gathered
  EXPECT_EQ(own.at({1, Grandpa::precommit}), chain[3]);
}

TEST_F(GrandpaRound, PrecommitsTheCommonAncestorOfDifferingPrevotes) {
  advance(seconds(2));
  hear(1, Grandpa::prevote, chain[4]);
  hear(2, Grandpa::prevote, fork);
  hear(3, Grandpa::prevote, fork);
  advance(seconds(2));
  EXPECT_EQ(own.at({1, Grandpa::precommit}), chain[2]);
}

TEST_F(GrandpaRound, FinalisesWhatMoreThanTwoThirdsPrecommitted) {
  advance(seconds(2));
  for (const std::uint32_t voter : {1u, 2u}) hear(voter, Grandpa::prevote, chain[3]);
  hear(1, Grandpa::precommit, chain[3]);
  EXPECT_EQ(grandpa->final_block(), nullptr);
  hear(2, Grandpa::precommit, chain[3]);
  ASSERT_NE(grandpa->final_block(), nullptr);
  EXPECT_EQ(grandpa->final_block()->digest, chain[3]);
  EXPECT_EQ(grandpa->round(), 2u);
}

TEST_F(GrandpaRound, TheNextRoundPrevotesOnTheEstimateOfTheLast) {
  advance(seconds(2));
  for (const std::uint32_t voter : {1u, 2u}) hear(voter, Grandpa::prevote, chain[3]);
  for (const std::uint32_t voter : {1u, 2u}) hear(voter, Grandpa::precommit, chain[3]);
  // A longer branch that leaves out what was final does not draw the vote.
  Digest branch = fork;
  for (Height height = 5; height <= 12; ++height) branch = add(branch, height, 1);
  tip(branch);
  hear(1, Grandpa::prevote, chain[4], 2);
  advance(seconds(2));
  ASSERT_TRUE(voted(Grandpa::prevote, 2));
  EXPECT_EQ(own.at({2, Grandpa::prevote}), chain[3]);
}

TEST_F(GrandpaRound, AVoterWhoVotesForTwoBlocksCountsForBothAndCannotMakeBothFinal) {
  hear(3, Grandpa::precommit, chain[3]);
  hear(3, Grandpa::precommit, fork);
  hear(1, Grandpa::precommit, chain[3]);
  hear(2, Grandpa::precommit, fork);
  ASSERT_NE(grandpa->final_block(), nullptr);
  EXPECT_EQ(grandpa->final_block()->digest, chain[2]);
}

TEST_F(GrandpaRound, AForgedVoteIsNotCounted) {
  VoterSet two(4);
  two.add(ValidatorIndex{1});
  two.add(ValidatorIndex{2});
  TreeVote forged = bundle_votes(chain_seed, 4, {Grandpa::precommit, 1, 4, chain[3]}, two);
  VoterSet three = two;
  three.add(ValidatorIndex{3});
  forged.extra = three.bytes(4);
  grandpa->hear(now, ValidatorIndex{1}, forged, wishes);
  EXPECT_EQ(grandpa->final_block(), nullptr);
  forged.extra = "far too long";
  grandpa->hear(now, ValidatorIndex{1}, forged, wishes);
  EXPECT_EQ(grandpa->final_block(), nullptr);
}

TEST_F(GrandpaRound, AfterARestartItSendsItsVoteAgainAndNoOther) {
  advance(seconds(2));
  const std::string state = grandpa->state();
  own.clear();
  start(state);
  tip(add(fork, 5, 1));
  advance(seconds(2));
  EXPECT_EQ(own.at({1, Grandpa::prevote}), chain[3]);
}

TEST_F(GrandpaRound, AfterARestartItKnowsTheEstimateOfTheRoundBefore) {
  advance(seconds(2));
  for (const std::uint32_t voter : {1u, 2u}) hear(voter, Grandpa::prevote, chain[3]);
  for (const std::uint32_t voter : {1u, 2u}) hear(voter, Grandpa::precommit, chain[3]);
  start(grandpa->state());
  advance(milliseconds(1));
  EXPECT_EQ(grandpa->round(), 2u);
  ASSERT_NE(grandpa->final_block(), nullptr);
  EXPECT_EQ(grandpa->final_block()->digest, chain[3]);
}

TEST_F(GrandpaRound, WhoeverIsStuckIsToldAllVotes) {
  advance(seconds(2));
  hear(1, Grandpa::prevote, chain[3]);
  wishes = {};
  grandpa->hear(now, ValidatorIndex{2}, TreeVote{Grandpa::status, 1, 0, {}, {}, {}, {}}, wishes);
  ASSERT_EQ(wishes.to.size(), 1u);
  EXPECT_EQ(wishes.to[0].first, ValidatorIndex{2});
  EXPECT_EQ(opened(wishes.to[0].second)->count(), 2u);
}

TEST_F(GrandpaRound, ARoundFarAheadOfOneVoterIsNotBelieved) {
  hear(1, Grandpa::prevote, chain[3], 1'000'000);
  EXPECT_EQ(grandpa->round(), 1u);
}

}  // namespace
}  // namespace bsn
