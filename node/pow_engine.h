// The pow family: miners find blocks at random, the heaviest chain wins, a block is final k deep.
//
// Protocol. Every validator is a miner. It draws an exponential time to its next block from its share of the hash power
// (config.stake) and the difficulty of a block on its best tip, and draws again whenever that tip changes: mining has
// no memory. A block found is adopted, stored and gossiped; every peer follows the chain with the greatest sum of
// difficulties, of equals the one seen first, and finalises what is `confirmations` below its tip. Stale blocks become
// uncles of later ones. Two rules set the difficulty:
//   ethash  Ethereum in 2020 (Yellow Paper, section 4.3.4; go-ethereum:consensus/ethash/consensus.go): block by block
//           (pow_difficulty.h), up to two uncles from six generations back (pow_uncles.h);
//   nc_max  Nervos CKB (RFC 0020): epochs steered to a rate of orphans (pow_epoch.h), uncles of the same epoch, and
//           transactions that are proposed first and committed some blocks later (pow_window.h).
//
// Faults. Miners and links may do anything as long as more than half of the hash power mines by the rules and hears
// blocks within a small part of the interval; fault_bound() counts miners of equal power. Work can't be forged, which
// is modelled by a keyed digest (pow_seal.h). A block is refused when its work, difficulty, uncles, transactions'
// window or size are wrong, and waits when its time is more than 15 s ahead (allowedFutureBlockTime of go-ethereum,
// ALLOWED_FUTURE_BLOCKTIME of CKB).
// Finality is k blocks deep and never taken back here. So agreement on final blocks is as good as the choice of k: with
// a partition that lasts for k blocks of either side, both finalise their own, and never agree again. The originals
// would undo even those.
//
// Left out: the puzzle itself, rewards, gas and its voted limit, the difficulty bomb, Ethereum's rule that a block is a
// second younger than its parent, CKB's median time, compact blocks. The time to a block is drawn with the difficulty
// that a block found at once would have; Ethereum's falls by 0.05 % per 9 s of waiting.
//
// Costs per block and peer: some ten digests, and the seals of up to 10 ancestors decoded where blocks hold uncles or
// proposed transactions; no message but the blocks themselves, or an offer to each neighbour, one request and one
// block. Not for more than one thread.
#pragma once

#include <optional>
#include <vector>

#include "core/engine_pow.h"
#include "node/pow_difficulty.h"
#include "node/tree_engine.h"

namespace bsn {

class PowEngine : public TreeEngine {
 public:
  // How far ahead of the own clock a block's time may be.
  static constexpr Duration allowed_future = seconds(15);

  PowEngine(const EngineConfig& config, const DurableState& durable, Instant now);

  std::uint32_t fault_bound() const override { return (config().validators - 1) / 2; }

 private:
  Verdict check(Instant now, const Proposal& proposal, const Node& parent) override;
  Height final_height() override;
  std::uint32_t blocks_wanted() const override;
  std::vector<TransactionPtr> choose(std::vector<TransactionPtr> offered) override;
  std::string seal(Instant time, const std::vector<TransactionPtr>& offered) override;
  void on_best_chain(Instant now, Outputs& out) override;
  void on_timer(Instant now, Outputs& out) override;
  void spread_block(const ProposalPtr& proposal, std::optional<ValidatorIndex> from, Outputs& out) override;
  std::optional<Instant> timer() const override { return due_; }

  bool two_steps() const { return parameters_.adjustment == PowParameters::Adjustment::nc_max; }
  std::size_t generations() const;
  bool within_limits(const Proposal& proposal) const;
  bool is_sealed_right(const Proposal& proposal, const Node& parent) const;
  std::optional<PowParent> parent_of(const Node& node) const;
  std::vector<ProposalId> to_propose(const class PowAncestry& ancestry,
                                     const std::vector<TransactionPtr>& offered) const;
  void draw(Instant now);

  PowParameters parameters_;
  std::optional<Instant> due_;          // of the next own block; nullopt: an observer
  std::vector<TransactionPtr> chosen_;  // for the block that is being sealed
};

}  // namespace bsn
