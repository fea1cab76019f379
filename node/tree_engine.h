// What all families have in common whose chain grows as a tree (dpos, slot, pow): the base class of their engines.
//
// The base hears blocks, holds orphans and asks for their parents, passes on what is new, follows the best branch,
// makes blocks when its family says so, finalises when its family says so, fetches when it is far behind, and starts
// again from the disk. A family says what makes a block valid and how heavy it is, which of two branches is better,
// when it makes a block and what it seals into it, up to where the best chain is final, and what its votes mean.
//
// The order in which a family is asked, for each block that is new here:
//   check -> (added to the tree, passed on) -> on_block -> better ... -> Reorganise -> on_best_chain -> final_height.
// An own block: produce() -> WantBatch -> choose -> seal -> Reorganise -> spread: it is stored before it is sent.
//
// Bounds: those of BlockTree and Gossip; blocks that came too early: early_max, the latest gives way; a block that is
// more than fetch_distance heights above the own tip is not waited for: final blocks are fetched instead. So a peer
// that is less far behind must get every block from its neighbours, hence final ones are kept as long (kept_final), and
// so are orphans. A missing block is asked for again after ask_again at the earliest: else each of the blocks that
// answer one request, while they are orphans, would cause another. An offered block is asked of the first who offers
// it; of the next one after offer_again, and of the last offers_max such blocks the oldest is forgotten. Not for more
// than one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "node/block_tree.h"
#include "node/consensus_engine.h"
#include "node/gossip.h"

namespace bsn {

class TreeEngine : public ConsensusEngine {
 public:
  void step(Instant now, const EngineInput& input, std::vector<EngineOutput>& out) final;
  void advance_to(Instant now, std::vector<EngineOutput>& out) final;
  std::optional<Instant> next_wakeup() const final;
  bool forwards_to_leader_only() const override { return false; }
  bool grows_a_tree() const final { return true; }
  void set_peers(const std::vector<ValidatorIndex>& peers) final;

 protected:
  using Outputs = std::vector<EngineOutput>;
  using Node = BlockTree::Node;

  static constexpr std::size_t early_max = 64;
  static constexpr Height fetch_distance = 512;
  static constexpr Duration ask_again = milliseconds(500);  // longer than a round trip
  static constexpr Duration fetch_again = seconds(10);
  static constexpr Duration offer_again = seconds(10);  // longer than a large block takes over a slow line
  static constexpr std::size_t offers_max = 1024;

  // `weigh` gives every block its weight, stored ones in the constructor too: it must not need the derived object.
  TreeEngine(const EngineConfig& config, const DurableState& durable, BlockTree::Weigh weigh);

  // ---- what a family says ----

  // What check() finds: valid, invalid for ever, or not yet: hear it again at `when`.
  struct Verdict {
    enum class Kind : std::uint8_t { valid, invalid, early } kind = Kind::invalid;
    Instant when{};
    static Verdict valid() { return {Kind::valid, {}}; }
    static Verdict invalid() { return {}; }
    static Verdict early(Instant when) { return {Kind::early, when}; }
  };

  // Whether this proposal may stand on this parent. Height, parent and time order were checked.
  virtual Verdict check(Instant now, const Proposal& proposal, const Node& parent) = 0;

  // Whether the branch that ends in a is strictly better than that which ends in b. Of equals the first seen stays.
  virtual bool better(const Node& a, const Node& b) const { return a.total > b.total; }

  // Where the best chain ends: a tip, unless a family follows votes instead of weights. Not an ancestor of the present.
  virtual const Node& best_tip() const;

  // Up to where the best chain is final now; not above its tip. What was final before stays so anyway.
  virtual Height final_height() = 0;

  // How many blocks' worth of transactions it wants to be offered for one.
  virtual std::uint32_t blocks_wanted() const { return 1; }

  // Of the transactions offered, those that may go into a block on the present tip (in order).
  virtual std::vector<TransactionPtr> choose(std::vector<TransactionPtr> offered) { return offered; }

  // The time of the own block that is made now; never taken before its parent's.
  virtual Instant block_time(Instant now) const { return now; }

  // What the own block on the present tip is sealed with; `time` is the block's.
  virtual std::string seal(Instant time, const std::vector<TransactionPtr>& offered) = 0;

  // A block is in the tree, from others or own; the best chain may move because of it.
  virtual void on_block(Instant, const Node&, Outputs&) {}

