#include "core/state_proof.h"

#include <algorithm>
#include <numeric>

#include "core/byte_fields.h"
#include "core/endian.h"

namespace bsn {
namespace {

constexpr std::size_t number_bytes = 8;

// Reads a proof from the root down; hashes on the way up.
class Reading {
 public:
  Reading(std::span<const Digest> paths, std::string_view proof) : paths_(paths), reader_(proof), held_(paths.size()) {}

  std::optional<std::vector<HeldDigest>> under(const Digest& root) {
    std::vector<std::uint32_t> all(paths_.size());
    std::iota(all.begin(), all.end(), 0);
    const Digest hash = node(all);
    if (failed_ || !reader_.complete() || hash != root) return std::nullopt;
    return std::move(held_);
  }

 private:
  using Places = std::span<std::uint32_t>;  // in paths_, of those whose way comes by; never none

  const Digest& one_of(Places places) const { return paths_[places.front()]; }

  // Recursion ends: bits grow, so the depth is at most 256.
  Digest node(Places places) {
    const std::uint16_t mark = reader_.u16();
    if (failed_ || reader_.failed()) return fail();
    if (mark == proof_mark::leaf) return leaf(places);
    if (mark == proof_mark::other_leaf) return other_leaf(places);
    if (mark == proof_mark::empty && way_.empty()) return sha256("");
    if (mark >= proof_mark::leaf || (!way_.empty() && mark <= way_.back())) return fail();
    const auto right =
        std::partition(places.begin(), places.end(), [&](std::uint32_t at) { return !path_bit(paths_[at], mark); });
    way_.push_back(mark);
    const Digest zero_side = side({places.begin(), right});
    const Digest one_side = side({right, places.end()});
    way_.pop_back();
    return state_inner(mark, zero_side, one_side);
  }

  Digest side(Places places) { return places.empty() ? reader_.digest() : node(places); }

  bool are_all(Places places, const Digest& path) const {
    return std::all_of(places.begin(), places.end(), [&](std::uint32_t at) { return paths_[at] == path; });
  }

  Digest leaf(Places places) {
    const Digest value = reader_.digest();
    if (!are_all(places, one_of(places))) return fail();
    for (const std::uint32_t at : places) held_[at] = value;
    return state_leaf(one_of(places), value);
  }

  Digest other_leaf(Places places) {
    const Digest path = reader_.digest(), value = reader_.digest();
    // Whoever looks for the leaf's own key comes here, too, and it is not the only one that is looked for.
    const bool on_way = std::all_of(way_.begin(), way_.end(), [&](std::uint16_t bit) {
      return path_bit(path, bit) == path_bit(one_of(places), bit);
    });
    if (!on_way || are_all(places, path)) return fail();
    for (const std::uint32_t at : places) {
      if (paths_[at] == path) held_[at] = value;
    }
    return state_leaf(path, value);
  }

  Digest fail() {
    failed_ = true;
    return {};
  }

  std::span<const Digest> paths_;
  ByteReader reader_;
  std::vector<HeldDigest> held_;
  std::vector<std::uint16_t> way_;  // the bits of the nodes above
  bool failed_ = false;
};

}  // namespace

std::string numbered_key(std::string_view name, std::uint64_t number) {
  const auto bytes = big_endian<number_bytes>(number);
  std::string key;
  key.reserve(1 + name.size() + bytes.size());
  return key.append(1, numbered_mark).append(name).append(bytes.data(), bytes.size());
}

Digest state_path(std::string_view key) {
  const bool numbered = key.size() > number_bytes && key.front() == numbered_mark;
  if (!numbered) return sha256(key);
  const std::string_view number = key.substr(key.size() - number_bytes);
  Digest path = sha256(key.substr(0, key.size() - number_bytes));
  std::copy(number.begin(), number.end(), path.bytes.end() - number_bytes);
  return path;
}

Digest state_leaf(const Digest& path, const Digest& value_digest) {
  std::array<char, 65> input;
  input[0] = '\x00';
  path.view().copy(input.data() + 1, 32);
  value_digest.view().copy(input.data() + 33, 32);
  return sha256({input.data(), input.size()});
}

Digest state_inner(std::uint16_t bit, const Digest& left, const Digest& right) {
  std::array<char, 67> input;
  input[0] = '\x01';
  input[1] = static_cast<char>(bit >> 8);
  input[2] = static_cast<char>(bit & 0xff);
  left.view().copy(input.data() + 3, 32);
  right.view().copy(input.data() + 35, 32);
  return sha256({input.data(), input.size()});
}

std::optional<std::vector<HeldDigest>> proved_values(const Digest& root, std::span<const Digest> paths,
                                                     std::string_view proof) {
  if (root.is_zero() || paths.empty()) return std::nullopt;
  return Reading(paths, proof).under(root);
}

bool proves_value(const Digest& root, std::string_view key, std::string_view value, std::string_view proof) {
  const Digest path = state_path(key);
  const auto held = proved_values(root, {&path, 1}, proof);
  return held && held->front() == sha256(value);
}

bool proves_absence(const Digest& root, std::string_view key, std::string_view proof) {
  const Digest path = state_path(key);
  const auto held = proved_values(root, {&path, 1}, proof);
  return held && !held->front();
}

}  // namespace bsn
