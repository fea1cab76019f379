// What a BFT validator signed binds it after a restart, at every point of a height (m = 4, this is validator 0).
#include <gtest/gtest.h>

#include "tests/node/one_bft_engine.h"

namespace bsn {
namespace {

class BftRestart : public testing::Test {
 protected:
  OneBftEngine bft{0, 4, BftParameters{}};
  const ProposalPtr v = bft.value(1);
  const Digest id_v = proposal_digest(*v);
};

TEST_F(BftRestart, NothingLeavesBeforeItIsOnDisk) {
  bft.hear_proposal(1, 0, v);
  bft.hear_prevote(1, 0, id_v);
  bft.hear_prevote(2, 0, id_v);
  EXPECT_EQ(bft.votes.size(), 2u);
  EXPECT_FALSE(bft.sent_unsaved);
}

TEST_F(BftRestart, IsSilentUntilItsFirstWakeUp) {
  bft.hear_proposal(1, 0, v);
  bft.votes.clear();
  bft.restart();
  EXPECT_EQ(bft.engine().next_wakeup(), bft.now);
  EXPECT_TRUE(bft.votes.empty());
}

TEST_F(BftRestart, SendsTheSamePrevoteAgainAndNoOther) {
  bft.hear_proposal(1, 0, v);
  const BftVote before = bft.last_vote();
  bft.restart();
  bft.hear_proposal(1, 0, bft.value(1, 2));  // the proposer equivocates
  bft.advance(milliseconds(1));
  ASSERT_EQ(bft.votes.size(), 2u);
  EXPECT_EQ(bft.votes[1], before);
}

TEST_F(BftRestart, GoesOnFromThePrevoteToThePrecommit) {
  bft.hear_proposal(1, 0, v);
  bft.restart();
  bft.hear_proposal(1, 0, v);
  bft.hear_prevote(1, 0, id_v);
  bft.hear_prevote(2, 0, id_v);
  EXPECT_EQ(bft.last_vote(), (BftVote{1, 0, BftVoteKind::precommit, id_v}));
}

TEST_F(BftRestart, KeepsItsLock) {
  bft.hear_proposal(1, 0, v);
  bft.hear_prevote(1, 0, id_v);
  bft.hear_prevote(2, 0, id_v);
  bft.restart();
  bft.hear_precommit(2, 1, Digest{});
  bft.hear_precommit(3, 1, Digest{});
  bft.hear_proposal(2, 1, bft.value(2, 2));
  EXPECT_EQ(bft.last_vote(), (BftVote{1, 1, BftVoteKind::prevote, Digest{}}));
}

TEST_F(BftRestart, ProposesTheSameAgain) {
  bft.seal(3);  // 0 proposes height 4
  bft.work(1);
  bft.advance(seconds(1));
  ASSERT_EQ(bft.proposals.size(), 1u);
  bft.restart();
  bft.work(5);
  bft.advance(milliseconds(1));
  ASSERT_EQ(bft.proposals.size(), 2u);
  EXPECT_EQ(bft.proposals[1].proposal, bft.proposals[0].proposal);
}

TEST_F(BftRestart, AfterLosingBlocksButNotVotesItSignsNothingUntilItIsBackThere) {
  bft.seal(6);
  bft.hear_proposal(3, 0, bft.value(3));
  ASSERT_EQ(bft.last_vote().height, 7u);
  bft.tip = BlockSealed{};
  bft.restart();
  bft.votes.clear();
  bft.hear_proposal(1, 0, v);
  bft.advance(seconds(60));
  EXPECT_TRUE(bft.votes.empty());
}

TEST_F(BftRestart, ALoneValidatorGoesOnByItself) {
  OneBftEngine lone{0, 1, BftParameters{}};
  lone.work(1);
  lone.advance(seconds(1));
  EXPECT_EQ(lone.decided.size(), 1u);
}

}  // namespace
}  // namespace bsn
