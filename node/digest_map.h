// A hash table keyed by digests that can be asked, or walked in the order of its keys: its own can reach no output.
//
// Costs: one look at memory per question; about 16 bytes per entry beside key and value. Pointers to values stay valid
// until their entry is erased. Not for more than one thread.
#pragma once

#include <algorithm>
#include <cstring>
#include <unordered_map>
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
    const auto found = entries_.find(key);
    return found == entries_.end() ? nullptr : &found->second;
  }
  const Value* find(const Digest& key) const { return const_cast<DigestMap*>(this)->find(key); }

  bool contains(const Digest& key) const { return entries_.contains(key); }

  // The value of an entry that must be there.
  Value& at(const Digest& key) {
    Value* found = find(key);
    BSN_CHECK(found != nullptr, "the entry is there");
    return *found;
  }

  // The value under `key`, and whether it is the given one (true) or was there before.
  std::pair<Value*, bool> try_emplace(const Digest& key, Value value) {
    const auto [at, fresh] = entries_.try_emplace(key, std::move(value));
    return {&at->second, fresh};
  }

  // Nothing happens when there is no such entry.
  void erase(const Digest& key) { entries_.erase(key); }

  std::size_t size() const { return entries_.size(); }

  // All keys, in their own order.
  std::vector<Digest> sorted_keys() const {
    std::vector<Digest> keys;
    keys.reserve(entries_.size());
    for (const auto& entry : entries_) keys.push_back(entry.first);
    std::sort(keys.begin(), keys.end());
    return keys;
  }

 private:
  // A digest is as good as random: its first bytes are its hash.
  struct FirstBytes {
    std::size_t operator()(const Digest& digest) const noexcept {
      std::size_t first = 0;
      std::memcpy(&first, digest.bytes.data(), sizeof first);
      return first;
    }
  };

  std::unordered_map<Digest, Value, FirstBytes> entries_;
};

}  // namespace bsn
