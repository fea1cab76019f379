// Tower BFT and the heaviest fork, rule by rule.
#include "node/solana_engine.h"

#include <gtest/gtest.h>

#include <set>

#include "node/signed_seal.h"
#include "node/solana_schedule.h"
#include "node/solana_tower.h"
#include "node/vote_forest.h"
#include "tests/dialogues/engine_network.h"

namespace bsn {
namespace {

EngineNetworkOptions options(std::uint32_t validators) {
  EngineNetworkOptions options;
  options.validators = validators;
  options.parameters = SlotParameters{SolanaParameters{}, 0};
  return options;
}

SolanaSchedule schedule(std::uint32_t validators) { return {{}, 1, std::vector<std::uint64_t>(validators, 1)}; }

TEST(SolanaTower, LockOutsDoubleWithEveryVoteUpon) {
  SolanaTower tower;
  for (std::uint64_t slot = 1; slot <= 4; ++slot) tower.push(slot, slot, sha256(std::to_string(slot)));
  ASSERT_EQ(tower.votes().size(), 4u);
  EXPECT_EQ(tower.votes()[0].locked_until(), 1u + 16);
  EXPECT_EQ(tower.votes()[3].locked_until(), 4u + 2);
}

// The example of the Tower BFT document: votes 1 to 4, then one for slot 9: 3 and 4 have expired, 1 and 2 stay.
TEST(SolanaTower, ExpiredVotesGoAndTheRestIsNotDoubledAgain) {
  SolanaTower tower;
  for (std::uint64_t slot = 1; slot <= 4; ++slot) tower.push(slot, slot, {});
  tower.expire(9);
  ASSERT_EQ(tower.votes().size(), 2u);
  tower.push(9, 5, {});
  EXPECT_EQ(tower.votes()[0].confirmations, 4);
  EXPECT_EQ(tower.votes()[1].confirmations, 3);
  EXPECT_EQ(tower.votes()[2].confirmations, 1);
  tower.push(10, 6, {});
  tower.push(11, 7, {});
  EXPECT_EQ(tower.votes()[0].confirmations, 5);
}

TEST(SolanaTower, TheOldestVoteIsRootedWhenTheTowerIsFull) {
  SolanaTower tower(32);
  for (std::uint64_t slot = 1; slot <= 40; ++slot) tower.push(slot, slot, {});
  EXPECT_EQ(tower.votes().size(), 31u);
  EXPECT_EQ(tower.votes().front().slot, 10u);
  const SolanaTower back = SolanaTower::read(tower.bytes(), 32);
  EXPECT_EQ(back.bytes(), tower.bytes());
  EXPECT_EQ(back.votes().front().confirmations, 31);
}

VoterSet all_of(std::uint32_t validators) {
  VoterSet all(validators);
  for (std::uint32_t v = 0; v < validators; ++v) all.add({v});
  return all;
}

// This one of three.
VoterSet only(std::uint32_t voter) {
  VoterSet set(3);
  set.add({voter});
  return set;
}

TEST(VoteForest, CountsOnlyTheLatestVoteOfEach) {
  const Digest root = sha256("root"), a = sha256("a"), b = sha256("b"), c = sha256("c");
  VoteForest forest({5, 3, 2}, root);
  forest.add(a, root);
  forest.add(b, a);
  forest.add(c, root);
  forest.vote(only(0), 1, a);
  forest.vote(only(1), 1, a);
  forest.vote(only(0), 2, b);
  forest.vote(only(2), 3, c);
  forest.vote(only(2), 2, a);  // older: no
  EXPECT_EQ(forest.upon(a), 8u);
  EXPECT_EQ(forest.upon(b), 5u);
  EXPECT_EQ(forest.upon(root), 10u);
  EXPECT_EQ(forest.latest_block(ValidatorIndex{2}), c);
  forest.vote(only(1), 4, c);
  EXPECT_EQ(forest.upon(a), 5u);
  forest.move_root(a);
  EXPECT_EQ(forest.size(), 2u);
  EXPECT_EQ(forest.upon(c), 0u);
  EXPECT_EQ(forest.upon(a), 5u);
  forest.vote(only(1), 5, b);
  EXPECT_EQ(forest.upon(a), 8u);
}

TEST(VoteForest, ManyVotesAtOnceCountAsOneByOne) {
  const Digest root = sha256("root"), a = sha256("a"), b = sha256("b");
  VoteForest forest({5, 3, 2}, root);
  forest.add(a, root);
  forest.add(b, a);
  forest.vote(only(1), 1, a);
  const VoterSet all = all_of(3);
  forest.vote(all, 2, b);
  EXPECT_EQ(forest.upon(b), 10u);
  EXPECT_EQ(forest.upon(a), 10u);
  EXPECT_EQ(forest.upon(root), 10u);
  forest.vote(all, 2, a);  // not newer
  EXPECT_EQ(forest.upon(b), 10u);
}

TEST(SolanaSchedule, LeadersHoldFourSlotsEachByStake) {
  SolanaSchedule all({}, 3, {1, 3});
  std::uint64_t first = 0;
  for (std::uint64_t slot = 0; slot < 8000; ++slot) {
    EXPECT_EQ(all.leader(slot), all.leader(slot / 4 * 4));
    first += all.leader(slot) == ValidatorIndex{1} ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(first) / 8000, 0.75, 0.04);
  EXPECT_EQ(all.leader(*all.next_of(ValidatorIndex{0}, 77)), ValidatorIndex{0});
}

TEST(SolanaSealBytes, ComeBackAndRefuseWhatIsTooLongOrOutOfOrder) {
  SolanaSeal seal;
  seal.slot = 77;
  seal.votes = {{9, only(0), 5}, {7, only(1), 6}};
  const auto back = SolanaSeal::read(seal.bytes(3), 3);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->bytes(3), seal.bytes(3));
  EXPECT_FALSE(SolanaSeal::read(seal.bytes(3) + "x", 3));
  EXPECT_FALSE(SolanaSeal::read(seal.bytes(3), 9));
  std::swap(seal.votes[0], seal.votes[1]);
  EXPECT_FALSE(SolanaSeal::read(seal.bytes(3), 3));
}

TEST(Solana, ABlockComesEverySlotAndIsFinalThirtyTwoBlocksLater) {
  EngineNetwork network(options(6));
  network.advance(seconds(60));
  EXPECT_GE(network.height(0), 148u);
  EXPECT_GE(network.final_height(0) + 35, network.height(0));
  EXPECT_LE(network.final_height(0) + 31, network.height(0));
}

TEST(Solana, TheSlotsOfACrashedLeaderAreSkipped) {
  EngineNetwork network(options(6));
  network.advance(seconds(20));
  network.crash(2);
  network.advance(seconds(100));
  const double made = static_cast<double>(network.height(0)) / 300;
  EXPECT_GT(made, 0.75);
  EXPECT_LT(made, 0.95);
  EXPECT_GE(network.final_height(0) + 40, network.height(0));
}

TEST(Solana, WithoutTwoThirdsOfTheStakeBlocksComeAndNothingIsFinal) {
  EngineNetwork network(options(6));
  network.advance(seconds(30));
  network.crash(0);
  network.crash(1);
  network.advance(seconds(2));
  const Height final = network.final_height(3);
  network.advance(seconds(60));
  EXPECT_GT(network.height(3), final + 100);
  EXPECT_LE(network.final_height(3), final + 4);
  EXPECT_TRUE(network.makes_progress(seconds(400)));
}

TEST(Solana, AnEvenSplitHealsWhenTheLockOutsHaveExpired) {
  EngineNetwork network(options(4));
  network.advance(seconds(30));
  network.partition({{0, 1}, {2, 3}});
  network.advance(seconds(60));
  EXPECT_TRUE(network.makes_progress(seconds(400)));
  EXPECT_TRUE(network.violations().empty());
}

TEST(Solana, VotesGoToLeadersAndNotToAll) {
  EngineNetworkOptions many = options(30);
  EngineNetwork network(many);
  std::uint64_t votes = 0;
  network.tamper([&](std::uint32_t from, std::uint32_t, const ConsensusMessage& message) {
    if (const auto* vote = std::get_if<TreeVote>(&message)) {
      ++votes;
      EXPECT_EQ(vote->voter.value, from);  // nobody passes votes on
    }
    return std::optional(message);
  });
  network.advance(seconds(40));
  EXPECT_GT(votes, 100u * 29);
  EXPECT_LT(votes, 100u * 29 * 2);
}

// A first block as the leader of its slot makes it, for tests to spoil.
struct Draft {
  Proposal proposal;
  SolanaSeal seal;
  ProposalPtr signed_by(ValidatorIndex signer) {
    proposal.seal.clear();
    Proposal content = proposal;
    content.proposer = signer;
    proposal.seal = signed_seal(1, content, seal.bytes(4));
    return make_proposal(proposal);
  }
};

Draft first_block(std::uint64_t slot) {
  Draft draft;
  draft.proposal.height = 1;
  draft.proposal.proposer = schedule(4).leader(slot);
  draft.proposal.time = Instant{} + milliseconds(400) * static_cast<std::int64_t>(slot + 1);
  draft.seal.slot = slot;
  return draft;
}

TEST(Solana, HostileBlocksAreRefused) {
  EngineNetwork network(options(4));
  for (std::uint32_t v = 0; v < 4; ++v) network.isolate(v);
  const ValidatorIndex leader = schedule(4).leader(0);
  const std::uint32_t victim = (leader.value + 1) % 4;
  network.advance(milliseconds(390));
  const auto refused = [&](const ProposalPtr& block) {
    network.inject(leader.value, victim, TreeBlock{block});
    return network.height(victim) == 0;
  };
  Draft stranger = first_block(0);
  stranger.proposal.proposer = ValidatorIndex{victim};
  EXPECT_TRUE(refused(stranger.signed_by({victim})));
  EXPECT_TRUE(refused(first_block(0).signed_by({victim})));
  Draft hasty = first_block(0);
  hasty.proposal.time = hasty.proposal.time - nanoseconds(1);
  EXPECT_TRUE(refused(hasty.signed_by(leader)));
  Draft wrong_slot = first_block(0);
  wrong_slot.seal.slot = 1;
  EXPECT_TRUE(refused(wrong_slot.signed_by(leader)));
  Draft votes_for_itself = first_block(0);
  votes_for_itself.seal.votes = {{1, all_of(4), 0}};
  EXPECT_TRUE(refused(votes_for_itself.signed_by(leader)));
  EXPECT_TRUE(refused(make_proposal(first_block(0).proposal)));
  EXPECT_FALSE(refused(first_block(0).signed_by(leader)));
}

TEST(Solana, VotesInABlockThatNobodyCastAreRefused) {
  EngineNetwork network(options(4));
  network.advance(seconds(4));
  const Height height = network.height(0);
  network.isolate(0);
  const BlockPtr tip = network.durable(0).blocks.back();
  Digest parent;
  for (const BlockPtr& block : network.durable(0).blocks) parent = proposal_digest(*proposal_of(*block, parent));
  const std::uint64_t slot = 10;
  Draft draft;
  draft.proposal.height = height + 1;
  draft.proposal.parent = parent;
  draft.proposal.proposer = schedule(4).leader(slot);
  draft.proposal.time = Instant{} + milliseconds(400) * static_cast<std::int64_t>(slot + 1);
  draft.seal.slot = slot;
  draft.seal.votes = {{height, all_of(4), 12345}};
  network.inject(1, 0, TreeBlock{draft.signed_by(draft.proposal.proposer)});
  EXPECT_EQ(network.height(0), height);
  draft.seal.votes[0].tag_sum = 0;
  for (std::uint32_t v = 0; v < 4; ++v) draft.seal.votes[0].tag_sum += solana_vote_tag(1, ValidatorIndex{v}, parent);
  network.inject(1, 0, TreeBlock{draft.signed_by(draft.proposal.proposer)});
  EXPECT_EQ(network.height(0), height + 1);
}

TEST(Solana, ObserversFollowAndAreSilent) {
  EngineNetworkOptions with = options(4);
  with.observers = 2;
  EngineNetwork network(with);
  network.tamper([&](std::uint32_t, std::uint32_t, const ConsensusMessage& message) {
    if (const auto* vote = std::get_if<TreeVote>(&message)) {
      EXPECT_LT(vote->voter.value, 4u);
    }
    return std::optional(message);
  });
  network.advance(seconds(40));
  EXPECT_GT(network.final_height(5), 50u);
  EXPECT_GE(network.final_height(5) + 2, network.final_height(0));
}

}  // namespace
}  // namespace bsn
