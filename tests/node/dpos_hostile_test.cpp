// Blocks and votes that no honest producer sends, and what a producer does after a restart.
#include <gtest/gtest.h>

#include <algorithm>

#include "node/dpos_engine.h"
#include "tests/dialogues/engine_network.h"

namespace bsn {
namespace {

using Finality = DposParameters::Finality;

// Four producers, turns of one block each second; slot 4 is the first of producer 0.
class Four {
 public:
  explicit Four(Finality finality) : network(options(finality)) {}

  static EngineNetworkOptions options(Finality finality) {
    DposParameters dpos;
    dpos.slot = seconds(1);
    dpos.turn_blocks = 1;
    dpos.finality = finality;
    EngineNetworkOptions options;
    options.validators = 4;
    options.parameters = dpos;
    return options;
  }

  // What it would send: a block on genesis in `slot` by `producer`, signed by `signer`.
  ProposalPtr block(std::uint32_t slot, std::uint32_t producer, std::uint32_t signer, DposSeal seal = {{1}, {}, {}}) {
    Proposal parts{1, {}, Instant{} + seconds(slot), {signer}, {}, {}};
    seal.signature = dpos_block_signature(seed(), parts, seal);
    parts.proposer = {producer};
    parts.seal = encode(seal);
    return make_proposal(std::move(parts));
  }

  // Whether validator 3 takes the block for its own.
  bool accepts(const ProposalPtr& proposal) {
    network.inject(1, 3, TreeBlock{proposal});
    const auto& blocks = network.durable(3).blocks;
    return !blocks.empty() && blocks.back()->hash == proposal_digest(*proposal);
  }

  static std::uint64_t seed() { return EngineNetworkOptions{}.seed; }

