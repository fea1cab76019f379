// The nonces of signed requests that were admitted, for as long as their timestamps would be accepted again.
//
// Bounds: `capacity` nonces; when full, signed requests are refused until the oldest have run out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string_view>

#include "core/digest.h"
#include "core/signature.h"

namespace bsn {

struct UsedNonce {
  Digest id;                  // of key and nonce together
  std::int64_t until_ns = 0;  // UNIX time after which the request is too old anyway
};

Digest nonce_id(const PublicKey& key, std::string_view nonce);

class NonceStore {
 public:
  static constexpr std::size_t default_capacity = 500'000;

  explicit NonceStore(std::size_t capacity = default_capacity) : capacity_(capacity) {}

  bool full() const { return ids_.size() >= capacity_; }
  bool contains(const Digest& id) const { return ids_.contains(id); }
  std::size_t size() const { return ids_.size(); }

  void add(const UsedNonce& used);

  // Drops those that have run out.
  void forget(std::int64_t now_unix_ns);

 private:
  std::size_t capacity_;
  std::set<Digest> ids_;
  std::multimap<std::int64_t, Digest> by_end_;
};

}  // namespace bsn
