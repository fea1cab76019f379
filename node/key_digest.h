// What "the same (project, idempotency key)" means on one chain: injective, whatever bytes both hold.
#pragma once

#include <string_view>

#include "core/digest.h"

namespace bsn {

inline Digest key_digest(std::string_view project, std::string_view idempotency_key) {
  CanonicalBytes bytes("bsn/key/v1");
  return bytes.add(project).add(idempotency_key).digest();
}

}  // namespace bsn
