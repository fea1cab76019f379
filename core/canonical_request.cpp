#include "core/canonical_request.h"

namespace bsn {

std::string canonical_bytes(const CanonicalRequest& request) {
  CanonicalBytes bytes("bsn/request/v1");
  bytes.add(request.gateway).add(request.method).add(request.path).add(request.project).add(request.network);
  bytes.add(static_cast<std::uint64_t>(request.timestamp_ns)).add(request.nonce).add(request.idempotency_key);
  bytes.add(request.body);
  return bytes.bytes();
}

}  // namespace bsn
