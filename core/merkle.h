// Merkle tree over a list: root, inclusion proof and its check.
//
// The shape and the separation of leaves (0x00) from inner nodes (0x01) are those of RFC 6962 section 2.1, so a leaf
// can never pass for an inner node and a list has exactly one tree.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "core/digest.h"

namespace bsn {

// The hash of a leaf with these bytes, and of an inner node over two subtrees.
Digest merkle_leaf(std::string_view bytes);
Digest merkle_leaf(const Digest& bytes);
Digest merkle_inner(const Digest& left, const Digest& right);

// Root over leaf hashes. An empty list has the root sha256("") (RFC 6962). Cost: one hash per leaf.
Digest merkle_root(std::span<const Digest> leaves);

// The sibling hashes from leaf `index` up to the root; index < leaves.size().
std::vector<Digest> merkle_proof(std::span<const Digest> leaves, std::size_t index);

// Whether `leaf` stands at `index` in the list of `size` leaves with this root. False for a proof that is too long, too
// short or made for another shape.
bool merkle_verify(const Digest& root, const Digest& leaf, std::size_t index, std::size_t size,
                   std::span<const Digest> proof);

}  // namespace bsn
