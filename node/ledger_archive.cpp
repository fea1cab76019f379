#include "node/ledger_archive.h"

#include <utility>

namespace bsn {

// A seal may hold what makes two proposals of one parent differ; the pair of digests tells them apart.
Digest LedgerArchive::execution_id(const Digest& parent, const Digest& proposal) {
  Digest id = parent;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) id.bytes[i] ^= proposal.bytes[i];
  return id;
}

void LedgerArchive::add_outcome(const Digest& proposal, BlockOutcomePtr outcome) {
  const Digest id = execution_id(outcome->block->header.parent, proposal);
  const Digest block = outcome->block->hash;
  if (!by_block_.try_emplace(block, std::move(outcome)).second) return;
  by_execution_.try_emplace(id, block);
  recent_.emplace_back(id, block);
  if (recent_.size() <= kept_outcomes) return;
  by_execution_.erase(recent_.front().first);
  by_block_.erase(recent_.front().second);
  recent_.pop_front();
}

BlockOutcomePtr LedgerArchive::outcome_of(const Digest& parent, const Digest& proposal) const {
  const Digest* block = by_execution_.find(execution_id(parent, proposal));
  return block == nullptr ? nullptr : outcome_of(*block);
}

BlockOutcomePtr LedgerArchive::outcome_of(const Digest& block) const {
  const BlockOutcomePtr* outcome = by_block_.find(block);
  return outcome == nullptr ? nullptr : *outcome;
}

}  // namespace bsn
