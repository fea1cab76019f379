// The ledger of one chain: executes proposals, seals blocks, remembers what was executed.
//
// Deterministic: the same proposals give the same blocks, roots and receipts on every peer, and replay from genesis
// gives them again. The hash of genesis covers the chain's name and its genesis state, so no block fits two chains.
//
// At most one execution per (project, chain, idempotency key), for ever: a later transaction with a used key gets the
// receipt status `duplicate` and has no effect. The index of used keys is not part of the state root: it follows from
// the blocks, which every peer has executed from genesis.
//
// In a chain that grows as a tree the last blocks may be undone: from keep_undoable() on every block keeps a journal
// until finalise(), and undo_to() makes the ledger what it was, used keys and roots too. Reads of the last final state
// stay possible meanwhile.
//
// Memory grows by about 200 bytes per executed transaction (the index; more if the receipt's value is longer than 15
// bytes), 32 bytes per block, and what the state tree takes: 185 KiB with 1000 accounts. Blocks are not kept. A journal
// takes about 350 bytes per transaction; how many there are the engine bounds (BlockTree::Limits).
// Costs, measured: 4 us per transfer in blocks of 500, 6 us in a block of its own, 0.4 us for an empty block.
// Not for more than one thread.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/block.h"
#include "core/chain_spec.h"
#include "core/result.h"
#include "node/contract.h"
#include "node/digest_map.h"
#include "node/state_history.h"
#include "node/state_tree.h"

namespace bsn {

// Where a transaction stands in the chain and what came of it, the first time it was in a block.
struct Executed {
  Height height = 0;
  std::uint32_t index = 0;
  ReceiptStatus status = ReceiptStatus::ok;  // duplicate: its key had been used with another body
  std::string value;
};

class Ledger {
 public:
  // At genesis.
  explicit Ledger(const ChainSpec& spec);

  Height height() const { return static_cast<Height>(state_roots_.size()) - 1; }
  const Digest& tip() const { return tip_; }             // hash of the last block, or of genesis
  Instant time() const { return time_; }                 // of the last block; 0 at genesis
  ValidatorIndex proposer() const { return proposer_; }  // of the last block; 0 at genesis
  const Digest& state_root() const { return state_roots_.back(); }
  const Digest& state_root(Height at) const { return state_roots_[at]; }  // at <= height()

  // Executes the next proposal (height() + 1) and seals its block. The block's parent is this ledger's tip, its time is
  // the proposal's or, if that lies before, the parent's.
  BlockPtr execute(const Proposal& proposal);

  // Re-executes a block that another peer sealed. Error (corrupt), and nothing changed, unless height, parent, time,
  // roots, receipts and hash come out as it says.
  Result<Done> apply(const Block& block);

  // From here on blocks can be undone. Before, and without it, every block is final at once.
  void keep_undoable() { undoable_ = true; }

  // The last block that can't be undone.
  Height final_height() const { return height() - journals_.size(); }

  // Blocks up to here are not undone any more; between final_height() and height().
  void finalise(Height up_to);

  // Undoes the blocks above `keep`; between final_height() and height().
  void undo_to(Height keep);

  // What came of a transaction; nullptr: not in any block here. Valid until the next block.
  const Executed* find(const Digest& transaction) const;

  // The transaction that used this key (key_digest) first; nullopt: none.
  std::optional<Digest> find_key(const Digest& key) const;

  // Answers a read that passed check_contract_call, from the state after the last block.
  ContractOutcome query(const Call& call) const;

  // The same, from the state after the block at final_height().
  ContractOutcome query_final(const Call& call) const;

  const StateTree& state() const { return state_; }

 private:
  // What undoes one block.
  struct Journal {
    std::vector<StateUndo> writes;
    std::vector<Digest> transactions;  // added to executed_
    std::vector<Digest> keys;          // added to by_key_
    Digest tip;                        // before the block, as the next two
    Instant time;
    ValidatorIndex proposer;
  };

  // Executes the block's transactions; fills in its receipts, roots and hash.
  Journal run(Block& block);
  Receipt run_one(const Transaction& transaction, Height height, std::uint32_t index, Journal& journal);
  void undo(const Journal& journal);
  void advance(const Block& block, Journal journal);

  StateTree state_;
  std::vector<Digest> state_roots_;  // by height
  Digest tip_;
  Instant time_;
  ValidatorIndex proposer_;
  DigestMap<Executed> executed_;  // by transaction id
  DigestMap<Digest> by_key_;      // key_digest -> transaction id
  bool undoable_ = false;
  std::deque<Journal> journals_;  // of the blocks above final_height(), oldest first
  StateHistory history_;          // of the same blocks
};

// How a peer gets its ledger at genesis: Ledger(spec), unless a host of many peers has one to copy.
using MakeLedger = std::function<Ledger(const ChainSpec&)>;
Ledger make_ledger(const ChainSpec& spec);

// The reply to a submit whose transaction is in a block.
Reply reply_of(const Ledger& ledger, const Digest& transaction, const Executed& executed);

// The reply to a submit whose key was used with another body.
Reply key_reused(const Digest& transaction);

}  // namespace bsn
