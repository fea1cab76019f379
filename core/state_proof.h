// Proofs about one key of an authenticated state (node/state_tree.h): that it holds a value, or that it is absent.
//
// A proof lists the inner nodes from the root down to the only leaf that could hold the key. It is canonical: the bits
// grow strictly, so there are at most 256 steps; every field is bound by the root; leaves and inner nodes hash in
// domains of their own (0x00, 0x01), so none passes for the other. There is exactly one proof of each fact under a
// root. Absence: the leaf at the end of the key's way is another key's, or the tree is empty.
//
// Bytes, big-endian: 1 byte kind (0 present, 1 another leaf, 2 empty tree), 64 of the other leaf (kind 1 only), 2 bytes
// number of steps, 34 each. So a proof in a tree of n keys takes about 34 log2 n bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"

namespace bsn {

// Bit `bit` (0 ... 255, most significant first) of a path.
inline bool path_bit(const Digest& path, std::uint16_t bit) {
  return (path.bytes[bit / 8U] >> (7 - bit % 8U) & 1) != 0;
}

// SHA-256(0x00 | path | SHA-256(value)), and SHA-256(0x01 | bit as 2 bytes | left | right).
Digest state_leaf(const Digest& path, const Digest& value_digest);
Digest state_inner(std::uint16_t bit, const Digest& left, const Digest& right);

struct StateProof {
  struct Step {
    std::uint16_t bit = 0;
    Digest sibling;
    bool operator==(const Step&) const = default;
  };
  struct Leaf {
    Digest path;
    Digest value_digest;
    bool operator==(const Leaf&) const = default;
  };
  enum class Kind : std::uint8_t { present, other_leaf, empty };

  Kind kind = Kind::empty;
  Leaf other;               // other_leaf: what stands where the key would; else zero
  std::vector<Step> steps;  // from the root down
  bool operator==(const StateProof&) const = default;
};

// Whether the state with this root holds `value` under `key`. A zero root proves nothing.
bool proves_value(const Digest& root, std::string_view key, std::string_view value, const StateProof& proof);

// Whether the state with this root holds nothing under `key`.
bool proves_absence(const Digest& root, std::string_view key, const StateProof& proof);

std::string encode(const StateProof& proof);

// nullopt: these are not the bytes of a proof.
std::optional<StateProof> decode_state_proof(std::string_view bytes);

}  // namespace bsn
