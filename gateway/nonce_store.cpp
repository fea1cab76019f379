#include "gateway/nonce_store.h"

namespace bsn {

Digest nonce_id(const PublicKey& key, std::string_view nonce) {
  return CanonicalBytes("bsn/nonce/v1").add(key.view()).add(nonce).digest();
}

void NonceStore::add(const UsedNonce& used) {
  if (ids_.insert(used.id).second) by_end_.emplace(used.until_ns, used.id);
}

void NonceStore::forget(std::int64_t now_unix_ns) {
  while (!by_end_.empty() && by_end_.begin()->first < now_unix_ns) {
    ids_.erase(by_end_.begin()->second);
    by_end_.erase(by_end_.begin());
  }
}

}  // namespace bsn
