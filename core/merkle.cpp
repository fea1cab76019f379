#include "core/merkle.h"

#include <bit>
#include <string>

#include "core/check.h"

namespace bsn {
namespace {

// RFC 6962: the left subtree holds the largest power of two smaller than the size.
std::size_t left_size(std::size_t size) { return std::bit_floor(size - 1); }

void append_proof(std::span<const Digest> leaves, std::size_t index, std::vector<Digest>& proof) {
  if (leaves.size() == 1) return;
  const std::size_t split = left_size(leaves.size());
  if (index < split) {
    append_proof(leaves.first(split), index, proof);
    proof.push_back(merkle_root(leaves.subspan(split)));
  } else {
    append_proof(leaves.subspan(split), index - split, proof);
    proof.push_back(merkle_root(leaves.first(split)));
  }
}

}  // namespace

Digest merkle_leaf(std::string_view bytes) {
  std::string input(1, '\x00');
  input.append(bytes);
  return sha256(input);
}

Digest merkle_leaf(const Digest& bytes) {
  std::array<char, 33> input;
  input[0] = '\x00';
  bytes.view().copy(input.data() + 1, 32);
  return sha256({input.data(), input.size()});
}

Digest merkle_inner(const Digest& left, const Digest& right) {
  std::array<char, 65> input;
  input[0] = '\x01';
  left.view().copy(input.data() + 1, 32);
  right.view().copy(input.data() + 33, 32);
  return sha256({input.data(), input.size()});
}

Digest merkle_root(std::span<const Digest> leaves) {
  if (leaves.empty()) return sha256("");
  if (leaves.size() == 1) return leaves[0];
  const std::size_t split = left_size(leaves.size());
  return merkle_inner(merkle_root(leaves.first(split)), merkle_root(leaves.subspan(split)));
}

std::vector<Digest> merkle_proof(std::span<const Digest> leaves, std::size_t index) {
  BSN_CHECK(index < leaves.size(), "a proof is about a leaf of the list");
  std::vector<Digest> proof;
  append_proof(leaves, index, proof);
  return proof;
}

bool merkle_verify(const Digest& root, const Digest& leaf, std::size_t index, std::size_t size,
                   std::span<const Digest> proof) {
  if (index >= size) return false;
  if (size == 1) return proof.empty() && leaf == root;
  if (proof.empty()) return false;
  // Walk down from the root's split to know on which side each sibling stands; the last sibling is the topmost.
  std::vector<bool> leaf_is_left;
  while (size > 1) {
    const std::size_t split = left_size(size);
    leaf_is_left.push_back(index < split);
    size = index < split ? split : size - split;
    index = index < split ? index : index - split;
  }
  if (leaf_is_left.size() != proof.size()) return false;
  Digest hash = leaf;
  for (std::size_t i = 0; i < proof.size(); ++i) {
    const bool left = leaf_is_left[proof.size() - 1 - i];
    hash = left ? merkle_inner(hash, proof[i]) : merkle_inner(proof[i], hash);
  }
  return hash == root;
}

}  // namespace bsn
