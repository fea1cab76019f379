#include "node/state_tree.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "core/byte_fields.h"
#include "core/check.h"
#include "core/prefetch.h"

namespace bsn {
namespace {

// The first bit in which two different paths differ.
std::uint16_t first_difference(const Digest& a, const Digest& b) {
  std::size_t byte = 0;
  while (a.bytes[byte] == b.bytes[byte]) ++byte;
  const auto differing = static_cast<std::uint8_t>(a.bytes[byte] ^ b.bytes[byte]);
  return static_cast<std::uint16_t>(8 * byte + static_cast<std::size_t>(std::countl_zero(differing)));
}

constexpr std::size_t warm_from = 1024;   // keys: a smaller tree is mostly in the caches
constexpr std::size_t ways_at_once = 32;  // about as many as a core can have under way

}  // namespace

std::optional<std::string_view> StateTree::get(const Digest& path) const {
  if (root_.to == none) return std::nullopt;
  const Leaf& found = leaf(closest(path));
  if (found.path != path) return std::nullopt;
  return found.value;
}

void StateTree::set(const Digest& path, std::string_view key, std::string_view value) {
  if (root_.to == none) {
    root_ = {new_leaf(path, key, value), true, {}};
    return;
  }
  const Ref at = closest(path);
  const Leaf& found = leaf(at);
  if (found.path != path) {
    const std::uint16_t bit = first_difference(found.path, path);
    insert(path, new_leaf(path, key, value), bit);
  } else if (found.value != value) {
    edit_leaf(at).value = value;
    mark_stale(path);
  }
}

// What hung beside the leaf takes the place of the node above both.
void StateTree::erase(const Digest& path) {
  if (root_.to == none || leaf(closest(path)).path != path) return;
  mark_stale(path);
  Ref grandparent = none, parent = none, gone = root_.to;
  bool parent_side = false, side = false;
  while (!is_leaf(gone)) {
    grandparent = parent;
    parent = gone;
    parent_side = side;
    side = path_bit(path, inners_[parent].bit);
    gone = inners_[parent].child[side];
  }
  hang_below(grandparent, parent_side, parent == none ? Link{} : link_below(parent, !side));
  if (parent != none) free_inners_.push_back(parent);
  edit_leaf(gone) = Leaf{};
  free_leaves_.push_back(gone);
  --size_;
}

Digest StateTree::root() {
  if (root_.to == none) return sha256("");
  if (root_.stale) root_.hash = hash_of(root_.to);
  root_.stale = false;
  return root_.hash;
}

std::string StateTree::prove(std::span<const Digest> paths) const {
  BSN_CHECK(!paths.empty(), "a proof is about something");
  ByteWriter proof;
  if (root_.to == none) return proof.u16(proof_mark::empty).take();
  BSN_CHECK(!root_.stale, "a proof is under a root");
  const auto depth = static_cast<std::size_t>(std::bit_width(size_ / paths.size()));
  proof.reserve(34 * paths.size() * (depth + 3));  // mostly enough
  std::vector<std::uint32_t> places(paths.size());
  std::iota(places.begin(), places.end(), 0);
  prove_node(root_.to, paths, places, proof);
  return proof.take();
}

void StateTree::warm(std::span<const Digest> paths) const {
  if (size_ < warm_from) return;
  for (std::size_t at = 0; at < paths.size(); at += ways_at_once) {
    warm_few(paths.subspan(at, std::min(ways_at_once, paths.size() - at)));
  }
}

// All go down a step in turn, each asking for its next node without waiting for it.
void StateTree::warm_few(std::span<const Digest> paths) const {
  std::array<Ref, ways_at_once> at;
  at.fill(root_.to);
  for (bool on_way = true; on_way;) {
    on_way = false;
    for (std::size_t i = 0; i < paths.size(); ++i) {
      if (is_leaf(at[i])) continue;
      at[i] = next(at[i], paths[i]);
      fetch(at[i]);
      on_way = true;
    }
  }
  for (std::size_t i = 0; i < paths.size(); ++i) prefetch(leaf(at[i]).value.data(), leaf(at[i]).value.size());
}

void StateTree::fetch(Ref ref) const {
  if (is_leaf(ref)) {
    prefetch(leaf(ref));
  } else {
    prefetch(inners_[ref]);
  }
}

// Recursion ends as in hash_of().
void StateTree::prove_node(Ref at, std::span<const Digest> paths, std::span<std::uint32_t> places,
                           ByteWriter& proof) const {
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
      proof.digest(hashes_[at][side]);
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

StateTree::Link StateTree::link_below(Ref inner, bool side) const {
  if (inner == none) return root_;
  const Inner& one = inners_[inner];
  return {one.child[side], one.stale[side], hashes_[inner][side]};
}

void StateTree::hang_below(Ref inner, bool side, const Link& link) {
  if (inner == none) {
    root_ = link;
    return;
  }
  Inner& one = inners_.edit(inner);
  one.child[side] = link.to;
  one.stale[side] = link.stale;
  if (!link.stale) hashes_.edit(inner)[side] = link.hash;
}

StateTree::Ref StateTree::closest(const Digest& path) const {
  Ref at = root_.to;
  while (!is_leaf(at)) at = next(at, path);
  return at;
}

void StateTree::mark_stale(const Digest& path) {
  root_.stale = true;
  for (Ref at = root_.to; !is_leaf(at); at = next(at, path)) {
    Inner& one = inners_.edit(at);
    one.stale[path_bit(path, one.bit)] = true;
  }
}

// Puts a new inner node with this bit above the first node on the way that branches later, and the leaf below it.
void StateTree::insert(const Digest& path, Ref fresh, std::uint16_t bit) {
  Ref above = none, at = root_.to;
  bool side = false;
  while (!is_leaf(at) && inners_[at].bit < bit) {
    above = at;
    side = path_bit(path, inners_[at].bit);
    at = inners_[at].child[side];
  }
  const Ref made = new_inner(bit);
  const bool own = path_bit(path, bit);
  hang_below(made, own, {fresh, true, {}});
  hang_below(made, !own, link_below(above, side));
  hang_below(above, side, {made, true, {}});
  mark_stale(path);
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
  edit_leaf(index) = Leaf{path, std::string(key), std::string(value), true};
  ++size_;
  return index;
}

StateTree::Ref StateTree::new_inner(std::uint16_t bit) {
  Ref index = none;
  if (free_inners_.empty()) {
    index = static_cast<Ref>(inners_.grow());
    hashes_.grow();
  } else {
    index = free_inners_.back();
    free_inners_.pop_back();
  }
  inners_.edit(index) = Inner{{none, none}, bit, {true, true}};
  return index;
}

// Recursion ends: bits grow on the way down, so the depth is at most 256.
Digest StateTree::hash_of(Ref ref) {
  if (is_leaf(ref)) return state_leaf(leaf(ref).path, sha256(leaf(ref).value));
  const Inner& one = inners_[ref];
  if (!one.stale[0] && !one.stale[1]) return state_inner(one.bit, hashes_[ref][0], hashes_[ref][1]);
  Inner& changed = inners_.edit(ref);
  Hashes& hashes = hashes_.edit(ref);
  if (changed.stale[1]) fetch(changed.child[1]);
  for (const std::size_t side : {0, 1}) {
    if (changed.stale[side]) hashes[side] = hash_of(changed.child[side]);
    changed.stale[side] = false;
  }
  return state_inner(changed.bit, hashes[0], hashes[1]);
}

}  // namespace bsn
