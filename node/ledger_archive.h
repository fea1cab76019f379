// What the ledgers of one chain that live in one process know in common: the index of executed transactions and used
// keys, and the outcomes of the last blocks that one of them executed.
//
// Execution is deterministic, so what one ledger found is true for every other that stands on the same parent. Every
// entry names the block that it is of; a ledger looks only at those of its own branch, which makes undoing a block a
// matter of the ledger alone. A ledger copied from another shares its archive; one made from a spec has its own.
//
// Bounds: the index grows by about 350 bytes per executed transaction, whatever the number of ledgers; what blocks that
// fell out had executed stays in it. Outcomes: the last kept_outcomes; whoever comes later executes itself.
// Not for more than one thread: ledgers of different threads must not share.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/block.h"
#include "node/digest_map.h"
#include "node/state_overlay.h"
#include "node/state_tree.h"

namespace bsn {

// Where a transaction stands in the chain and what came of it, the first time it was in a block.
struct Executed {
  Height height = 0;
  std::uint32_t index = 0;
  ReceiptStatus status = ReceiptStatus::ok;  // duplicate: its key had been used with another body
  std::string value;
};

// A block with what its execution did to the state.
struct BlockOutcome {
  BlockPtr block;
  std::vector<StateUndo> writes;   // undo it
  std::optional<StateTree> state;  // after it; nullopt: as before it, or nobody shares the archive
};
using BlockOutcomePtr = std::shared_ptr<const BlockOutcome>;

class LedgerArchive {
 public:
  static constexpr std::size_t kept_outcomes = 1024;

  // What a block did first: the transactions that it executed and the keys that it used.
  void add_executed(const Digest& transaction, const Digest& block, Executed executed);
  void add_key(const Digest& key, const Digest& transaction, const Digest& block, Height height);

  // The entry of the branch that `on_branch(height, block hash)` describes; nullptr: none. Valid until the next add.
  template <class OnBranch>
  const Executed* find(const Digest& transaction, const OnBranch& on_branch) const {
    const auto* all = executed_.find(transaction);
    if (all == nullptr) return nullptr;
    for (const Placed& one : *all) {
      if (on_branch(one.executed.height, one.block)) return &one.executed;
    }
    return nullptr;
  }

  // The transaction that used this key first on that branch; nullptr: none did.
  template <class OnBranch>
  const Digest* find_key(const Digest& key, const OnBranch& on_branch) const {
    const auto* all = keys_.find(key);
    if (all == nullptr) return nullptr;
    for (const Used& one : *all) {
      if (on_branch(one.height, one.block)) return &one.transaction;
    }
    return nullptr;
  }

  // Everything known, of all branches, in order.
  std::vector<Digest> transactions() const { return executed_.sorted_keys(); }
  std::vector<Digest> keys() const { return keys_.sorted_keys(); }

  // Remembers an outcome, found by what was executed upon which block, and by the hash of the block. Forgets the oldest
  // beyond kept_outcomes.
  void add_outcome(const Digest& proposal, BlockOutcomePtr outcome);
  BlockOutcomePtr outcome_of(const Digest& parent, const Digest& proposal) const;
  BlockOutcomePtr outcome_of(const Digest& block) const;

 private:
  struct Placed {
    Digest block;
    Executed executed;
  };
  struct Used {
    Digest block;
    Height height = 0;
    Digest transaction;
  };

  static Digest execution_id(const Digest& parent, const Digest& proposal);

  DigestMap<std::vector<Placed>> executed_;  // by transaction id; more than one where branches execute it
  DigestMap<std::vector<Used>> keys_;        // by key digest
  DigestMap<BlockOutcomePtr> by_block_;
  DigestMap<Digest> by_execution_;                // -> block
  std::deque<std::pair<Digest, Digest>> recent_;  // (execution, block), oldest first
};

}  // namespace bsn
