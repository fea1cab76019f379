// Uncles: stale blocks that a later block of the chain refers to.
//
// Kept rules (Ethereum: verifyUncles in go-ethereum:consensus/ethash/consensus.go; Nervos: RFC 0020, definition 2). An
// uncle of a block at height h
//   - has been worked for, and its difficulty is what follows from its parent;
//   - stands at most uncle_depth below h, on an ancestor of the block, and not beside the block itself (height < h);
//   - is no ancestor of the block, and no uncle of an ancestor or twice of the block;
//   - NC-Max: is of the block's epoch.
// A block has at most max_uncles, and at most PowSeal::uncles_max, of them.
//
// Differences: NC-Max knows no depth beside the epoch, and lets an uncle stand on an uncle; here uncle_depth holds for
// both (a stale block is seen within seconds), and the parent is an ancestor. CKB's limit on the size of an uncle's
// proposals is that of any block's. What an uncle's own uncles and transactions were is not told, as in the originals.
#pragma once

#include <cstdint>
#include <vector>

#include "core/engine_pow.h"
#include "node/pow_ancestry.h"

namespace bsn {

class PowUncles {
 public:
  PowUncles(const PowParameters& parameters, std::uint64_t chain_seed, const PowAncestry& ancestry)
      : parameters_(parameters), chain_seed_(chain_seed), ancestry_(ancestry) {}

  // How many ancestors the rules look at.
  static std::size_t generations(const PowParameters& parameters) { return parameters.uncle_depth + std::size_t{1}; }

  // Whether a block with this state may have these uncles.
  bool allows(const PowState& state, const std::vector<PowUncle>& uncles) const;

  // What a block on `parent` can refer to: the lowest first, of one height in order of arrival.
  std::vector<PowUncle> find(const BlockTree::Node& parent) const;

 private:
  std::size_t most() const;
  bool allows(const PowState& state, const PowUncle& uncle) const;
  bool fits(const PowHeader& uncle) const;
  std::vector<Digest> used_works() const;

  const PowParameters& parameters_;
  std::uint64_t chain_seed_;
  const PowAncestry& ancestry_;
};

}  // namespace bsn
