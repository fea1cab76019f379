// Replication and commitment by one Raft engine, spoken to by hand. Sections are of Ongaro and Ousterhout, "In Search
// of an Understandable Consensus Algorithm" (2014).
#include "tests/node/one_raft_engine.h"

namespace bsn {
namespace {

using namespace one_raft;

// ---- replication ----

TEST(Raft, ALeaderOpensItsTermWithANoOpThatItWroteFirst) {  // section 8; persist before send
  Validator leader(3);
  leader.wake();
  leader.hear(1, RaftVoteReply{1, true, true});
  leader.outputs.clear();
  leader.hear(1, RaftVoteReply{1, false, true});
  ASSERT_TRUE(std::holds_alternative<PersistConsensus>(leader.outputs.front()));
  const auto appends = leader.sent<RaftAppend>();
  ASSERT_EQ(appends.size(), 2u);
  ASSERT_EQ(appends[0].entries.size(), 1u);
  EXPECT_EQ(appends[0].entries[0].proposal, nullptr);
  EXPECT_EQ(appends[0].entries[0].term, 1u);
}

TEST(Raft, IdleALeaderSendsOneHeartbeatPerIntervalAndFollower) {
  Validator leader(3);
  leader.lead();
  for (std::uint32_t v : {1, 2}) leader.hear(v, RaftAppendReply{1, true, 1});
  const Instant start = leader.now;
  leader.outputs.clear();
  for (int i = 0; i < 10; ++i) {
    leader.wake();
    for (std::uint32_t v : {1, 2}) leader.hear(v, RaftAppendReply{1, true, 1});
  }
  EXPECT_EQ(leader.outputs.size(), 20u);
  EXPECT_EQ(leader.sent<RaftAppend>().size(), 20u);
  EXPECT_EQ(leader.now - start, RaftParameters{}.heartbeat * 10);
}

TEST(Raft, AFollowerRefusesEntriesBehindAGap) {  // section 5.3, AppendEntries step 2
  Validator follower(3, {}, disk(1, {entry(1, 1), entry(2, 1, 1)}));
  follower.hear(1, RaftAppend{1, 5, 1, 0, {entry(6, 1, 5)}});
  const auto reply = follower.said<RaftAppendReply>();
  EXPECT_FALSE(reply.success);
  EXPECT_EQ(reply.match, 2u);
  EXPECT_EQ(follower.durable.raft_log.size(), 2u);
}

TEST(Raft, AFollowerRefusesEntriesBehindAnotherEntryThanItsOwn) {  // section 5.3, AppendEntries step 2
  Validator follower(3, {}, disk(2, {entry(1, 1), entry(2, 2, 1), entry(3, 2, 2)}));
  follower.hear(1, RaftAppend{3, 3, 3, 0, {entry(4, 3, 3)}});
  const auto reply = follower.said<RaftAppendReply>();
  EXPECT_FALSE(reply.success);
  EXPECT_EQ(reply.match, 1u) << "behind all of the conflicting term";
  EXPECT_EQ(follower.durable.raft_log.size(), 3u);
}

TEST(Raft, AFollowerReplacesConflictingEntriesAndWritesThemBeforeItSaysSo) {  // section 5.3, steps 3 and 4
  Validator follower(3, {}, disk(2, {entry(1, 1), entry(2, 2, 1), entry(3, 2, 2)}));
  follower.hear(1, RaftAppend{3, 1, 1, 0, {entry(2, 3)}});
  EXPECT_EQ(follower.durable.raft_log.size(), 2u);
  EXPECT_EQ(follower.durable.raft_log[1].term, 3u);
  EXPECT_EQ(follower.said<RaftAppendReply>().match, 2u);
  EXPECT_TRUE(std::holds_alternative<SendConsensus>(follower.outputs.back()));
}

TEST(Raft, AFollowerCommitsNoFurtherThanItsLogIsKnownToAgree) {  // AppendEntries step 5
  Validator follower(3, {}, disk(1, {entry(1, 1, 1), entry(2, 1, 2), entry(3, 1, 3)}));
  follower.hear(1, RaftAppend{2, 1, 1, 3, {}});  // 2 and 3 may conflict with the new leader's
  EXPECT_EQ(follower.decided(), (std::vector<Height>{1}));
}

TEST(Raft, AnOldAppendDoesNotUndoALaterOne) {
  Validator follower(3);
  follower.hear(1, RaftAppend{1, 0, 0, 0, {entry(1, 1), entry(2, 1, 1), entry(3, 1, 2)}});
  follower.outputs.clear();
  follower.hear(1, RaftAppend{1, 0, 0, 0, {entry(1, 1)}});
  EXPECT_EQ(follower.durable.raft_log.size(), 3u);
  EXPECT_TRUE(follower.all<PersistConsensus>().empty());
}

TEST(Raft, AFormerLeaderCannotAppendInAnOldTerm) {  // section 5.1
  Validator follower(3, {}, disk(5));
  follower.hear(1, RaftAppend{4, 0, 0, 1, {entry(1, 4, 1)}});
  EXPECT_FALSE(follower.said<RaftAppendReply>().success);
  EXPECT_EQ(follower.said<RaftAppendReply>().term, 5u);
  EXPECT_TRUE(follower.durable.raft_log.empty());
  EXPECT_TRUE(follower.decided().empty());
}

TEST(Raft, ALeaderGoesBackToWhereAFollowersLogAgrees) {  // section 5.3
  Validator leader(3, {}, disk(4, {entry(1, 1, 1), entry(2, 2, 2), entry(3, 3, 3), entry(4, 4, 4)}));
  const auto term = leader.lead();
  leader.hear(1, RaftAppendReply{term, false, 2});
  EXPECT_EQ(leader.said<RaftAppend>().previous_index, 2u);
  leader.outputs.clear();
  leader.hear(1, RaftAppendReply{term, false, 1});
  const auto append = leader.said<RaftAppend>();
  EXPECT_EQ(append.previous_index, 1u);
  EXPECT_EQ(append.entries.size(), 4u);
}

TEST(Raft, AHeartbeatNoticesALostAppend) {
  Validator leader(3);
  const auto term = leader.lead();
  for (std::uint32_t v : {1, 2}) leader.hear(v, RaftAppendReply{term, true, 1});
  leader.step(WorkWaiting{1, 10});
  leader.now = leader.now + seconds(1);
  leader.hear(1, RaftAppendReply{term, true, 1});
  leader.outputs.clear();
  while (leader.all<WantBatch>().empty()) leader.wake();
  leader.offer(1);  // entry 2, which gets lost
  leader.outputs.clear();
  while (leader.sent<RaftAppend>().empty()) leader.wake();
  EXPECT_EQ(leader.sent<RaftAppend>()[0].previous_index, 2u);
  leader.outputs.clear();
  leader.hear(1, RaftAppendReply{term, false, 1});
  ASSERT_EQ(leader.said<RaftAppend>().entries.size(), 1u);
  EXPECT_EQ(leader.said<RaftAppend>().entries[0].index, 2u);
}

// ---- commitment ----

TEST(Raft, AnEntryIsCommittedWhenAMajorityHasIt) {  // section 5.3
  Validator leader(5);
  const auto term = leader.lead();
  leader.step(WorkWaiting{1000, 10});
  leader.offer(2);
  leader.outputs.clear();
  leader.hear(1, RaftAppendReply{term, true, 2});
  EXPECT_TRUE(leader.decided().empty());
  leader.hear(2, RaftAppendReply{term, true, 2});
  EXPECT_EQ(leader.decided(), (std::vector<Height>{1}));
}

TEST(Raft, EntriesOfOldTermsAreNotCommittedByCounting) {  // section 5.4.2, figure 8
  Validator leader(5, {}, disk(2, {entry(1, 1, 1), entry(2, 2, 2)}));
  const auto term = leader.lead();
  for (std::uint32_t v : {1, 2, 3}) leader.hear(v, RaftAppendReply{term, true, 2});
  EXPECT_TRUE(leader.decided().empty()) << "four of five have entry 2, but it is of term 2";
  for (std::uint32_t v : {1, 2}) leader.hear(v, RaftAppendReply{term, true, 3});
  EXPECT_EQ(leader.decided(), (std::vector<Height>{1, 2})) << "the own no-op commits what is before it";
}

TEST(Raft, RepliesOfAnEarlierTermDoNotCount) {
  Validator leader(3);
  leader.lead();
  leader.hear(1, RaftAppendReply{2, false, 0});  // deposed
  const auto term = leader.lead();
  leader.step(WorkWaiting{1000, 10});
  leader.offer(1);
  leader.outputs.clear();
  leader.hear(1, RaftAppendReply{term - 1, true, 3});
  EXPECT_TRUE(leader.decided().empty());
}

TEST(Raft, AMatchThatTheLeaderNeverSentIsIgnored) {
  Validator leader(3);
  const auto term = leader.lead();
  leader.hear(1, RaftAppendReply{term, true, 99});
  EXPECT_TRUE(leader.outputs.empty());
}

TEST(Raft, ALeaderWritesABatchBeforeItSendsIt) {  // what it counts for itself must be on its disk
  Validator leader(3);
  const auto term = leader.lead();
  for (std::uint32_t v : {1, 2}) leader.hear(v, RaftAppendReply{term, true, 1});
  leader.step(WorkWaiting{500, 10});
  leader.outputs.clear();
  leader.offer(1);
  ASSERT_EQ(leader.outputs.size(), 3u);
  EXPECT_TRUE(std::holds_alternative<PersistConsensus>(leader.outputs[0]));
  EXPECT_EQ(leader.sent<RaftAppend>().size(), 2u);
}

TEST(Raft, FollowersLearnOfACommitAtOnce) {
  Validator leader(3);
  const auto term = leader.lead();
  for (std::uint32_t v : {1, 2}) leader.hear(v, RaftAppendReply{term, true, 1});
  leader.step(WorkWaiting{1000, 10});
  leader.offer(1);
  leader.outputs.clear();
  leader.hear(1, RaftAppendReply{term, true, 2});
  ASSERT_EQ(leader.sent<RaftAppend>().size(), 2u);
  EXPECT_EQ(leader.sent<RaftAppend>()[0].commit, 2u);
}

}  // namespace
}  // namespace bsn
