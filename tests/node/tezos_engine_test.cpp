// Emmy+ rule by rule. Names follow "Emmy: seven years of updatable consensus" (Nomadic Labs, 2021).
#include "node/tezos_engine.h"

#include <gtest/gtest.h>

#include "node/signed_seal.h"
#include "node/tezos_rights.h"
#include "tests/dialogues/engine_network.h"

namespace bsn {
namespace {

EngineNetworkOptions options(std::uint32_t validators) {
  EngineNetworkOptions options;
  options.validators = validators;
  options.parameters = SlotParameters{TezosParameters{}, 0};
  return options;
}

TezosRights rights(const EngineNetworkOptions& options) {
  return {TezosParameters{}, options.seed, std::vector<std::uint64_t>(options.validators, 1)};
}

std::uint32_t slots(const TezosLevel& level, const std::vector<bool>& endorsed) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < endorsed.size(); ++i) sum += endorsed[i] ? level.endorsers[i].second : 0;
  return sum;
}

Duration interval(const EngineNetwork& network, Height height) {
  const auto& blocks = network.durable(0).blocks;
  return blocks[height - 1]->header.time - blocks[height - 2]->header.time;
}

// A block on genesis as its proposer would make it, for tests to spoil.
struct Draft {
  Proposal proposal;
  TezosSeal seal;
  ProposalPtr signed_by(std::uint32_t signer) {
    proposal.seal.clear();
    Proposal content = proposal;
    content.proposer = ValidatorIndex{signer};
    proposal.seal = signed_seal(1, content, seal.bytes());
    return make_proposal(proposal);
  }
};

Draft first_block(TezosRights& all, std::uint32_t priority) {
  Draft draft;
  draft.proposal.height = 1;
  draft.proposal.proposer = all.at(1).bakers[priority];
  draft.proposal.time = Instant{} + all.delay(priority, 24);
  draft.seal.priority = priority;
  draft.seal.signatures = CanonicalBytes("bsn/tezos-endorsements/v1").digest();
  return draft;
}

TEST(TezosRights, TheDelayGrowsPerPriorityAndPerMissingEndorsement) {
  const TezosRights all = rights(options(4));
  EXPECT_EQ(all.delay(0, 32), seconds(60));
  EXPECT_EQ(all.delay(0, 24), seconds(60));
  EXPECT_EQ(all.delay(0, 23), seconds(68));
  EXPECT_EQ(all.delay(2, 32), seconds(140));
  EXPECT_EQ(all.delay(1, 0), seconds(60 + 40 + 24 * 8));
}

TEST(TezosRights, AreDrawnByStakeAndTheSameForAll) {
  TezosRights a({}, 7, {1, 3}), b({}, 7, {1, 3});
  std::uint64_t first = 0;
  for (Height level = 1; level <= 2000; ++level) {
    EXPECT_EQ(a.at(level).bakers, b.at(level).bakers);
    first += a.at(level).bakers.front() == ValidatorIndex{1} ? 1 : 0;
    std::uint32_t sum = 0;
    for (const auto& [endorser, count] : a.at(level).endorsers) sum += count;
    EXPECT_EQ(sum, 32u);
  }
  EXPECT_NEAR(static_cast<double>(first) / 2000, 0.75, 0.04);
}

TEST(TezosSealBytes, ComeBackAndRefuseWhatIsTooLongOrShort) {
  const TezosSeal seal{3, {true, false, true, false, false, true, true, false, true}, sha256("x")};
  const auto back = TezosSeal::read(seal.bytes(), 9);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->endorsed, seal.endorsed);
  EXPECT_FALSE(TezosSeal::read(seal.bytes(), 8));
  EXPECT_FALSE(TezosSeal::read(seal.bytes(), 17));
  EXPECT_FALSE(TezosSeal::read(seal.bytes() + "x", 9));
}

TEST(Tezos, WhileAllAreUpABlockComesEveryBlockInterval) {
  EngineNetwork network(options(6));
  network.advance(seconds(60 * 20 + 10));
  ASSERT_GE(network.height(0), 20u);
  for (Height height = 2; height <= 20; ++height) EXPECT_EQ(interval(network, height), seconds(60)) << height;
  EXPECT_EQ(network.final_height(0), network.height(0) - 6);
}

TEST(Tezos, AMissingBakerCostsPrioritiesAndMissingEndorsersTime) {
  EngineNetwork network(options(4));
  network.advance(seconds(130));
  network.crash(3);
  network.advance(seconds(3600));
  TezosRights all = rights(options(4));
  Duration longest{};
  const Height top = network.height(0);
  ASSERT_GT(top, 20u);
  for (Height height = 4; height <= top; ++height) {
    const BlockHeader& header = network.durable(0).blocks[height - 1]->header;
    const ProposalPtr proposal = proposal_of(*network.durable(0).blocks[height - 1], {});
    const TezosLevel parent_level = all.at(height - 1);
    const auto seal = TezosSeal::read(seal_body(*proposal), parent_level.endorsers.size());
    ASSERT_TRUE(seal);
    EXPECT_EQ(all.at(height).bakers[seal->priority], header.proposer);
    EXPECT_EQ(interval(network, height), all.delay(seal->priority, slots(parent_level, seal->endorsed))) << height;
    longest = std::max(longest, interval(network, height));
  }
  EXPECT_GT(longest, seconds(99));
}

