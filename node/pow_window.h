// NC-Max's two-step confirmation: what a block may commit was proposed some blocks before.
//
// Source: Nervos RFC 0020, "Two-Step Transaction Confirmation", definitions 1, 3 and 4. A transaction is proposed at a
// height when its short id is in the proposal zone of the chain's block there or of that block's uncles; a block at
// height h may hold it when it was proposed in [h - far, h - close]. close is at least 1 here: a block does not commit
// what it proposes itself. To use its room it is offered more than one block's worth. Proposals of what is unknown,
// done or refused are harmless.
#pragma once

#include <vector>

#include "core/engine_pow.h"
#include "node/pow_ancestry.h"

namespace bsn {

class PowWindow {
 public:
  // The least number of blocks from proposal to commitment; at least 1, at most 100.
  static std::uint32_t close(const PowParameters& parameters);

  // How many ancestors it looks at.
  static std::size_t generations(const PowParameters& parameters);

  // Of the block that the ancestry is of.
  PowWindow(const PowParameters& parameters, const PowAncestry& ancestry);

  // Whether the block may hold this transaction.
  bool may_commit(const Digest& transaction) const;

  // Whether there is no need for the block to propose it: a later block may commit it already.
  bool is_on_its_way(const Digest& transaction) const;

 private:
  std::vector<ProposalId> open_;   // sorted: proposed in the window
  std::vector<ProposalId> later_;  // sorted: proposed where the next block's window begins, or above
};

}  // namespace bsn
