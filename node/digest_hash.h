// Digests as keys of hash tables that are looked up and never walked: order could reach an output.
#pragma once

#include <cstring>

#include "core/digest.h"

namespace bsn {

struct DigestHash {
  std::size_t operator()(const Digest& digest) const noexcept {
    std::size_t first = 0;
    std::memcpy(&first, digest.bytes.data(), sizeof first);
    return first;
  }
};

// What "the same (project, idempotency key)" means: injective, whatever bytes they hold.
inline Digest key_digest(std::string_view project, std::string_view idempotency_key) {
  CanonicalBytes bytes("bsn/key/v1");
  return bytes.add(project).add(idempotency_key).digest();
}

}  // namespace bsn