TEST(Tezos, ABlockFromTheRightBakerInTimeIsTaken) {
  EngineNetwork network(options(4));
  TezosRights all = rights(options(4));
  network.advance(seconds(59));
  const ProposalPtr block = first_block(all, 0).signed_by(all.at(1).bakers[0].value);
  const std::uint32_t other = (block->proposer.value + 1) % 4;
  network.inject(block->proposer.value, other, TreeBlock{block});
  EXPECT_EQ(network.height(other), 0u);  // early: kept until its time
  network.isolate(other);
  network.advance(milliseconds(501));
  EXPECT_EQ(network.height(other), 1u);
}

TEST(Tezos, HostileBlocksAreRefused) {
  const EngineNetworkOptions four = options(4);
  TezosRights all = rights(four);
  const std::uint32_t baker = all.at(1).bakers[0].value;
  const std::uint32_t victim = (baker + 1) % 4;
  EngineNetwork network(four);
  for (std::uint32_t v = 0; v < 4; ++v) network.isolate(v);
  network.advance(seconds(59));
  const auto refused = [&](const ProposalPtr& block) {
    network.inject(baker, victim, TreeBlock{block});
    return network.height(victim) == 0;
  };
  Draft wrong_priority = first_block(all, 0);
  while (all.at(1).bakers[++wrong_priority.seal.priority].value == baker) {
  }
  wrong_priority.proposal.time = Instant{} + all.delay(wrong_priority.seal.priority, 24);
  EXPECT_TRUE(refused(wrong_priority.signed_by(baker)));
  Draft endless = first_block(all, 0);
  endless.seal.priority = TezosRights::priorities_max;
  EXPECT_TRUE(refused(endless.signed_by(baker)));
  Draft hasty = first_block(all, 0);
  hasty.proposal.time = hasty.proposal.time - nanoseconds(1);
  EXPECT_TRUE(refused(hasty.signed_by(baker)));
  EXPECT_TRUE(refused(first_block(all, 0).signed_by((baker + 2) % 4)));
  Draft false_votes = first_block(all, 0);
  false_votes.seal.signatures = sha256("made up");
  EXPECT_TRUE(refused(false_votes.signed_by(baker)));
  Proposal bare = first_block(all, 0).proposal;
  EXPECT_TRUE(refused(make_proposal(bare)));
  network.advance(milliseconds(990));
  EXPECT_EQ(network.height(victim), 0u);
}

TEST(Tezos, EndorsementsThatNobodySignedAreNotCounted) {
  EngineNetwork network(options(4));
  network.advance(seconds(60));
  const auto forged = [&network](std::uint32_t, std::uint32_t, const ConsensusMessage& message) {
    ConsensusMessage lie = message;
    if (auto* vote = std::get_if<TreeVote>(&lie)) vote->signature = sha256("forged");
    return std::optional(lie);
  };
  network.tamper(forged);
  network.advance(seconds(1000));
  for (Height height = 3; height <= network.height(0); ++height) {
    EXPECT_GT(interval(network, height), seconds(80)) << height;  // only the baker's own endorsements are in it
  }
}

TEST(Tezos, WhoRestartsBakesAndEndorsesNoLevelTwice) {
  std::map<std::pair<std::uint32_t, Height>, Digest> baked, endorsed;
  EngineNetworkOptions deep = options(3);
  deep.parameters = SlotParameters{TezosParameters{.confirmations = 100}, 0};  // all crash most of the time
  EngineNetwork network(deep);
  network.tamper([&](std::uint32_t from, std::uint32_t, const ConsensusMessage& message) {
    if (const auto* block = std::get_if<TreeBlock>(&message); block && block->proposal->proposer.value == from) {
      const Digest digest = proposal_digest(*block->proposal);
      EXPECT_EQ(baked.try_emplace({from, block->proposal->height}, digest).first->second, digest);
    }
    if (const auto* vote = std::get_if<TreeVote>(&message); vote && vote->voter.value == from) {
      EXPECT_EQ(endorsed.try_emplace({from, vote->height}, vote->block).first->second, vote->block);
    }
    return std::optional(message);
  });
  for (std::uint32_t outputs = 0; outputs < 40; ++outputs) {
    network.crash_after(outputs % 3, outputs / 3);
    network.advance(seconds(90));
    network.restart(outputs % 3);
  }
  EXPECT_EQ(network.violations(), std::vector<std::string>{});
  EXPECT_GT(baked.size(), 20u);
  EXPECT_GT(endorsed.size(), 30u);
}

TEST(Tezos, ObserversFollowAndAreSilent) {
  EngineNetworkOptions with = options(4);
  with.observers = 2;
  EngineNetwork network(with);
  std::uint64_t said = 0;
  network.tamper([&](std::uint32_t from, std::uint32_t, const ConsensusMessage& message) {
    const auto* block = std::get_if<TreeBlock>(&message);
    const auto* vote = std::get_if<TreeVote>(&message);
    if (block && block->proposal->proposer.value == from && from >= 4) ++said;
    if (vote && vote->voter.value >= 4) ++said;
    return std::optional(message);
  });
  network.advance(seconds(60 * 12 + 5));
  EXPECT_EQ(network.final_height(5), network.final_height(0));
  EXPECT_GE(network.final_height(5), 5u);
  EXPECT_EQ(said, 0u);
}

}  // namespace
}  // namespace bsn
