// Proofs about keys of an authenticated state (node/state_tree.h): what they hold, or that they are absent.
//
// A proof is the part of the tree on the ways of the keys that it is about: the inner nodes on them, a hash for each
// side of these that no way takes, and the leaves at their ends; what several ways share stands in it once. It is
// canonical: which nodes it has follows from the root and the keys. Bits grow strictly on the way down, so it is at
// most 256 deep; every field is bound by the root, every hash and leaf is needed; leaves and inner nodes hash in
// domains of their own (0x00, 0x01), so none passes for the other. There is exactly one proof about a set of keys
// under a root. A key is absent when its way ends at another key's leaf, or the tree is empty.
//
// Bytes, big-endian, from the root down, a left side before the right one. A node begins with 2 bytes:
//   0 ... 255  an inner node that branches on this bit; its sides follow, one that no way takes as 32 bytes of hash
//   256        the leaf of the only key whose way ends here; 32 bytes follow, its value's digest
//   257        another leaf: some way ends here that is not its own key's; 32 bytes of path and 32 of digest follow
//   258        the empty tree
// So a proof about k of n keys takes about 34 k (2 + log2 n/k) bytes, and about 70 k when they are numbered in a row.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"

namespace bsn {

// A key that begins with this mark is numbered: its last 8 bytes are a number, big-endian, the rest names what is
// counted. Such keys stand side by side in the tree, so proofs about several of them share most of their ways.
inline constexpr char numbered_mark = '#';
std::string numbered_key(std::string_view name, std::uint64_t number);

// Where a key stands in the tree. SHA-256 of the key; of a numbered one the first 24 bytes of SHA-256 of its mark and
// name, then the number. That two names share those 24 bytes is as good as impossible.
Digest state_path(std::string_view key);

// Bit `bit` (0 ... 255, most significant first) of a path.
inline bool path_bit(const Digest& path, std::uint16_t bit) {
  return (path.bytes[bit / 8U] >> (7 - bit % 8U) & 1) != 0;
}

// SHA-256(0x00 | path | SHA-256(value)), and SHA-256(0x01 | bit as 2 bytes | left | right).
Digest state_leaf(const Digest& path, const Digest& value_digest);
Digest state_inner(std::uint16_t bit, const Digest& left, const Digest& right);

// What a node in the bytes of a proof begins with, if not with its bit.
namespace proof_mark {
inline constexpr std::uint16_t leaf = 256, other_leaf = 257, empty = 258;
}

// SHA-256 of what a key holds; nullopt: it is absent.
using HeldDigest = std::optional<Digest>;

// What the state with this root holds under each of the paths (state_path of the keys), which may repeat. nullopt:
// these are not the bytes of the proof about these paths under this root. A zero root proves nothing, nor does anything
// about no path. Cost: a hash for each node.
std::optional<std::vector<HeldDigest>> proved_values(const Digest& root, std::span<const Digest> paths,
                                                     std::string_view proof);

// The same of one key: that it holds `value`, or nothing.
bool proves_value(const Digest& root, std::string_view key, std::string_view value, std::string_view proof);
bool proves_absence(const Digest& root, std::string_view key, std::string_view proof);

}  // namespace bsn
