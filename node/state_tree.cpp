#include "node/state_tree.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "core/byte_fields.h"
#include "core/check.h"

namespace bsn {
namespace {

// The first bit in which two different paths differ.
std::uint16_t first_difference(const Digest& a, const Digest& b) {
  std::size_t byte = 0;
  while (a.bytes[byte] == b.bytes[byte]) ++byte;
  const auto differing = static_cast<std::uint8_t>(a.bytes[byte] ^ b.bytes[byte]);
  return static_cast<std::uint16_t>(8 * byte + static_cast<std::size_t>(std::countl_zero(differing)));
}

}  // namespace

std::optional<std::string_view> StateTree::get(const Digest& path) const {
  if (root_ == none) return std::nullopt;
  const Leaf& found = leaf(closest(path));
  if (found.path != path) return std::nullopt;
  return found.value;
}

void StateTree::set(const Digest& path, std::string_view key, std::string_view value) {
  if (root_ == none) {
    root_ = new_leaf(path, key, value);
    return;
  }
  const Ref at = closest(path);
  const Leaf& found = leaf(at);
  if (found.path != path) {
    const std::uint16_t bit = first_difference(found.path, path);
    insert(path, new_leaf(path, key, value), bit);
  } else if (found.value != value) {
    Leaf& changed = edit_leaf(at);
    changed.value = value;
    changed.stale = true;
    mark_stale(path);
  }
}

void StateTree::erase(const Digest& path) {
  if (root_ == none || leaf(closest(path)).path != path) return;
  mark_stale(path);
  Ref grandparent = none, parent = none, gone = root_;
  while (!is_leaf(gone)) {
    grandparent = parent;
    parent = gone;
    gone = next(gone, path);
  }
  const Ref sibling = parent == none ? none : inners_[parent].child[!path_bit(path, inners_[parent].bit)];
  replace_child(grandparent, path, sibling);
  if (parent != none) free_inners_.push_back(parent);
  edit_leaf(gone) = Leaf{};
  free_leaves_.push_back(gone);
  --size_;
}

Digest StateTree::root() { return root_ == none ? sha256("") : hash_of(root_); }

std::string StateTree::prove(std::span<const Digest> paths) {
  BSN_CHECK(!paths.empty(), "a proof is about something");
  root();  // so that every hash is fresh
  ByteWriter proof;
  if (root_ == none) return proof.u16(proof_mark::empty).take();
  const auto depth = static_cast<std::size_t>(std::bit_width(size_ / paths.size()));
  proof.reserve(34 * paths.size() * (depth + 3));  // mostly enough
  std::vector<std::uint32_t> places(paths.size());
  std::iota(places.begin(), places.end(), 0);
  prove_node(root_, paths, places, proof);
  return proof.take();
}

// Recursion ends as in hash_of().
void StateTree::prove_node(Ref at, std::span<const Digest> paths, std::span<std::uint32_t> places, ByteWriter& proof) {
  if (is_leaf(at)) {
    const Leaf& end = leaf(at);
    const bool alone =
        std::all_of(places.begin(), places.end(), [&](std::uint32_t place) { return paths[place] == end.path; });
    if (alone) {
      proof.u16(proof_mark::leaf);
    } else {
      proof.u16(proof_mark::other_leaf).digest(end.path);
    }
    proof.digest(sha256(end.value));
    return;
  }
  const Inner one = inners_[at];
  proof.u16(one.bit);
  const auto right = std::partition(places.begin(), places.end(),
                                    [&](std::uint32_t place) { return !path_bit(paths[place], one.bit); });
  const std::array<std::span<std::uint32_t>, 2> sides = {std::span(places.begin(), right),
                                                         std::span(right, places.end())};
  for (const std::size_t side : {0, 1}) {
    if (sides[side].empty()) {
      proof.digest(hash_of(one.child[side]));
    } else {
      prove_node(one.child[side], paths, sides[side], proof);
    }
  }
}

void StateTree::for_each(const std::function<void(std::string_view, std::string_view)>& visit) const {
  for (std::size_t i = 0; i < leaves_.size(); ++i) {
    if (leaves_[i].used) visit(leaves_[i].key, leaves_[i].value);
  }
}

StateTree::Ref StateTree::next(Ref inner, const Digest& path) const {
  const Inner& one = inners_[inner];
  return one.child[path_bit(path, one.bit)];
}

// Makes `child` what lies below `inner` on the way of `path`; below none lies the root.
void StateTree::replace_child(Ref inner, const Digest& path, Ref child) {
  if (inner == none) {
    root_ = child;
  } else {
    Inner& one = inners_.edit(inner);
    one.child[path_bit(path, one.bit)] = child;
  }
}

StateTree::Ref StateTree::closest(const Digest& path) const {
  Ref at = root_;
  while (!is_leaf(at)) at = next(at, path);
  return at;
}

void StateTree::mark_stale(const Digest& path) {
  for (Ref at = root_; !is_leaf(at); at = next(at, path)) inners_.edit(at).stale = true;
}

// Puts a new inner node with this bit above the first node on the way that branches later, and the leaf below it.
void StateTree::insert(const Digest& path, Ref fresh, std::uint16_t bit) {
  Ref above = none, at = root_;
  while (!is_leaf(at) && inners_[at].bit < bit) {
    inners_.edit(at).stale = true;
    above = at;
    at = next(at, path);
  }
  const Ref made = new_inner(bit);
  const bool side = path_bit(path, bit);
  Inner& one = inners_.edit(made);
  one.child[side] = fresh;
  one.child[!side] = at;
  replace_child(above, path, made);
}

StateTree::Ref StateTree::new_leaf(const Digest& path, std::string_view key, std::string_view value) {
  Ref index = none;
  if (free_leaves_.empty()) {
    BSN_CHECK(leaves_.size() < leaf_flag - 1, "a state tree holds fewer than 2^31 keys");
    index = static_cast<Ref>(leaves_.grow()) | leaf_flag;
  } else {
    index = free_leaves_.back();
    free_leaves_.pop_back();
  }
  edit_leaf(index) = Leaf{path, {}, std::string(key), std::string(value), true, true};
  ++size_;
  return index;
}

StateTree::Ref StateTree::new_inner(std::uint16_t bit) {
  Ref index = none;
  if (free_inners_.empty()) {
    index = static_cast<Ref>(inners_.grow());
    inner_hashes_.grow();
  } else {
    index = free_inners_.back();
    free_inners_.pop_back();
  }
  inners_.edit(index) = Inner{{none, none}, bit, true};
  return index;
}

// Recursion ends: bits grow on the way down, so the depth is at most 256.
Digest StateTree::hash_of(Ref ref) {
  if (is_leaf(ref)) {
    if (leaf(ref).stale) {
      Leaf& one = edit_leaf(ref);
      one.hash = state_leaf(one.path, sha256(one.value));
      one.stale = false;
    }
    return leaf(ref).hash;
  }
  if (inners_[ref].stale) {
    Inner& one = inners_.edit(ref);
    inner_hashes_.edit(ref) = state_inner(one.bit, hash_of(one.child[0]), hash_of(one.child[1]));
    one.stale = false;
  }
  return inner_hashes_[ref];
}

}  // namespace bsn