  // The best chain has another tip than before; what is put out now happens after the ledger has sealed and stored it.
  virtual void on_best_chain(Instant, Outputs&) {}

  // Whether a vote is what it says it is; a family that puts many votes into one message says how that is signed.
  virtual bool is_genuine(const TreeVote& vote) const { return is_signed(vote); }

  // A genuine vote; heard for the first time or again. See spread_vote.
  virtual void on_vote(Instant, ValidatorIndex /*from*/, const TreeVote&, Outputs&) {}

  // Its own clock.
  virtual void on_timer(Instant, Outputs&) {}
  virtual std::optional<Instant> timer() const { return std::nullopt; }

  // Passes a block on that was made here (`from`: nullopt) or heard first: to all neighbours but who sent it.
  virtual void spread_block(const ProposalPtr& proposal, std::optional<ValidatorIndex> from, Outputs& out);

  // The mempool has this much for it.
  virtual void on_work(Instant, const WorkWaiting&, Outputs&) {}

  // ---- what a family asks for ----

  // Makes a block on the present tip now. Only for a validator.
  void produce(Instant now, Outputs& out);

  // Follows the best branch and finalises what has become final; for a family whose votes changed either.
  void follow_best(Instant now, Outputs& out);

  // The same by its digest: who lacks the block asks for it.
  void offer_block(const ProposalPtr& proposal, std::optional<ValidatorIndex> from, Outputs& out);

  // Passes a vote on that was heard first; false: it was known. `from`: nullopt for an own vote.
  bool spread_vote(const TreeVote& vote, std::optional<ValidatorIndex> from, Outputs& out);

  // Signs an own vote.
  TreeVote sign(TreeVote vote) const;
  // Whether the voter is a validator and has signed this.
  bool is_signed(const TreeVote& vote) const;

  const BlockTree& tree() const { return tree_; }
  const EngineConfig& config() const { return config_; }
  Random& random() { return config_.random; }
  std::uint64_t stake(ValidatorIndex validator) const { return config_.stake[validator.value]; }
  std::uint64_t total_stake() const { return total_stake_; }

 private:
  void on(Instant now, const MessageArrived& arrived, Outputs& out);
  void on(Instant now, const WorkWaiting& work, Outputs& out);
  void on(Instant now, const BatchOffered& batch, Outputs& out);
  void on(Instant now, const BlockSealed& sealed, Outputs& out);
  void hear(Instant now, ValidatorIndex from, const TreeBlock& block, Outputs& out);
  void hear(Instant now, ValidatorIndex from, const TreeVote& vote, Outputs& out);
  void hear(Instant now, ValidatorIndex from, const TreeRequest& request, Outputs& out);
  void hear(Instant now, ValidatorIndex from, const TreeOffer& offer, Outputs& out);
  template <class Other>
  void hear(Instant, ValidatorIndex, const Other&, Outputs&) {}  // of another family: not for this engine

  void take_in_all(Instant now, ValidatorIndex from, std::vector<ProposalPtr> open, Outputs& out);
  bool take_in(Instant now, ValidatorIndex from, const ProposalPtr& proposal, Outputs& out);
  bool add(Instant now, const ProposalPtr& proposal, Outputs& out);
  void ask_for_what_is_missing(Instant now, ValidatorIndex from, Height heard, Outputs& out);
  std::vector<Digest> missing_and_not_asked_for(Instant now);
  void keep_early(Instant when, ValidatorIndex from, const ProposalPtr& proposal);

  // A block that was asked of the first who offered it.
  struct Taken {
    Instant asked;
    Digest block;
    std::vector<ValidatorIndex> offered_by;  // neighbours: they need no offer of it
  };
  Taken* taken(const Digest& block);

  EngineConfig config_;
  std::uint64_t total_stake_ = 0;
  BlockTree::Weigh weigh_;
  BlockTree tree_;
  Gossip gossip_;
  std::multimap<Instant, std::pair<ValidatorIndex, ProposalPtr>> early_;
  std::deque<std::pair<Instant, Digest>> asked_;  // since ask_again ago, in order of time
  std::deque<Taken> taken_;                       // of offers, since offer_again ago; at most offers_max
  Height fetching_ = 0;                           // final blocks were asked for up to here ...
  Instant fetch_again_at_;                        // ... and are again from here on
};

}  // namespace bsn
