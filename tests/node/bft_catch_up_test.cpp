// Loss, laggards and liars' floods: how a validator gets on (m = 4, this is validator 0; no empty blocks).
#include <gtest/gtest.h>

#include "tests/node/one_bft_engine.h"

namespace bsn {
namespace {

BftParameters without_empty_blocks() {
  BftParameters parameters;
  parameters.empty_interval = Duration{};
  return parameters;
}

class BftCatchUp : public testing::Test {
 protected:
  void hear_of_height(std::uint32_t from, Height height) {
    bft.hear(from, BftVote{height, 0, BftVoteKind::prevote, Digest{}});
  }

  // Decides height 1 with the votes of 1 and 2.
  void decide_height_1() {
    const ProposalPtr v = bft.value(1);
    const Digest id = proposal_digest(*v);
    bft.hear_proposal(1, 0, v);
    for (std::uint32_t from = 1; from < 3; ++from) bft.hear_prevote(from, 0, id);
    bft.hear(1, BftVote{1, 0, BftVoteKind::precommit, id});
    bft.hear(2, BftVote{1, 0, BftVoteKind::precommit, id});
    ASSERT_EQ(bft.decided.size(), 1u);
    bft.votes.clear();
  }

  OneBftEngine bft{0, 4, without_empty_blocks()};
};

TEST_F(BftCatchUp, FetchesWhenFPlusOneAreFarAhead) {
  hear_of_height(1, 9);
  EXPECT_TRUE(bft.fetches.empty()) << "one may lie";
  hear_of_height(2, 7);
  ASSERT_EQ(bft.fetches.size(), 1u);
  EXPECT_EQ(bft.fetches[0].height, 6u) << "who works on 7 has sealed 6";
}

TEST_F(BftCatchUp, AsksAnotherOneEachTimeButNotOften) {
  for (int i = 0; i < 100; ++i) {
    hear_of_height(1, 9);
    hear_of_height(2, 9);
  }
  EXPECT_EQ(bft.fetches.size(), 1u);
  bft.advance(seconds(5));
  ASSERT_GE(bft.fetches.size(), 2u);
  EXPECT_NE(bft.fetches[0].from, bft.fetches[1].from);
}

TEST_F(BftCatchUp, OneHeightBehindIsFetchedOnlyAfterAWhile) {
  hear_of_height(1, 2);
  hear_of_height(2, 2);
  EXPECT_TRUE(bft.fetches.empty());
  bft.advance(seconds(2));
  EXPECT_EQ(bft.fetches.size(), 1u);
}

TEST_F(BftCatchUp, IsSoonMendedHoweverPatientTheProtocolIs) {
  BftParameters patient = without_empty_blocks();
  patient.vote_timeout = seconds(10);
  bft = OneBftEngine(0, 4, patient);
  hear_of_height(1, 2);
  hear_of_height(2, 2);
  bft.advance(seconds(2));
  EXPECT_EQ(bft.fetches.size(), 1u);
}

TEST_F(BftCatchUp, FetchesADecidedValueThatItNeverSaw) {
  for (std::uint32_t from = 1; from < 4; ++from) bft.hear_precommit(from, 0, sha256("unseen"));
  bft.advance(seconds(10));
  ASSERT_FALSE(bft.fetches.empty());
  EXPECT_EQ(bft.fetches[0].height, 1u);
}

TEST_F(BftCatchUp, TakesUpMessagesForTheNextHeightThatCameEarly) {
  const ProposalPtr first = bft.value(1);
  auto second = std::make_shared<Proposal>(*first);
  second->height = 2;
  second->parent = proposal_digest(*first);
  second->proposer = ValidatorIndex{2};
  bft.hear(2, BftProposal{2, 0, -1, second});
  EXPECT_TRUE(bft.votes.empty());
  bft.hear_proposal(1, 0, first);
  for (std::uint32_t from = 1; from < 4; ++from) {
    bft.hear(from, BftVote{1, 0, BftVoteKind::precommit, proposal_digest(*first)});
  }
  EXPECT_EQ(bft.last_vote(), (BftVote{2, 0, BftVoteKind::prevote, proposal_digest(*second)}));
}

TEST_F(BftCatchUp, SendsItsVotesAgainWhileStuckAndLessAndLessOften) {
  bft.hear_proposal(1, 0, bft.value(1));
  bft.advance(seconds(3));
  EXPECT_EQ(bft.votes.size(), 2u);
  bft.advance(seconds(600));
  EXPECT_LE(bft.votes.size(), 2u + BftEngine::resends_at_rest + 600u / 16u);
  EXPECT_GE(bft.votes.size(), 2u + BftEngine::resends_at_rest);
}

TEST_F(BftCatchUp, TellsWhoIsStillAtTheLastHeightWhatWasDecided) {
  decide_height_1();
  bft.hear(3, BftVote{1, 0, BftVoteKind::prevote, Digest{}});
  EXPECT_TRUE(bft.helped.empty()) << "a vote that is merely late";
  bft.advance(seconds(2));
  bft.hear(3, BftVote{1, 1, BftVoteKind::prevote, Digest{}});
  bft.hear(3, BftVote{1, 1, BftVoteKind::precommit, Digest{}});
  EXPECT_EQ(bft.helped, std::vector<std::uint32_t>{3}) << "once per vote time-out";
  ASSERT_FALSE(bft.told.empty());
  EXPECT_EQ(bft.told.back().height, 1u);
  EXPECT_EQ(bft.told.back().proposal, proposal_digest(*bft.decided[0]));
}

// 0 decided by the precommits of 1, 2 and 3 and goes on; 2 is gone. 1 and 3 are one short in the round of the decision,
// and would be in every other.
TEST(BftDecision, OfWhoHasGoneOnCountsInEveryRound) {
  OneBftEngine three(3, 4, BftParameters{});
  const ProposalPtr value = three.value(1);
  const Digest digest = proposal_digest(*value);
  three.hear_proposal(1, 0, value);
  three.hear_prevote(1, 0, digest);
  three.hear_precommit(1, 0, digest);
  three.hear_precommit(0, 0, Digest{});
  three.hear(0, BftDecided{1, digest});
  EXPECT_EQ(three.last_vote(), (BftVote{1, 0, BftVoteKind::precommit, digest})) << "with 0 three have prevoted";
  EXPECT_TRUE(three.decided.empty()) << "0 has precommitted nil in this round, and may lie now";
  three.hear_prevote(1, 1, Digest{});
  three.hear_precommit(1, 1, Digest{});
  three.advance(seconds(20));  // to the round in which this one proposes
  ASSERT_EQ(three.last_vote(), (BftVote{1, 2, BftVoteKind::prevote, digest}));
  three.hear_prevote(1, 2, digest);
  EXPECT_TRUE(three.decided.empty());
  three.hear_precommit(1, 2, digest);
  EXPECT_EQ(three.decided.size(), 1u);
}

TEST_F(BftCatchUp, ShowsItselfOnceAfterARestartAndRestsThen) {
  decide_height_1();
  bft.restart();
  bft.advance(seconds(3600));
  EXPECT_TRUE(bft.votes.empty());
  ASSERT_EQ(bft.told.size(), 1u);
  EXPECT_EQ(bft.told[0].height, 1u);
  EXPECT_EQ(bft.engine().next_wakeup(), std::nullopt);
}

TEST_F(BftCatchUp, FarAwayHeightsAndRoundsOfALiarChangeNothing) {
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    bft.hear(3, BftVote{1'000'000'000 + i, i, BftVoteKind::precommit, sha256("x")});
    bft.hear(3, BftVote{1, 1'000'000 + i, BftVoteKind::precommit, sha256("x")});
  }
  EXPECT_TRUE(bft.fetches.empty());
  EXPECT_TRUE(bft.votes.empty());
  EXPECT_EQ(bft.leaders.size(), 1u);
  decide_height_1();
}

TEST_F(BftCatchUp, MessagesFromNobodyAndFromItselfAreIgnored) {
  bft.hear(0, BftProposal{1, 0, -1, bft.value(1)});
  bft.hear(99, BftProposal{1, 0, -1, bft.value(1)});
  bft.hear(1, BftProposal{1, 0, -1, nullptr});
  EXPECT_TRUE(bft.votes.empty());
}

TEST_F(BftCatchUp, AValidatorThatIsWokenInVainRestsAfterEveryoneHadItsTurn) {
  bft.advance(seconds(1));
  ASSERT_EQ(bft.engine().next_wakeup(), std::nullopt);
  bft.hear_prevote(3, 0, Digest{});
  ASSERT_NE(bft.engine().next_wakeup(), std::nullopt);
  for (std::uint32_t round = 0; round < 4; ++round) {
    for (std::uint32_t from = 1; from < 4; ++from) {
      bft.hear_prevote(from, round, Digest{});
      bft.hear_precommit(from, round, Digest{});
    }
    bft.advance(seconds(20));
  }
  bft.advance(seconds(3600));
  EXPECT_EQ(bft.engine().next_wakeup(), std::nullopt);
}

}  // namespace
}  // namespace bsn
