// One observer of a pow chain on the bench: the test mines for everybody and gives it the blocks.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "node/pow_engine.h"

namespace bsn {

class OnePowEngine {
 public:
  explicit OnePowEngine(const PowParameters& parameters);

  // A block as an honest miner would make it on this parent (null: genesis), with these uncles. `spoil` may change the
  // seal before the work is done, and the block after.
  using Spoil = std::function<void(PowSeal&)>;
  ProposalPtr mine(const ProposalPtr& parent, std::uint32_t miner = 0, const std::vector<ProposalPtr>& uncles = {},
                   const std::vector<TransactionPtr>& transactions = {}, const Spoil& spoil = {}) const;

  // Whether the engine takes this block into its tree: it passes it on then.
  bool takes(const ProposalPtr& block);

  // Of the chain that it follows.
  Digest tip() const { return chain.empty() ? Digest{} : proposal_digest(*chain.back()); }

  void advance_to(Instant when);

  EngineConfig config;
  Instant now{};
  Duration pace = seconds(13);  // from a parent to the block
  std::vector<ProposalPtr> chain;
  Height final_height = 0;
  std::size_t undone = 0;  // blocks
  std::vector<SendConsensus> sent;

 private:
  void take(const std::vector<EngineOutput>& outputs);

  std::unique_ptr<PowEngine> engine_;
};

PowUncle uncle_of(const Proposal& block);

}  // namespace bsn
