// One BFT engine on the bench: the test plays the other validators, the disk and the mempool.
//
// WantBatch is answered with `mempool`, Decide with a BlockSealed whose hash is the proposal's digest. What was sent,
// decided and asked for is kept, in order.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <vector>

#include "node/bft_engine.h"

namespace bsn {

class OneBftEngine {
 public:
  OneBftEngine(std::uint32_t self, std::uint32_t validators, const BftParameters& parameters);

  // ---- what happens to it ----
  void hear(std::uint32_t from, const ConsensusMessage& message);
  void hear_prevote(std::uint32_t from, std::uint32_t round, const Digest& value);
  void hear_precommit(std::uint32_t from, std::uint32_t round, const Digest& value);
  void hear_proposal(std::uint32_t from, std::uint32_t round, const ProposalPtr& value, std::int64_t valid_round = -1);
  void work(std::uint32_t transactions);
  // A block that was fetched, not decided here; `time` by the proposer's clock, else now.
  void seal(Height height, ValidatorIndex proposer = ValidatorIndex{0}, std::optional<Instant> time = std::nullopt);
  void advance(Duration span);
  // So many seats there are, and these shall vote.
  void set_voters(std::uint32_t seats, const std::vector<ValidatorIndex>& voters) {
    engine_->set_voters(seats, voters);
  }
  // It crashes, and comes back with what was on disk.
  void restart();

  // ---- what it did ----
  std::vector<BftVote> votes;
  std::vector<BftProposal> proposals;
  std::vector<BftDecided> told;  // what it said was decided
  std::vector<ProposalPtr> decided;
  std::vector<FetchBlocks> fetches;
  std::vector<LeaderIs> leaders;
  std::vector<std::uint32_t> helped;  // receivers of messages that were not for all
  bool sent_unsaved = false;          // a vote or proposal left before it was on disk

  DurableState disk;
  std::vector<TransactionPtr> mempool;
  EngineConfig config;
  BlockSealed tip;
  Instant now;

  const BftEngine& engine() const { return *engine_; }
  BftVote last_vote() const { return votes.empty() ? BftVote{} : votes.back(); }

  // A proposal that is valid when `proposer` sends it in its round, with so many transactions.
  ProposalPtr value(std::uint32_t proposer, std::uint32_t transactions = 1) const;

 private:
  void step(const EngineInput& input);
  void take(const std::vector<EngineOutput>& outputs);
  void take_one(const SendConsensus& output);
  void take_one(const PersistConsensus& output) { apply(output.write, disk); }
  void take_one(const WantBatch&) { step(BatchOffered{mempool}); }
  void take_one(const Decide& output);
  void take_one(const Reorganise&) { ADD_FAILURE() << "BFT decides"; }
  void take_one(const Finalise&) { ADD_FAILURE() << "BFT decides"; }
  void take_one(const FetchBlocks& output) { fetches.push_back(output); }
  void take_one(const LeaderIs& output) { leaders.push_back(output); }

  std::unique_ptr<BftEngine> engine_;
};

TransactionPtr test_transaction(std::uint32_t number);

}  // namespace bsn
