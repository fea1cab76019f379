// One Raft engine, spoken to by hand: batches, restarts, and what makes no sense. Elections and replication have tests
// of their own. Sections are of Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm" (2014).
#include "tests/node/one_raft_engine.h"

namespace bsn {
namespace {

using namespace one_raft;

// ---- batches ----

TEST(Raft, CutsABatchWhenTheTimeOutOfItsFirstTransactionIsOver) {
  Validator leader(1);
  leader.wake();
  const Instant start = leader.now;
  leader.step(WorkWaiting{1, 10});
  EXPECT_TRUE(leader.all<WantBatch>().empty());
  leader.wake();
  ASSERT_EQ(leader.all<WantBatch>().size(), 1u);
  EXPECT_EQ(leader.now, start + RaftParameters{}.batch_timeout);
}

TEST(Raft, CutsABatchAtOnceWhenABlockIsFull) {
  Validator leader(1);
  leader.wake();
  leader.step(WorkWaiting{BlockLimits{}.max_transactions, 10});
  ASSERT_EQ(leader.all<WantBatch>().size(), 1u);
  EXPECT_EQ(leader.all<WantBatch>()[0].for_height, 1u);
}

TEST(Raft, WaitsWhenTooManyBatchesAreUncommitted) {
  RaftParameters raft;
  raft.max_inflight_batches = 2;
  Validator leader(3, raft);
  const auto term = leader.lead();
  for (int i = 0; i < 5; ++i) {
    leader.step(WorkWaiting{1000, 10});
    if (leader.all<WantBatch>().size() > static_cast<std::size_t>(i)) leader.offer(500);
  }
  EXPECT_EQ(leader.all<WantBatch>().size(), 2u);
  EXPECT_EQ(leader.engine->next_wakeup(), leader.now + raft.heartbeat) << "no turning in circles meanwhile";
  leader.hear(1, RaftAppendReply{term, true, 2});
  EXPECT_EQ(leader.all<WantBatch>().size(), 3u);
}

TEST(Raft, HeightsGoOnBehindUncommittedEntriesOfEarlierLeaders) {
  Validator leader(3, {}, disk(2, {entry(1, 1, 1), entry(2, 2, 2)}));
  const auto term = leader.lead();
  leader.step(WorkWaiting{1000, 10});
  EXPECT_EQ(leader.all<WantBatch>().at(0).for_height, 3u);
  leader.offer(1);
  leader.hear(1, RaftAppendReply{term, true, 4});
  EXPECT_EQ(leader.decided(), (std::vector<Height>{1, 2, 3}));
}

TEST(Raft, AnUnaskedBatchIsIgnored) {
  Validator leader(1);
  leader.wake();
  leader.outputs.clear();
  leader.offer(3);
  EXPECT_TRUE(leader.outputs.empty());
}

TEST(Raft, ASingleValidatorDecidesAlone) {
  Validator leader(1);
  leader.wake();
  EXPECT_EQ(leader.all<LeaderIs>().at(0).leader, ValidatorIndex{0});
  leader.step(WorkWaiting{1, 10});
  leader.wake();
  leader.offer(1);
  EXPECT_EQ(leader.decided(), (std::vector<Height>{1}));
  EXPECT_TRUE(leader.all<SendConsensus>().empty());
  leader.step(WorkWaiting{0, 0});
  EXPECT_EQ(leader.engine->next_wakeup(), std::nullopt);
}

// ---- restarts, trimming, fetching ----

TEST(Raft, ARestartedValidatorDoesNotDecideSealedHeightsAgain) {
  Validator follower(3, {}, disk(1, {entry(1, 1, 1), entry(2, 1, 2)}));
  follower.durable.blocks.push_back(std::make_shared<Block>());
  follower.start();
  follower.hear(1, RaftAppend{1, 2, 1, 2, {}});
  EXPECT_EQ(follower.decided(), (std::vector<Height>{2}));
}

TEST(Raft, EntriesFarBehindTheSealedBlocksAreTrimmed) {
  RaftParameters raft;
  raft.kept_entries = 4;
  Validator follower(3, raft);
  for (std::uint64_t i = 1; i <= 20; ++i) {
    follower.hear(1, RaftAppend{1, i - 1, i == 1 ? 0u : 1u, i, {entry(i, 1, i)}});
    follower.step(BlockSealed{i, {}, {}, {}});
  }
  EXPECT_GE(follower.durable.raft_log.size(), 4u);
  EXPECT_LE(follower.durable.raft_log.size(), 6u);
  EXPECT_EQ(follower.durable.raft_trim->index + follower.durable.raft_log.size(), 20u);
}

TEST(Raft, NothingIsTrimmedBeforeItsBlockIsSealed) {
  RaftParameters raft;
  raft.kept_entries = 1;
  Validator follower(3, raft);
  for (std::uint64_t i = 1; i <= 20; ++i) {
    follower.hear(1, RaftAppend{1, i - 1, i == 1 ? 0u : 1u, i, {entry(i, 1, i)}});
  }
  EXPECT_FALSE(follower.durable.raft_trim);
}

TEST(Raft, ALeaderSendsAFollowerThatNeedsTrimmedEntriesToTheBlocks) {
  DurableState durable = disk(3, {entry(11, 3, 11)});
  durable.raft_trim = RaftLogTrim{10, 3, 10};
  durable.blocks.assign(10, std::make_shared<Block>());
  Validator leader(3, {}, durable);
  const auto term = leader.lead();
  leader.hear(1, RaftAppendReply{term, false, 4});
  const auto install = leader.said<RaftInstall>();
  EXPECT_EQ(install.last_index, 10u);
  EXPECT_EQ(install.last_term, 3u);
  EXPECT_EQ(install.height, 10u);
  leader.outputs.clear();
  leader.hear(1, RaftAppendReply{term, true, 10});
  EXPECT_EQ(leader.said<RaftAppend>().previous_index, 10u);
}

TEST(Raft, AFollowerFetchesBlocksAndGoesOnBehindThem) {
  Validator follower(3, {}, disk(1, {entry(1, 1, 1), entry(2, 1, 2)}));
  follower.hear(1, RaftInstall{4, 10, 3, 8});
  ASSERT_EQ(follower.all<FetchBlocks>().size(), 1u);
  EXPECT_EQ(follower.all<FetchBlocks>()[0].height, 8u);
  EXPECT_FALSE(follower.said<RaftAppendReply>().success);
  follower.outputs.clear();
  for (Height h = 1; h <= 8; ++h) follower.step(BlockSealed{h, {}, {}, {}});
  EXPECT_EQ(follower.durable.raft_trim->index, 10u);
  EXPECT_TRUE(follower.said<RaftAppendReply>().success);
  EXPECT_EQ(follower.said<RaftAppendReply>().match, 10u);
  follower.outputs.clear();
  follower.hear(1, RaftAppend{4, 10, 3, 11, {entry(11, 4, 9)}});
  EXPECT_EQ(follower.decided(), (std::vector<Height>{9}));
}

TEST(Raft, AnInstallOfEntriesThatAreThereNeedsNoBlocks) {  // section 7
  Validator follower(3, {}, disk(1, {entry(1, 1, 1), entry(2, 1, 2)}));
  follower.hear(1, RaftInstall{1, 2, 1, 2});
  EXPECT_TRUE(follower.all<FetchBlocks>().empty());
  EXPECT_EQ(follower.decided(), (std::vector<Height>{1, 2}));
  EXPECT_TRUE(follower.said<RaftAppendReply>().success);
}

// ---- what makes no sense ----

TEST(Raft, IgnoresMessagesThatMakeNoSense) {
  Validator validator(3);
  validator.hear(1, BftVote{1, 0, BftVoteKind::prevote, {}});
  validator.hear(1, BftProposal{1, 0, -1, proposal(1)});
  validator.hear(3, RaftVoteRequest{5, false, 0, 0});                     // there is no validator 3
  validator.hear(0, RaftVoteRequest{5, false, 0, 0});                     // itself
  validator.hear(1, RaftAppend{1, 0, 0, 0, {entry(2, 1)}});               // not behind its previous index
  validator.hear(1, RaftAppend{1, 0, 0, 0, {entry(1, 2)}});               // of a term to come
  validator.hear(1, RaftAppend{3, 0, 0, 0, {entry(1, 3), entry(2, 2)}});  // terms fall
  validator.hear(1, RaftInstall{1, 5, 2, 5});                             // of a term to come
  EXPECT_TRUE(validator.outputs.empty());
}

// Any message, in any state: an engine must survive it and go on.
TEST(Raft, SurvivesMessagesOfAnyContent) {
  Random random(11);
  const auto small = [&] { return random.below(6); };
  const auto entries = [&](std::uint64_t index) {
    std::vector<RaftEntry> made;
    for (auto n = small(); n > 0; --n) made.push_back(entry(random.chance(0.9) ? ++index : small(), small(), small()));
    return made;
  };
  const auto any = [&]() -> ConsensusMessage {
    const std::uint64_t index = small();
    switch (random.below(5)) {
      case 0:
        return RaftVoteRequest{small(), random.chance(0.5), index, small()};
      case 1:
        return RaftVoteReply{small(), random.chance(0.5), random.chance(0.5)};
      case 2:
        return RaftAppendReply{small(), random.chance(0.5), index};
      case 3:
        return RaftInstall{small(), index, small(), small()};
      default:
        return RaftAppend{small(), index, small(), small(), entries(index)};
    }
  };
  for (int life = 0; life < 500; ++life) {
    Validator validator(static_cast<std::uint32_t>(1 + random.below(5)));
    for (int i = 0; i < 100; ++i) {
      if (validator.engine->next_wakeup() && random.chance(0.2)) validator.wake();
      validator.hear(static_cast<std::uint32_t>(random.below(6)), any());
    }
    EXPECT_TRUE(validator.engine->next_wakeup() || validator.config.validators == 1);
  }
}

TEST(Raft, EntriesWithAGapInTheirHeightsAreNotTaken) {
  Validator validator(3);
  validator.hear(1, RaftAppend{1, 0, 0, 0, {entry(1, 1, 7)}});
  EXPECT_TRUE(validator.durable.raft_log.empty());
  EXPECT_TRUE(validator.sent<RaftAppendReply>().empty());
}

}  // namespace
}  // namespace bsn
