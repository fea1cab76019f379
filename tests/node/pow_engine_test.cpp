// What a peer of the pow family takes for a block, and which chain it follows.
#include <gtest/gtest.h>

#include "tests/node/one_bft_engine.h"
#include "tests/node/one_pow_engine.h"

namespace bsn {
namespace {

PowParameters two_steps() {
  PowParameters pow;
  pow.adjustment = PowParameters::Adjustment::nc_max;
  pow.proposal_window_far = 4;
  return pow;
}

struct Ethereum : ::testing::Test {
  OnePowEngine peer{PowParameters{}};

  // Gives it `count` blocks on this one; the last.
  ProposalPtr grow(ProposalPtr parent, int count, std::uint32_t miner = 0) {
    for (int i = 0; i < count; ++i) {
      parent = peer.mine(parent, miner);
      peer.now = std::max(peer.now, parent->time);
      EXPECT_TRUE(peer.takes(parent));
    }
    return parent;
  }
};

TEST_F(Ethereum, TheChainWithMoreDifficultyWinsNotTheLongerOne) {
  const ProposalPtr start = grow(nullptr, 1);
  peer.pace = seconds(400);  // slow blocks are easy ones
  const ProposalPtr easy = grow(start, 3, 1);
  EXPECT_EQ(peer.tip(), proposal_digest(*easy));
  peer.pace = seconds(1);
  const ProposalPtr hard = grow(start, 3, 2);
  EXPECT_EQ(peer.tip(), proposal_digest(*hard));
  EXPECT_EQ(peer.undone, 3u);
}

TEST_F(Ethereum, OfEqualChainsTheFirstSeenStays) {
  const ProposalPtr first = grow(nullptr, 1, 0);
  grow(nullptr, 1, 1);
  EXPECT_EQ(peer.tip(), proposal_digest(*first));
  EXPECT_EQ(peer.undone, 0u);
}

TEST_F(Ethereum, ABlockIsFinalTwelveDeep) {
  const ProposalPtr twelfth = grow(nullptr, 12);
  EXPECT_EQ(peer.final_height, 0u);
  grow(twelfth, 1);
  EXPECT_EQ(peer.final_height, 1u);
}

TEST_F(Ethereum, ABlockWithoutWorkIsRefused) {
  const ProposalPtr good = peer.mine(nullptr, 0);
  Proposal other = *good;
  other.proposer = ValidatorIndex{1};
  EXPECT_FALSE(peer.takes(make_proposal(other)));
  other = *good;
  other.time = other.time + nanoseconds(1);
  EXPECT_FALSE(peer.takes(make_proposal(other)));
  other = *good;
  other.transactions = {test_transaction(1)};
  EXPECT_FALSE(peer.takes(make_proposal(other)));
  EXPECT_TRUE(peer.takes(good));
}

TEST_F(Ethereum, ABlockOfAnotherDifficultyThanItsRuleGivesIsRefused) {
  const ProposalPtr start = grow(nullptr, 1);
  for (const std::int64_t change : {-1, 1}) {
    const auto cheat = [&](PowSeal& seal) { seal.state.difficulty += static_cast<std::uint64_t>(change); };
    EXPECT_FALSE(peer.takes(peer.mine(start, 1, {}, {}, cheat)));
  }
  EXPECT_FALSE(peer.takes(peer.mine(start, 1, {}, {}, [](PowSeal& seal) { seal.state.uncles = 1; })));
  EXPECT_FALSE(peer.takes(peer.mine(start, 1, {}, {}, [](PowSeal& seal) { seal.state.epoch = 1; })));
  EXPECT_FALSE(peer.takes(peer.mine(start, 1, {}, {}, [](PowSeal& seal) { seal.proposals.push_back({}); })));
}

TEST_F(Ethereum, WhatIsNoSealIsRefused) {
  Proposal block = *peer.mine(nullptr, 0);
  for (const std::string& seal : {std::string(), std::string("x"), block.seal + "x", std::string(70'000, 'x')}) {
    block.seal = seal;
    EXPECT_FALSE(peer.takes(make_proposal(block)));
  }
}

TEST_F(Ethereum, ABlockBeyondTheLimitsIsRefused) {
  std::vector<TransactionPtr> many;
  for (std::uint32_t i = 0; i <= peer.config.block.max_transactions; ++i) many.push_back(test_transaction(i));
  EXPECT_FALSE(peer.takes(peer.mine(nullptr, 0, {}, many)));
  many.pop_back();
  EXPECT_TRUE(peer.takes(peer.mine(nullptr, 0, {}, many)));
}

TEST_F(Ethereum, ABlockFifteenSecondsAheadIsTakenOneFurtherAheadLater) {
  peer.pace = seconds(15);
  EXPECT_TRUE(peer.takes(peer.mine(nullptr, 0)));
  peer.pace = seconds(17);
  const ProposalPtr later = peer.mine(nullptr, 1);
  EXPECT_FALSE(peer.takes(later));
  peer.advance_to(Instant{} + seconds(2));
  EXPECT_FALSE(peer.takes(later));  // known since its time came
  EXPECT_GE(peer.sent.size(), 2u);
}

struct Uncles : Ethereum {
  ProposalPtr start = grow(nullptr, 3);
  ProposalPtr stale = peer.mine(start, 1);
  ProposalPtr first = grow(start, 1);  // beside the stale one
};

TEST_F(Uncles, AStaleBlockIsAnUncleEvenForWhoHasNotHeardIt) {
  const ProposalPtr nephew = peer.mine(first, 2, {stale});
  EXPECT_TRUE(peer.takes(nephew));
  EXPECT_EQ(decode_pow_seal(nephew->seal)->uncles[0].header.miner, ValidatorIndex{1});
}

TEST_F(Uncles, UpToSixGenerationsBack) {
  const ProposalPtr ninth = grow(first, 5);
  EXPECT_TRUE(peer.takes(peer.mine(ninth, 2, {stale})));            // 6 above it
  EXPECT_FALSE(peer.takes(peer.mine(grow(ninth, 1), 2, {stale})));  // 7
}

TEST_F(Uncles, NotTwice) {
  EXPECT_FALSE(peer.takes(peer.mine(first, 2, {stale, stale})));
  const ProposalPtr nephew = peer.mine(first, 2, {stale});
  ASSERT_TRUE(peer.takes(nephew));
  EXPECT_FALSE(peer.takes(peer.mine(nephew, 2, {stale})));
}

TEST_F(Uncles, NotMoreThanTwo) {
  const ProposalPtr second = peer.mine(start, 2);
  peer.pace = seconds(14);
  const ProposalPtr third = peer.mine(start, 2);
  EXPECT_FALSE(peer.takes(peer.mine(first, 2, {stale, second, third})));
  EXPECT_TRUE(peer.takes(peer.mine(first, 2, {stale, second})));
}

TEST_F(Uncles, NeitherAnAncestorNorASiblingNorOneOfAnotherChain) {
  EXPECT_FALSE(peer.takes(peer.mine(first, 2, {start})));
  EXPECT_FALSE(peer.takes(peer.mine(first, 2, {peer.mine(first, 1)})));
  EXPECT_FALSE(peer.takes(peer.mine(grow(first, 1), 2, {peer.mine(stale, 1)})));
}

TEST_F(Uncles, NotWithoutWorkOrOfAWrongDifficulty) {
  const auto forged = [](PowSeal& seal) { seal.uncles[0].header.miner = ValidatorIndex{2}; };
  EXPECT_FALSE(peer.takes(peer.mine(first, 2, {stale}, {}, forged)));
  const ProposalPtr easy = peer.mine(start, 1, {}, {}, [](PowSeal& seal) { --seal.state.difficulty; });
  EXPECT_FALSE(peer.takes(peer.mine(first, 2, {easy})));
}

TEST_F(Uncles, RaiseTheDifficultyOfTheBlockAfter) {
  const ProposalPtr with = peer.mine(first, 2, {stale}), without = peer.mine(first, 2);
  const auto difficulty = [&](const ProposalPtr& block) {
    return decode_pow_state(peer.mine(block)->seal)->difficulty;
  };
  EXPECT_EQ(difficulty(with) - difficulty(without), decode_pow_state(with->seal)->difficulty / 2'048);
}

// ---- NC-Max ----

struct TwoSteps : ::testing::Test {
  OnePowEngine peer{two_steps()};
  TransactionPtr transaction = test_transaction(1);

  ProposalPtr grow(const ProposalPtr& parent, bool proposes = false) {
    const auto propose = [&](PowSeal& seal) {
      if (proposes) seal.proposals = {proposal_id(transaction->id)};
    };
    const ProposalPtr block = peer.mine(parent, 0, {}, {}, propose);
    peer.now = block->time;
    EXPECT_TRUE(peer.takes(block));
    return block;
  }
  bool may_commit_on(const ProposalPtr& parent) { return peer.takes(peer.mine(parent, 1, {}, {transaction})); }
};

// Definition 4, with close 2 and far 4.
TEST_F(TwoSteps, ATransactionIsCommittedOnlyInTheWindowBehindItsProposal) {
  const ProposalPtr first = grow(nullptr);
  EXPECT_FALSE(may_commit_on(first));
  const ProposalPtr proposing = grow(first, true);
  EXPECT_FALSE(may_commit_on(proposing));  // 1 block later
  const ProposalPtr b1 = grow(proposing);
  EXPECT_TRUE(may_commit_on(b1));  // 2
  const ProposalPtr b2 = grow(b1), b3 = grow(b2), b4 = grow(b3);
  EXPECT_TRUE(may_commit_on(b3));   // 4
  EXPECT_FALSE(may_commit_on(b4));  // 5
}

// Definition 3.
TEST_F(TwoSteps, AnUnclesProposalsCount) {
  const ProposalPtr first = grow(nullptr);
  const auto propose = [&](PowSeal& seal) { seal.proposals = {proposal_id(transaction->id)}; };
  const ProposalPtr stale = peer.mine(first, 1, {}, {}, propose);
  const ProposalPtr second = grow(first);
  const ProposalPtr nephew = peer.mine(second, 2, {stale});
  peer.now = nephew->time;
  ASSERT_TRUE(peer.takes(nephew));
  EXPECT_FALSE(may_commit_on(nephew));
  EXPECT_TRUE(may_commit_on(grow(nephew)));
}

TEST_F(TwoSteps, AnUnclesProposalsCantBeChanged) {
  const ProposalPtr first = grow(nullptr);
  const ProposalPtr stale = peer.mine(first, 1);
  const auto add = [&](PowSeal& seal) { seal.uncles[0].proposals = {proposal_id(transaction->id)}; };
  EXPECT_FALSE(peer.takes(peer.mine(grow(first), 2, {stale}, {}, add)));
}

}  // namespace
}  // namespace bsn
