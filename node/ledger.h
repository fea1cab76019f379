// The ledger of one chain: executes proposals, seals blocks, remembers what was executed.
//
// Deterministic: the same proposals give the same blocks, roots and receipts on every peer, and replay from genesis
// gives them again. The hash of genesis covers the chain's name and its genesis state, so no block fits two chains.
//
// At most one execution per (project, chain, idempotency key), for ever: a later transaction with a used key gets the
// receipt status `duplicate` and has no effect. The index of used keys is not part of the state root: it follows from
// the blocks, which every peer has executed from genesis.
//
// In a chain that grows as a tree the last blocks may be undone: from keep_undoable() on every block keeps what undoes
// it until finalise(), and undo_to() makes the ledger what it was, used keys and roots too. Reads of the last final
// state stay possible meanwhile.
//
// A chain that takes part in cross-chain calls keeps the hashes of its last blocks in its state (core/block_hashes.h).
//
// A copy shares its archive (node/ledger_archive.h) with the original, and so do all copies: what one of them executed
// upon the same parent, the others take over instead of executing it again, state and block object included. That gives
// the same blocks as executing, and lets hundreds of peers of one chain live in one process.
//
// Memory grows by about 105 bytes per executed transaction and its receipt's value (node/executed_index.h, once per
// archive), 64 bytes per block, and what the state tree takes: 185 KiB with 1000 accounts, shared among
// copies that stand at the same block. Blocks are not kept, but for those that may be undone; how many these are the
// engine bounds (BlockTree::Limits).
// Costs, measured: 4 us per transfer in blocks of 500, 6 us in a block of its own, 0.4 us for an empty block; 1 to 2 us
// for any block that another copy has executed.
// Not for more than one thread.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/block.h"
#include "core/chain_spec.h"
#include "core/result.h"
#include "node/contract.h"
#include "node/ledger_archive.h"
#include "node/state_history.h"
#include "node/state_tree.h"

namespace bsn {

class Ledger {
 public:
  // At genesis.
  explicit Ledger(const ChainSpec& spec);

  // A copy that shares nothing with this one, which must be at genesis: it executes everything itself.
  Ledger apart() const;

  Height height() const { return static_cast<Height>(state_roots_.size()) - 1; }
  const Digest& tip() const { return hashes_.back(); }   // hash of the last block, or of genesis
  Instant time() const { return time_; }                 // of the last block; 0 at genesis
  ValidatorIndex proposer() const { return proposer_; }  // of the last block; 0 at genesis
  const Digest& state_root() const { return state_roots_.back(); }
  const Digest& state_root(Height at) const { return state_roots_[at]; }  // at <= height()

  const Digest& block_hash(Height at) const { return hashes_[at]; }  // of genesis at 0; at <= height()

  // Everything this ledger knows, as bytes: equal ledgers give equal ones. Not at genesis, and not where blocks may be
  // undone. Costs about 1 us per transaction ever executed. (ledger_image.cpp)
  std::string image() const;

  // Becomes the ledger of an image, above this height and with these blocks. Error (corrupt), and nothing changed,
  // unless the image is whole, its last block is `block`, its state root is that of the block, and it begins with the
  // blocks of this ledger. What it says was executed before rests on the word of whoever vouched for it.
  Result<Done> restore(std::string_view image, const Digest& block);

  // Executes the next proposal (height() + 1) and seals its block. The block's parent is this ledger's tip, its time is
  // the proposal's or, if that lies before, the parent's.
  BlockPtr execute(const Proposal& proposal);

  // Re-executes a block that another peer sealed. Error (corrupt), and nothing changed, unless height, parent, time,
  // roots, receipts and hash come out as it says.
  Result<Done> apply(const Block& block);

  // From here on blocks can be undone. Before, and without it, every block is final at once.
  void keep_undoable() { undoable_ = true; }

  // The last block that can't be undone.
  Height final_height() const { return height() - open_.size(); }

  // Blocks up to here are not undone any more; between final_height() and height().
  void finalise(Height up_to);

  // Undoes the blocks above `keep`; between final_height() and height().
  void undo_to(Height keep);

  // What came of a transaction; nullopt: not in any block here.
  std::optional<Executed> find(const Digest& transaction) const;

  // The transaction that used this key (key_digest) first; nullopt: none.
  std::optional<Digest> find_key(const Digest& key) const;

  // Answers a read that passed check_contract_call, from the state after the last block.
  ContractOutcome query(const Call& call) const;

  // The same, from the state after the block at final_height().
  ContractOutcome query_final(const Call& call) const;

  const StateTree& state() const { return *state_; }

  // The last block that can't be undone, the state after it, and the headers of those above it, lowest first. Nothing
  // is final at genesis. final_state costs a copy, and undoing what the blocks above wrote.
  const BlockHeader& final_header() const { return header_; }
  StateTree final_state() const;
  std::vector<BlockHeader> open_headers() const;

 private:
  // What executing one block finds, before its hash is known.
  struct Run {
    struct One {
      const Transaction* transaction;
      bool uses_key;  // nobody did before
      Executed executed;
    };
    std::vector<StateUndo> writes;
    std::vector<One> executed;      // in order
    DigestMap<std::size_t> places;  // in executed, of a transaction
    DigestMap<std::size_t> keys;    // in executed, of who used the key
  };

  // A block that may be undone.
  struct Open {
    BlockOutcomePtr outcome;
    Instant time;  // of the ledger before it
    ValidatorIndex proposer;
  };

  // Whether the block of this hash stands at this height here.
  bool holds(Height height, const Digest& block) const { return height <= this->height() && hashes_[height] == block; }

  // Executes the block's transactions; fills in its receipts, roots and hash. The state has changed then.
  Run run(Block& block);
  Receipt run_one(const Transaction& transaction, StateOverlay& state, std::uint32_t index, Run& run);
  std::optional<Executed> first_use(const Digest& key, const Run& run) const;
  // Makes what was executed part of the chain, and known to those who share the archive.
  void adopt(const BlockPtr& block, Run run, const Digest& proposal);
  // The same for what another ledger executed.
  void adopt(const BlockOutcomePtr& outcome);
  void advance(const BlockOutcomePtr& outcome);

  struct Index;
  Index index() const;

  std::shared_ptr<LedgerArchive> archive_ = std::make_shared<LedgerArchive>();
  // For writing: a copy of its own, should others stand at the same state.
  StateTree& edit_state();

  std::shared_ptr<StateTree> state_ = std::make_shared<StateTree>();
  std::vector<Digest> hashes_;       // by height; of genesis first
  std::vector<Digest> state_roots_;  // by height
  Instant time_;
  ValidatorIndex proposer_;
  BlockHeader header_;  // of the last final block
  bool remembers_hashes_ = false;
  bool undoable_ = false;
  std::deque<Open> open_;  // the blocks above final_height(), oldest first
  // What the same blocks wrote; kept from the first read of the final state on, which most peers never see.
  mutable std::optional<StateHistory> history_;
};

// How a peer gets its ledger at genesis: Ledger(spec), unless a host of many peers has one to copy.
using MakeLedger = std::function<Ledger(const ChainSpec&)>;
Ledger make_ledger(const ChainSpec& spec);

// The reply to a submit whose transaction is in a block.
Reply reply_of(const Ledger& ledger, const Digest& transaction, const Executed& executed);

// The reply to a submit whose key was used with another body.
Reply key_reused(const Digest& transaction);

}  // namespace bsn
