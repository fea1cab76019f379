// One Raft engine, spoken to by hand. Sections are of Ongaro and Ousterhout, "In Search of an Understandable Consensus
// Algorithm" (2014); "thesis" is Ongaro's (2014).
#include "node/raft_engine.h"

#include <gtest/gtest.h>

namespace bsn {
namespace {

ProposalPtr proposal(Height height, std::uint32_t proposer = 1) {
  auto made = std::make_shared<Proposal>();
  made->height = height;
  made->proposer = ValidatorIndex{proposer};
  return made;
}

RaftEntry entry(std::uint64_t index, std::uint64_t term, Height height = 0) {
  return {term, index, height > 0 ? proposal(height) : nullptr};
}

// The engine of one validator with a disk, and everything that came out of it since `outputs` was cleared.
struct Validator {
  explicit Validator(std::uint32_t validators, RaftParameters raft = {}, DurableState on_disk = {}) {
    config.validators = validators;
    config.parameters = raft;
    durable = std::move(on_disk);
    start();
  }

  void start() {
    BlockSealed tip;
    tip.height = durable.blocks.size();
    engine = std::make_unique<RaftEngine>(config, durable, tip, now);
    outputs.clear();
  }

  void take(std::vector<EngineOutput>&& fresh) {
    for (EngineOutput& output : fresh) {
      if (const auto* write = std::get_if<PersistConsensus>(&output)) apply(write->write, durable);
      outputs.push_back(std::move(output));
    }
  }

  void step(const EngineInput& input) {
    std::vector<EngineOutput> fresh;
    engine->step(now, input, fresh);
    take(std::move(fresh));
  }

  void hear(std::uint32_t from, const ConsensusMessage& message) {
    step(MessageArrived{ValidatorIndex{from}, message});
  }

  // Sleeps until it wants to be woken.
  void wake() {
    const auto wakeup = engine->next_wakeup();
    ASSERT_TRUE(wakeup);
    now = std::max(now, *wakeup);
    std::vector<EngineOutput> fresh;
    engine->advance_to(now, fresh);
    take(std::move(fresh));
  }

  template <class Output>
  std::vector<Output> all() const {
    std::vector<Output> found;
    for (const EngineOutput& output : outputs) {
      if (const auto* one = std::get_if<Output>(&output)) found.push_back(*one);
    }
    return found;
  }

  template <class Message>
  std::vector<Message> sent() const {
    std::vector<Message> found;
    for (const SendConsensus& send : all<SendConsensus>()) {
      if (const auto* one = std::get_if<Message>(&send.message)) found.push_back(*one);
    }
    return found;
  }

  // The only message of this kind since outputs were cleared.
  template <class Message>
  Message said() const {
    const auto found = sent<Message>();
    EXPECT_EQ(found.size(), 1u);
    return found.empty() ? Message{} : found.front();
  }

  std::vector<Height> decided() const {
    std::vector<Height> heights;
    for (const Decide& decide : all<Decide>()) heights.push_back(decide.proposal->height);
    return heights;
  }

  // Elected in the next term by the votes of 1, 2 ... as far as needed.
  std::uint64_t lead() {
    wake();
    const std::uint64_t term = sent<RaftVoteRequest>().back().term;
    for (std::uint32_t v = 1; v < majority(config.validators); ++v) hear(v, RaftVoteReply{term, true, true});
    for (std::uint32_t v = 1; v < majority(config.validators); ++v) hear(v, RaftVoteReply{term, false, true});
    EXPECT_EQ(all<LeaderIs>().back().leader, config.self);
    outputs.clear();
    return term;
  }

  void offer(std::size_t transactions) {
    BatchOffered batch;
    for (std::size_t i = 0; i < transactions; ++i) batch.transactions.push_back(std::make_shared<Transaction>());
    step(batch);
  }

  EngineConfig config;
  DurableState durable;
  Instant now;
  std::unique_ptr<RaftEngine> engine;
  std::vector<EngineOutput> outputs;
};

DurableState disk(std::uint64_t term, std::vector<RaftEntry> log = {}) {
  DurableState durable;
  durable.raft_vote = RaftVoteState{term, std::nullopt};
  durable.raft_log = std::move(log);
  return durable;
}

constexpr Duration election = RaftParameters{}.election_timeout;

// ---- elections ----

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