  EngineNetwork network;
};

TEST(DposHostile, ABlockIsTakenOnlyInItsProducersSlotWithItsSignature) {
  Four four(Finality::last_irreversible);
  EXPECT_FALSE(four.accepts(four.block(1, 2, 2)));    // slot 1 is producer 1's
  EXPECT_FALSE(four.accepts(four.block(1, 1, 2)));    // signed by another
  EXPECT_FALSE(four.accepts(four.block(100, 0, 0)));  // far in the future
  Proposal between = *four.block(1, 1, 1);
  between.time = between.time + nanoseconds(1);
  EXPECT_FALSE(four.accepts(make_proposal(std::move(between))));
  Proposal garbled = *four.block(1, 1, 1);
  garbled.seal += 'x';
  EXPECT_FALSE(four.accepts(make_proposal(std::move(garbled))));
  EXPECT_TRUE(four.accepts(four.block(1, 1, 1)));
}

TEST(DposHostile, ABlockBelowTheToleranceInTheFutureIsTakenAndALaterOneWaits) {
  Four four(Finality::last_irreversible);
  EXPECT_TRUE(four.accepts(four.block(7, 3, 3)));
  Four other(Finality::last_irreversible);
  const ProposalPtr ninth = other.block(9, 1, 1);
  EXPECT_FALSE(other.accepts(ninth));
  other.network.partition({{0}, {1}, {2}, {3}});
  for (std::uint32_t v = 0; v < 3; ++v) other.network.crash(v);
  other.network.advance(milliseconds(2001));
  EXPECT_EQ(other.network.durable(3).blocks.at(0)->hash, proposal_digest(*ninth));
}

TEST(DposHostile, NobodyConfirmsHeightsThatDoNotExist) {
  Four four(Finality::last_irreversible);
  EXPECT_FALSE(four.accepts(four.block(1, 1, 1, {{2}, {}, {}})));
  EXPECT_FALSE(four.accepts(four.block(1, 1, 1, {{1, 1, 1}, {}, {}})));
  EXPECT_TRUE(four.accepts(four.block(1, 1, 1, {{0}, {}, {}})));
}

// A certificate for the first block with votes of the given producers.
DposCertificate certificate(const Four& four, const ProposalPtr& first, const std::vector<std::uint32_t>& voters) {
  DposCertificate certificate;
  certificate.slot = 1;
  certificate.height = 1;
  certificate.block = proposal_digest(*first);
  certificate.voters.resize(4);
  for (const std::uint32_t voter : voters) {
    TreeVote vote = dpos_vote(1, 1, certificate.block);
    vote.voter = {voter};
    add_signature(certificate.signatures, tree_vote_signature(four.seed(), vote));
    certificate.voters[voter] = true;
  }
  return certificate;
}

ProposalPtr second_block(const Four& four, const ProposalPtr& first, const DposCertificate& certificate) {
  Proposal parts{2, proposal_digest(*first), Instant{} + seconds(2), {2}, {}, {}};
  DposSeal seal{{}, certificate, {}};
  seal.signature = dpos_block_signature(four.seed(), parts, seal);
  parts.seal = encode(seal);
  return make_proposal(std::move(parts));
}

TEST(DposHostile, ACertificateNeedsMoreThanTwoThirdsOfTrueSignatures) {
  Four four(Finality::chained_bft);
  const ProposalPtr first = four.block(1, 1, 1, {});
  ASSERT_TRUE(four.accepts(first));
  EXPECT_FALSE(four.accepts(second_block(four, first, certificate(four, first, {0, 1}))));
  DposCertificate one_more_voter = certificate(four, first, {0, 1});
  one_more_voter.voters[2] = true;
  EXPECT_FALSE(four.accepts(second_block(four, first, one_more_voter)));
  DposCertificate other_block = certificate(four, first, {0, 1, 2});
  other_block.block = sha256("another");
  EXPECT_FALSE(four.accepts(second_block(four, first, other_block)));
  EXPECT_TRUE(four.accepts(second_block(four, first, certificate(four, first, {0, 1, 2}))));
}

TEST(DposHostile, AForgedVoteCountsForNothing) {
  Four four(Finality::chained_bft);
  const ProposalPtr first = four.block(1, 1, 1, {});
  DposVotes votes(4);
  TreeVote vote = dpos_vote(1, 1, proposal_digest(*first));
  for (std::uint32_t v = 0; v < 2; ++v) {
    vote.voter = {v};
    vote.signature = tree_vote_signature(four.seed(), vote);
    EXPECT_EQ(votes.add(vote), std::nullopt);
    EXPECT_EQ(votes.add(vote), std::nullopt);  // twice is once
  }
  TreeVote second = vote;
  second.block = sha256("another");
  EXPECT_EQ(votes.add(second), std::nullopt);
  vote.voter = {2};
  vote.signature = tree_vote_signature(four.seed(), vote);
  const auto complete = votes.add(vote);
  ASSERT_TRUE(complete.has_value());
  EXPECT_TRUE(is_proved(four.seed(), *complete));
}

TEST(DposSeal, HasOneEncoding) {
  DposSeal seal{
      {7, 3, 5}, DposCertificate{9, 4, sha256("b"), {true, false, true, true, true}, sha256("s")}, sha256("x")};
  const auto again = decode_dpos_seal(encode(seal), 5);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->claim, seal.claim);
  EXPECT_EQ(again->certificate, seal.certificate);
  EXPECT_EQ(again->signature, seal.signature);
  EXPECT_EQ(decode_dpos_seal(encode(seal), 4), std::nullopt);  // a vote of a fifth of four producers
  EXPECT_EQ(decode_dpos_seal(encode(seal), 9), std::nullopt);
  const DposMemory memory{5, Instant{6}, 7, 8, 9, sha256("l"), {{3, sha256("o")}, {4, sha256("p")}}};
  EXPECT_EQ(decode_dpos_memory(encode(memory)), memory);
  EXPECT_EQ(decode_dpos_memory("x"), std::nullopt);
}

TEST(DposRestart, ContinuesWhereItStoodAndMakesNoSecondBlockForASlot) {
  for (const Finality finality : {Finality::last_irreversible, Finality::chained_bft}) {
    Four four(finality);
    four.network.advance(seconds(20) + milliseconds(100));
    for (std::uint32_t v = 0; v < 4; ++v) four.network.crash(v);
    const Height final = four.network.final_height(0);
    for (std::uint32_t v = 0; v < 4; ++v) four.network.restart(v);
    EXPECT_EQ(four.network.height(0), 20u);
    four.network.advance(milliseconds(500));
    EXPECT_EQ(four.network.height(0), 20u);  // before slot 21
    four.network.advance(seconds(20));
    EXPECT_EQ(four.network.height(0), 40u);
    EXPECT_GT(four.network.final_height(0), final + 15);
    EXPECT_EQ(four.network.violations(), std::vector<std::string>{});
  }
}

}  // namespace
}  // namespace bsn
