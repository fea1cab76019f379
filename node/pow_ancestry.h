// The ancestors of a block of the pow family, as its rules about uncles and proposed transactions ask for them.
//
// A block that is to stand at `height` on a parent has ancestors at height-1, height-2 ... They come from the tree, and
// below its root from the final proposals that the tree keeps, so that a block on a deep fork is checked as any other.
// Costs: one step per generation. Valid as long as the tree is not changed.
#pragma once

#include <optional>
#include <vector>

#include "node/block_tree.h"
#include "node/pow_seal.h"

namespace bsn {

class PowAncestry {
 public:
  // At most so many generations, fewer where the chain begins.
  PowAncestry(const BlockTree& tree, const BlockTree::Node& parent, std::size_t generations);

  Height height() const { return height_; }  // of the block
  // The lowest ancestor that is here; height(): there is none, the parent is genesis.
  Height lowest() const { return height_ - ancestors_.size(); }

  // The ancestor at this height, lowest() <= height < height().
  const Proposal& at(Height height) const { return *ancestors_[height_ - 1 - height]; }

  // The digest of the ancestor at this height; of genesis too. nullopt: not here.
  std::optional<Digest> digest_at(Height height) const;

 private:
  Height height_;
  std::vector<ProposalPtr> ancestors_;  // the parent first
};

}  // namespace bsn
