#include "node/pow_ancestry.h"

namespace bsn {

PowAncestry::PowAncestry(const BlockTree& tree, const BlockTree::Node& parent, std::size_t generations)
    : height_(parent.height + 1) {
  ProposalPtr ancestor = parent.proposal;
  const BlockTree::Node* node = &parent;
  while (ancestor && ancestors_.size() < generations) {
    ancestors_.push_back(ancestor);
    node = node ? node->parent : nullptr;
    ancestor = node ? node->proposal : tree.known(ancestor->parent);
  }
}

std::optional<Digest> PowAncestry::digest_at(Height height) const {
  if (height + 1 < lowest() || height >= height_) return std::nullopt;
  if (height >= lowest()) return proposal_digest(at(height));
  return ancestors_.empty() ? Digest{} : ancestors_.back()->parent;
}

}  // namespace bsn
