// The rules of algorithm 1 of arXiv:1807.04938, one by one: m = 4, f = 1, this is validator 0. At height 1 the
// proposers of rounds 0, 1, 2, 3 are validators 1, 2, 3, 0.
#include "node/bft_engine.h"

#include <gtest/gtest.h>

#include "tests/node/one_bft_engine.h"

namespace bsn {
namespace {

constexpr Digest nil{};

BftParameters with_empty_blocks() {
  BftParameters parameters;
  parameters.interval = Duration{};
  parameters.empty_interval = seconds(1);
  parameters.propose_timeout = seconds(3);
  parameters.vote_timeout = seconds(1);
  parameters.timeout_step = milliseconds(500);
  return parameters;
}

class Bft : public testing::Test {
 protected:
  BftVote prevote(std::uint32_t round, const Digest& value) const { return {1, round, BftVoteKind::prevote, value}; }
  BftVote precommit(std::uint32_t round, const Digest& value) const {
    return {1, round, BftVoteKind::precommit, value};
  }

  // Lines 36 to 40 in round 0: validators 0, 1, 2 prevote `v`, so 0 locks and precommits it.
  void lock_in_round_0() {
    bft.hear_proposal(1, 0, v);
    bft.hear_prevote(1, 0, id_v);
    bft.hear_prevote(2, 0, id_v);
    ASSERT_EQ(bft.last_vote(), precommit(0, id_v));
  }

  // Line 55: f+1 others are in this round.
  void go_to_round(std::uint32_t round) {
    bft.hear_precommit(2, round, nil);
    bft.hear_precommit(3, round, nil);
  }

