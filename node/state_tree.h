// The authenticated key-value state of a chain: a compact binary trie (a crit-bit tree) over the paths of the keys.
//
// Shape and hashes:
//   path  = SHA-256(key), or, where keys are numbered, next to one another (state_path in core/state_proof.h); the tree
//           branches on its bits, most significant first
//   leaf  = SHA-256(0x00 | path | SHA-256(value)), so that a proof of absence need not carry another key's value
//   inner = SHA-256(0x01 | bit as 2 bytes | left | right), `bit` being the first bit in which the two sides differ
//   root of the empty tree = SHA-256("")
// The shape follows from the set of keys alone, so the root does not depend on the order of writes. Because an inner
// node commits to its bit, the way that a key's bits choose from the root down ends at the only leaf that could hold
// the key: that leaf with its siblings proves presence when its path is the key's, and absence when it is not.
//
// Costs: a write O(depth) pointer steps and no hash of inner nodes; root() hashes each node above a changed leaf once,
// so t changes among n keys cost O(t log n) hashes. Depth is about log2 n, at most 256. Memory: about 180 bytes a key,
// plus key and value where they are longer than 15 bytes; a copy of a tree shares what neither has written since.
// In a tree that is larger than the caches each step of a way waits for memory: warm() lets many ways wait together.
// Not for more than one thread.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "core/state_proof.h"
#include "node/shared_vector.h"

namespace bsn {

class ByteWriter;

class StateTree {
 public:
  // Where a key stands. Callers that read and then write one key compute it once.
  static Digest path_of(std::string_view key) { return state_path(key); }

  // The value under `path`; nullopt: none. Valid until the next write.
  std::optional<std::string_view> get(const Digest& path) const;

  // Sets or replaces; `path` is path_of(key). Fewer than 2^31 keys.
  void set(const Digest& path, std::string_view key, std::string_view value);

  // Removes; nothing happens when there is no such key.
  void erase(const Digest& path);

  // Over everything in the tree. Hashes what changed since the last call.
  Digest root();

  // The bytes of the proof (core/state_proof.h) of what these paths, at least one, hold under root(), which was called
  // since the last write. O(depth) for each.
  std::string prove(std::span<const Digest> paths) const;
  std::string prove(const Digest& path) const { return prove({&path, 1}); }

  // Brings what lies on the ways of these paths into the caches: for callers that are about to read, write or prove
  // many of them. Changes nothing.
  void warm(std::span<const Digest> paths) const;

  std::size_t size() const { return size_; }

  // Calls `visit` for every key once, in no stated order.
  void for_each(const std::function<void(std::string_view key, std::string_view value)>& visit) const;

 private:
  // A reference to a node: an index into leaves_ (top bit set) or into inners_.
  using Ref = std::uint32_t;
  static constexpr Ref none = 0xffffffff;
  static constexpr Ref leaf_flag = 0x80000000;

  struct Leaf {
    Digest path;
    std::string key;
    std::string value;
    bool used = false;
  };
  struct Inner {
    std::array<Ref, 2> child{none, none};
    std::uint16_t bit = 0;
    std::array<bool, 2> stale{true, true};  // the hash is not that of the child
  };
  // Of an inner node's children: whoever hashes a node or proves something below it needs both, and neither child.
  // They lie apart: going down reads many inner nodes and no hashes.
  using Hashes = std::array<Digest, 2>;

  // A node as that above it holds it, or, for the root, the tree.
  struct Link {
    Ref to = none;
    bool stale = true;
    Digest hash;
  };

  static bool is_leaf(Ref ref) { return (ref & leaf_flag) != 0; }
  const Leaf& leaf(Ref ref) const { return leaves_[ref & ~leaf_flag]; }
  Leaf& edit_leaf(Ref ref) { return leaves_.edit(ref & ~leaf_flag); }
  Ref next(Ref inner, const Digest& path) const;

  // The leaf that the bits of `path` lead to. The tree is not empty.
  Ref closest(const Digest& path) const;
  void mark_stale(const Digest& path);
  Link link_below(Ref inner, bool side) const;  // below none lies the root
  void hang_below(Ref inner, bool side, const Link& link);
  void insert(const Digest& path, Ref fresh, std::uint16_t bit);
  Ref new_leaf(const Digest& path, std::string_view key, std::string_view value);
  Ref new_inner(std::uint16_t bit);
  Digest hash_of(Ref ref);
  void fetch(Ref ref) const;  // into the caches, without waiting
  void warm_few(std::span<const Digest> paths) const;
  // The node `at`, where the ways of the paths at these places come by.
  void prove_node(Ref at, std::span<const Digest> paths, std::span<std::uint32_t> places, ByteWriter& proof) const;

  Link root_;
  std::size_t size_ = 0;
  SharedVector<Leaf, 16> leaves_;
  SharedVector<Inner> inners_;
  SharedVector<Hashes, 16> hashes_;  // by inner node
  std::vector<Ref> free_leaves_;     // erased, to be used again
  std::vector<Ref> free_inners_;
};

}  // namespace bsn
