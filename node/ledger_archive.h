// What the ledgers of one chain that live in one process know in common: the index of executed transactions and used
// keys, and the outcomes of the last blocks that one of them executed.
//
// Execution is deterministic, so what one ledger found is true for every other that stands on the same parent. Every
// entry names the block that it is of; a ledger looks only at those of its own branch, which makes undoing a block a
// matter of the ledger alone. A ledger copied from another shares its archive; one made from a spec has its own.
//
// Bounds: the index grows (node/executed_index.h), whatever the number of ledgers; what blocks that fell out had
// executed stays in it. Outcomes: the last kept_outcomes; whoever comes later executes itself. Not for more than one
// thread: ledgers of different threads must not share.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/block.h"
#include "node/digest_map.h"
#include "node/executed_index.h"
#include "node/state_overlay.h"
#include "node/state_tree.h"

namespace bsn {

// A block with what its execution did to the state.
struct BlockOutcome {
  BlockPtr block;
  std::vector<StateUndo> writes;     // undo it
  std::shared_ptr<StateTree> state;  // after it, not to be written; null: as before it, or nobody shares the archive
};
using BlockOutcomePtr = std::shared_ptr<const BlockOutcome>;

class LedgerArchive {
 public:
  static constexpr std::size_t kept_outcomes = 1024;

  // What was executed, and which keys were used.
  ExecutedIndex& index() { return index_; }
  const ExecutedIndex& index() const { return index_; }

  // Remembers an outcome, found by what was executed upon which block, and by the hash of the block. Forgets the oldest
  // beyond kept_outcomes.
  void add_outcome(const Digest& proposal, BlockOutcomePtr outcome);
  BlockOutcomePtr outcome_of(const Digest& parent, const Digest& proposal) const;
  BlockOutcomePtr outcome_of(const Digest& block) const;

 private:
  static Digest execution_id(const Digest& parent, const Digest& proposal);

  ExecutedIndex index_;
  DigestMap<BlockOutcomePtr> by_block_;
  DigestMap<Digest> by_execution_;                // -> block
  std::deque<std::pair<Digest, Digest>> recent_;  // (execution, block), oldest first
};

}  // namespace bsn