  OneBftEngine bft{0, 4, with_empty_blocks()};
  const ProposalPtr v = bft.value(1);
  const ProposalPtr w = bft.value(2, 2);
  const Digest id_v = proposal_digest(*v);
  const Digest id_w = proposal_digest(*w);
};

// ---- lines 22 to 27: the first proposal ----

TEST_F(Bft, PrevotesAValidProposalOfTheRoundsProposer) {
  bft.hear_proposal(1, 0, v);
  EXPECT_EQ(bft.last_vote(), prevote(0, id_v));
}

TEST_F(Bft, IgnoresAProposalFromAnyoneElse) {
  bft.hear_proposal(2, 0, v);
  EXPECT_TRUE(bft.votes.empty());
}

TEST_F(Bft, PrevotesNilForAnInvalidProposal) {
  auto wrong = std::make_shared<Proposal>(*v);
  wrong->parent = sha256("elsewhere");
  bft.hear_proposal(1, 0, wrong);
  EXPECT_EQ(bft.last_vote(), prevote(0, nil));
}

TEST_F(Bft, ASecondProposalOfTheSameRoundChangesNothing) {
  bft.hear_proposal(1, 0, v);
  bft.hear_proposal(1, 0, bft.value(1, 3));
  EXPECT_EQ(bft.votes.size(), 1u);
}

TEST_F(Bft, PrevotesNilForAFreshProposalWhileLockedOnAnother) {  // line 26
  lock_in_round_0();
  go_to_round(1);
  bft.hear_proposal(2, 1, w);
  EXPECT_EQ(bft.last_vote(), prevote(1, nil));
}

TEST_F(Bft, KeepsTheLockOverRoundsAndPrevotesTheLockedValueAgain) {  // line 23: lockedValue = v
  lock_in_round_0();
  go_to_round(2);
  bft.hear_proposal(3, 2, v, 0);
  EXPECT_EQ(bft.last_vote(), prevote(2, id_v));
}

// ---- lines 28 to 33: a value proposed again ----

TEST_F(Bft, LeavesTheLockForAValueWithALaterProof) {
  lock_in_round_0();
  go_to_round(1);
  bft.hear_proposal(2, 1, w);
  go_to_round(2);
  bft.hear_proposal(3, 2, w, 1);
  EXPECT_EQ(bft.last_vote(), prevote(1, nil)) << "no proof yet";
  bft.hear_prevote(1, 1, id_w);
  bft.hear_prevote(2, 1, id_w);
  EXPECT_EQ(bft.last_vote(), prevote(1, nil)) << "two prevotes of four are no proof";
  bft.hear_prevote(3, 1, id_w);
  bft.hear_prevote(1, 2, id_w);  // any event of the present round looks again
  EXPECT_EQ(bft.last_vote(), prevote(2, id_w));
}

TEST_F(Bft, FPlusOnePrecommitsProveAsMuch) {
  lock_in_round_0();
  bft.hear_prevote(2, 2, nil);
  bft.hear_prevote(3, 2, nil);
  bft.hear_proposal(3, 2, w, 1);
  bft.hear_precommit(1, 1, id_w);
  EXPECT_EQ(bft.last_vote(), precommit(0, id_v)) << "one may be a lie";
  bft.hear_precommit(2, 1, id_w);
  EXPECT_EQ(bft.last_vote(), prevote(2, id_w));
}

TEST_F(Bft, DoesNotLeaveTheLockForAnEarlierProof) {  // line 29: lockedRound <= vr
  go_to_round(2);
  bft.hear_proposal(3, 2, bft.value(3));
  const Digest id = proposal_digest(*bft.value(3));
  bft.hear_prevote(1, 2, id);
  bft.hear_prevote(3, 2, id);
  ASSERT_EQ(bft.last_vote(), precommit(2, id));
  for (std::uint32_t from = 1; from < 4; ++from) bft.hear_prevote(from, 0, id_v);
  bft.hear_precommit(1, 4, nil);
  bft.hear_precommit(3, 4, nil);
  bft.hear_proposal(1, 4, v, 0);
  EXPECT_EQ(bft.last_vote(), prevote(4, nil));
}

TEST_F(Bft, AnUnlockedValidatorPrevotesAValueProposedAgainWithoutItsProof) {
  go_to_round(2);
  bft.hear_proposal(3, 2, v, 0);
  EXPECT_EQ(bft.last_vote(), prevote(2, id_v));
}

// ---- lines 34 to 48: votes ----

TEST_F(Bft, LocksAndPrecommitsOnTwoThirdsOfThePrevotes) {  // line 36
  bft.hear_proposal(1, 0, v);
  bft.hear_prevote(1, 0, id_v);
  EXPECT_EQ(bft.last_vote(), prevote(0, id_v));
  bft.hear_prevote(2, 0, id_v);
  EXPECT_EQ(bft.last_vote(), precommit(0, id_v));
  EXPECT_EQ(bft.disk.bft_vote->locked_round, 0);
  EXPECT_EQ(bft.disk.bft_vote->locked, v);
}

TEST_F(Bft, AValidatorsSecondVoteDoesNotCount) {
  bft.hear_proposal(1, 0, v);
  bft.hear_prevote(3, 0, nil);
  bft.hear_prevote(3, 0, id_v);
  bft.hear_prevote(2, 0, id_v);
  EXPECT_EQ(bft.last_vote(), prevote(0, id_v));
}

TEST_F(Bft, PrecommitsNilOnTwoThirdsOfNilPrevotes) {  // line 44
  bft.advance(seconds(4));
  ASSERT_EQ(bft.last_vote(), prevote(0, nil));
  bft.hear_prevote(1, 0, nil);
  bft.hear_prevote(2, 0, nil);
  EXPECT_EQ(bft.last_vote(), precommit(0, nil));
}

TEST_F(Bft, ALateQuorumMakesTheValueValidButDoesNotLockIt) {  // lines 42 and 43
  bft.hear_proposal(1, 0, v);
  bft.hear_prevote(2, 0, nil);
  bft.hear_prevote(3, 0, id_v);
  bft.advance(seconds(1));  // OnTimeoutPrevote
  ASSERT_EQ(bft.last_vote(), precommit(0, nil));
  bft.hear_prevote(1, 0, id_v);
  EXPECT_EQ(bft.disk.bft_vote->valid_round, 0);
  EXPECT_EQ(bft.disk.bft_vote->locked_round, -1);
}

// ---- line 49: decisions ----

TEST_F(Bft, DecidesOnTwoThirdsOfThePrecommits) {
  lock_in_round_0();
  bft.hear_precommit(1, 0, id_v);
  EXPECT_TRUE(bft.decided.empty());
  bft.hear_precommit(3, 0, id_v);
  ASSERT_EQ(bft.decided.size(), 1u);
  EXPECT_EQ(bft.decided[0], v);
}

TEST_F(Bft, DecidesInARoundThatIsOver) {
  bft.hear_proposal(1, 0, v);
  go_to_round(2);
  for (std::uint32_t from = 1; from < 4; ++from) bft.hear_precommit(from, 0, id_v);
  EXPECT_EQ(bft.decided.size(), 1u);
}

TEST_F(Bft, PrecommitsWithoutTheProposalDecideWhenItComes) {
  for (std::uint32_t from = 1; from < 4; ++from) bft.hear_precommit(from, 0, id_v);
  EXPECT_TRUE(bft.decided.empty());
  bft.hear_proposal(1, 0, v);
  EXPECT_EQ(bft.decided.size(), 1u);
}

// ---- lines 55 to 67: rounds and time-outs ----

TEST_F(Bft, SkipsToARoundThatFPlusOneOthersHaveReached) {
  bft.hear_prevote(1, 5, nil);
  EXPECT_EQ(bft.leaders.back().term, 0u);
  bft.hear_precommit(2, 7, nil);
  EXPECT_EQ(bft.leaders.back().term, 5u) << "one of two that reached 5 is correct; 7 is only claimed";
}

TEST_F(Bft, PrevotesNilWhenTheProposalDoesNotCome) {  // line 57; an empty block is due after 1 s
  bft.advance(milliseconds(3999));
  EXPECT_TRUE(bft.votes.empty());
  bft.advance(milliseconds(1));
  EXPECT_EQ(bft.last_vote(), prevote(0, nil));
}

TEST_F(Bft, TimeOutsGrowByAStepPerRound) {  // lines 57 to 67
  go_to_round(2);                           // 3 s + 2 steps
  bft.advance(milliseconds(3999));
  EXPECT_TRUE(bft.votes.empty());
  bft.advance(milliseconds(1));
  EXPECT_EQ(bft.last_vote(), prevote(2, nil));
  bft.hear_prevote(1, 2, nil);
  bft.hear_prevote(2, 2, id_v);
  bft.advance(milliseconds(1999));
  EXPECT_EQ(bft.last_vote(), prevote(2, nil));
  bft.advance(milliseconds(1));
  EXPECT_EQ(bft.last_vote(), precommit(2, nil));  // line 61; with 2's and 3's that makes three: line 47
  bft.advance(milliseconds(1999));
  EXPECT_EQ(bft.leaders.back().term, 2u);
  bft.advance(milliseconds(1));
  EXPECT_EQ(bft.leaders.back().term, 3u);  // line 65
}

// ---- lines 14 to 19: proposing ----

TEST_F(Bft, ProposesTheValidValueInsteadOfANewOne) {
  lock_in_round_0();
  bft.work(3);
  bft.hear_precommit(1, 3, nil);
  bft.hear_precommit(2, 3, nil);
  ASSERT_EQ(bft.proposals.size(), 1u);
  EXPECT_EQ(bft.proposals[0].round, 3u);
  EXPECT_EQ(bft.proposals[0].proposal, v);
  EXPECT_EQ(bft.proposals[0].valid_round, 0);
}

TEST_F(Bft, LearnsOfAValidValueFromVotesThatComeAfterTheirRound) {
  bft.hear_proposal(1, 0, v);
  go_to_round(1);
  for (std::uint32_t from = 1; from < 4; ++from) bft.hear_prevote(from, 0, id_v);
  bft.hear_precommit(1, 3, nil);
  bft.hear_precommit(2, 3, nil);
  ASSERT_EQ(bft.proposals.size(), 1u);
  EXPECT_EQ(bft.proposals[0].proposal, v);
  EXPECT_EQ(bft.proposals[0].valid_round, 0);
}

TEST_F(Bft, ProposesWhatTheMempoolGivesOnTopOfTheTip) {
  bft.now = bft.now + seconds(5);
  bft.seal(3);  // 0 proposes height 4
  bft.work(2);
  ASSERT_EQ(bft.proposals.size(), 1u);
  const Proposal& proposal = *bft.proposals[0].proposal;
  EXPECT_EQ(proposal.height, 4u);
  EXPECT_EQ(proposal.parent, bft.tip.hash);
  EXPECT_EQ(proposal.time, bft.now);
  EXPECT_EQ(proposal.transactions, bft.mempool);
  EXPECT_FALSE(bft.sent_unsaved);
}

TEST_F(Bft, ItsTimeIsNeverBeforeTheParents) {
  bft.seal(3, ValidatorIndex{3}, bft.now + seconds(100));  // by another host's clock
  bft.work(1);
  ASSERT_EQ(bft.proposals.size(), 1u);
  EXPECT_EQ(bft.proposals[0].proposal->time, Instant{} + seconds(100));
}

}  // namespace
}  // namespace bsn
