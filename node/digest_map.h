// A hash table keyed by digests that can be asked, or walked in the order of its keys: its own can reach no output.
//
// Open addressing with linear probing, at most two thirds full: a question mostly costs one look at memory. Memory: up
// to three times that of the entries. Pointers to values are valid until an entry is added or erased. Not for more than
// one thread.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "core/check.h"
#include "core/digest.h"

namespace bsn {

template <class Value>
class DigestMap {
 public:
  // nullptr: no such entry.
  Value* find(const Digest& key) {
    if (slots_.empty()) return nullptr;
    Slot& slot = slots_[place_of(key)];
    return slot.used ? &slot.value : nullptr;
  }
  const Value* find(const Digest& key) const { return const_cast<DigestMap*>(this)->find(key); }

  bool contains(const Digest& key) const { return find(key) != nullptr; }

  // The value of an entry that must be there.
  Value& at(const Digest& key) {
    Value* found = find(key);
    BSN_CHECK(found != nullptr, "the entry is there");
    return *found;
  }

  // The value under `key`, and whether it is the given one (true) or was there before.
  std::pair<Value*, bool> try_emplace(const Digest& key, Value value) {
    if (3 * (size_ + 1) > 2 * slots_.size()) grow();
    Slot& slot = slots_[place_of(key)];
    if (slot.used) return {&slot.value, false};
    slot = Slot{key, std::move(value), true};
    ++size_;
    return {&slot.value, true};
  }

  // Nothing happens when there is no such entry. `key` may lie in the value that goes.
  void erase(const Digest& key) {
    if (slots_.empty()) return;
    std::size_t hole = place_of(key);
    if (!slots_[hole].used) return;
    // What stands behind moves up, as far as its own place allows: no search must end at a hole.
    for (std::size_t at = after(hole); slots_[at].used; at = after(at)) {
      const std::size_t home = home_of(slots_[at].key);
      if (distance(home, at) < distance(hole, at)) continue;
      slots_[hole] = std::move(slots_[at]);
      hole = at;
    }
    slots_[hole] = Slot{};
    --size_;
  }

  std::size_t size() const { return size_; }

  // All keys, in their own order.
  std::vector<Digest> sorted_keys() const {
    std::vector<Digest> keys;
    keys.reserve(size_);
    for (const Slot& slot : slots_) {
      if (slot.used) keys.push_back(slot.key);
    }
    std::sort(keys.begin(), keys.end());
    return keys;
  }

 private:
  struct Slot {
    Digest key{};
    Value value{};
    bool used = false;
  };

  // A digest is as good as random: its first bytes are its hash.
  std::size_t home_of(const Digest& key) const {
    std::uint64_t first = 0;
    std::memcpy(&first, key.bytes.data(), sizeof first);
    return first & (slots_.size() - 1);
  }
  std::size_t after(std::size_t place) const { return (place + 1) & (slots_.size() - 1); }
  std::size_t distance(std::size_t from, std::size_t to) const { return (to - from) & (slots_.size() - 1); }

  // Word by word: this is where most of the time of a question would go.
  static bool equal(const Digest& a, const Digest& b) {
    using Words = std::array<std::uint64_t, sizeof(Digest) / sizeof(std::uint64_t)>;
    Words x, y;
    std::memcpy(x.data(), a.bytes.data(), sizeof x);
    std::memcpy(y.data(), b.bytes.data(), sizeof y);
    return ((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) | (x[3] ^ y[3])) == 0;
  }

  // Where the key is, or the free slot where it belongs.
  std::size_t place_of(const Digest& key) const {
    std::size_t place = home_of(key);
    while (slots_[place].used && !equal(slots_[place].key, key)) place = after(place);
    return place;
  }

  void grow() {
    std::vector<Slot> old(std::max<std::size_t>(4, 2 * slots_.size()));
    old.swap(slots_);
    for (Slot& slot : old) {
      if (slot.used) slots_[place_of(slot.key)] = std::move(slot);
    }
  }

  std::vector<Slot> slots_;  // a power of two of them, or none yet
  std::size_t size_ = 0;
};

}  // namespace bsn
