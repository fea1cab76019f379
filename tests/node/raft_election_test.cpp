// Elections of one Raft engine, spoken to by hand. Sections are of Ongaro and Ousterhout, "In Search of an
// Understandable Consensus Algorithm" (2014); "thesis" is Ongaro's (2014).
#include "tests/node/one_raft_engine.h"

namespace bsn {
namespace {

using namespace one_raft;

TEST(Raft, SaysNothingBeforeItsFirstTimeOut) {
  const Validator validator(3);
  EXPECT_TRUE(validator.outputs.empty());
  EXPECT_GE(*validator.engine->next_wakeup(), Instant{} + election);
}

TEST(Raft, ElectionTimeOutsAreDrawnFromOneToTwoTimes) {  // section 5.2
  std::set<Instant> drawn;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Validator validator(3);
    validator.config.random = Random(seed);
    validator.start();
    const Instant due = *validator.engine->next_wakeup();
    EXPECT_GE(due, Instant{} + election);
    EXPECT_LT(due, Instant{} + election * 2);
    drawn.insert(due);
  }
  EXPECT_GT(drawn.size(), 45u);
}

TEST(Raft, AsksForPreVotesWithoutRaisingItsTerm) {  // thesis 9.6
  Validator validator(3);
  validator.wake();
  EXPECT_TRUE(validator.said<RaftVoteRequest>().pre_vote);
  EXPECT_EQ(validator.said<RaftVoteRequest>().term, 1u);
  EXPECT_FALSE(validator.durable.raft_vote);
}

TEST(Raft, CampaignsOnlyWhenAMajorityWouldElectIt) {  // thesis 9.6
  Validator validator(5);
  validator.wake();
  validator.hear(1, RaftVoteReply{1, true, true});
  validator.hear(1, RaftVoteReply{1, true, true});  // a repeated message is no second vote
  EXPECT_EQ(validator.sent<RaftVoteRequest>().size(), 1u);
  validator.hear(2, RaftVoteReply{1, true, true});
  ASSERT_EQ(validator.sent<RaftVoteRequest>().size(), 2u);
  EXPECT_FALSE(validator.sent<RaftVoteRequest>()[1].pre_vote);
}

TEST(Raft, WritesItsOwnVoteBeforeItAsksForOthers) {  // section 5.2
  Validator validator(3);
  validator.wake();
  validator.outputs.clear();
  validator.hear(1, RaftVoteReply{1, true, true});
  ASSERT_EQ(validator.outputs.size(), 2u);
  EXPECT_TRUE(std::holds_alternative<PersistConsensus>(validator.outputs[0]));
  EXPECT_TRUE(std::holds_alternative<SendConsensus>(validator.outputs[1]));
  EXPECT_EQ(validator.durable.raft_vote->term, 1u);
  EXPECT_EQ(validator.durable.raft_vote->voted_for, ValidatorIndex{0});
}

TEST(Raft, VotesOncePerTermAlsoAcrossARestart) {  // section 5.2
  Validator validator(3);
  validator.hear(1, RaftVoteRequest{4, false, 0, 0});
  EXPECT_TRUE(validator.said<RaftVoteReply>().granted);
  validator.start();
  validator.hear(2, RaftVoteRequest{4, false, 9, 3});
  EXPECT_FALSE(validator.said<RaftVoteReply>().granted);
  validator.outputs.clear();
  validator.hear(1, RaftVoteRequest{4, false, 0, 0});  // the first again: its message was lost
  EXPECT_TRUE(validator.said<RaftVoteReply>().granted);
}

TEST(Raft, DeniesItsVoteToALogThatIsBehind) {  // section 5.4.1
  Validator validator(3, {}, disk(2, {entry(1, 1), entry(2, 2)}));
  validator.hear(1, RaftVoteRequest{3, false, 5, 1});
  EXPECT_FALSE(validator.said<RaftVoteReply>().granted);
  validator.outputs.clear();
  validator.hear(2, RaftVoteRequest{3, false, 2, 2});
  EXPECT_TRUE(validator.said<RaftVoteReply>().granted);
}

TEST(Raft, DeniesPreVotesWhileItHearsALeader) {  // thesis 9.6
  Validator validator(3);
  validator.hear(1, RaftAppend{1, 0, 0, 0, {}});
  validator.outputs.clear();
  validator.hear(2, RaftVoteRequest{2, true, 9, 1});
  EXPECT_FALSE(validator.said<RaftVoteReply>().granted);
  validator.outputs.clear();
  validator.now = validator.now + election;
  validator.hear(2, RaftVoteRequest{2, true, 9, 1});
  EXPECT_TRUE(validator.said<RaftVoteReply>().granted);
}

TEST(Raft, IsNotDisturbedByACandidateWhileItHearsALeader) {  // thesis 4.2.3
  Validator validator(3);
  validator.hear(1, RaftAppend{1, 0, 0, 0, {}});
  validator.outputs.clear();
  validator.hear(2, RaftVoteRequest{7, false, 9, 6});
  EXPECT_TRUE(validator.outputs.empty());
  EXPECT_EQ(validator.durable.raft_vote->term, 1u);
}

TEST(Raft, ADeniedPreVoteTeachesACandidateThePresentTerm) {
  Validator validator(3);
  validator.wake();
  validator.hear(1, RaftVoteReply{8, true, false});
  EXPECT_EQ(validator.durable.raft_vote->term, 8u);
}

TEST(Raft, VotesOfAnEarlierTermDoNotCount) {
  Validator validator(3);
  validator.wake();
  validator.hear(1, RaftVoteReply{1, true, true});
  validator.wake();  // nobody answered: once more
  validator.hear(1, RaftVoteReply{2, true, true});
  validator.outputs.clear();
  validator.hear(1, RaftVoteReply{1, false, true});
  EXPECT_TRUE(validator.outputs.empty());
  validator.hear(1, RaftVoteReply{2, false, true});
  EXPECT_EQ(validator.all<LeaderIs>().back().leader, ValidatorIndex{0});
}

TEST(Raft, ACandidateFollowsTheLeaderOfItsTerm) {  // section 5.2
  Validator validator(3);
  validator.wake();
  validator.hear(1, RaftVoteReply{1, true, true});
  validator.hear(2, RaftAppend{1, 0, 0, 0, {}});
  EXPECT_EQ(validator.all<LeaderIs>().back().leader, ValidatorIndex{2});
  validator.outputs.clear();
  validator.hear(1, RaftVoteReply{1, false, true});
  EXPECT_TRUE(validator.outputs.empty());
}

TEST(Raft, ALeaderStepsDownWhenItHearsNoMajority) {  // thesis 6.2
  Validator leader(5);
  leader.lead();
  const Instant elected = leader.now;
  while (leader.all<LeaderIs>().empty() && leader.now < elected + election * 3) {
    leader.hear(1, RaftAppendReply{1, true, 1});  // one of four is too few
    leader.wake();
  }
  ASSERT_EQ(leader.all<LeaderIs>().size(), 1u);
  EXPECT_EQ(leader.all<LeaderIs>()[0].leader, std::nullopt);
  EXPECT_LE(leader.now, elected + election + RaftParameters{}.heartbeat);
}

TEST(Raft, ALeaderStaysWhileAMajorityAnswers) {  // thesis 6.2
  Validator leader(5);
  leader.lead();
  for (int i = 0; i < 100; ++i) {
    leader.hear(1, RaftAppendReply{1, true, 1});
    leader.hear(2, RaftAppendReply{1, true, 1});
    leader.wake();
  }
  EXPECT_TRUE(leader.all<LeaderIs>().empty());
}

}  // namespace
}  // namespace bsn
