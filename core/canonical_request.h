// The bytes that a caller signs: everything that makes a request this request, so that none of it can be changed, sent
// to another gateway or sent twice.
//
// Length-prefixed and domain-separated (core/digest.h): canonical_bytes(a) == canonical_bytes(b) only for a == b.
#pragma once

#include <cstdint>
#include <string>

#include "core/digest.h"
#include "core/time.h"

namespace bsn {

struct CanonicalRequest {
  std::string gateway;            // which one it is for: the id of its home city
  std::string method;             // of HTTP: "POST"
  std::string path;               // "/bsn.v1.Gateway/Submit"
  std::string project;            // whom the key belongs to
  std::string network;            // "fabric/trade"; empty where a request is about no chain
  std::int64_t timestamp_ns = 0;  // UNIX time
  std::string nonce;              // 16 ... 64 printable ASCII characters that this key never used before
  std::string idempotency_key;    // of a write; else empty
  Digest body;                    // SHA-256 of the request message as sent (inflated, without gRPC's prefix)
  bool operator==(const CanonicalRequest&) const = default;
};

std::string canonical_bytes(const CanonicalRequest& request);

struct SignedRequestLimits {
  // How far a request's timestamp may lie from the gateway's clock, to either side.
  static constexpr Duration window = seconds(30);
  static constexpr std::size_t nonce_bytes_min = 16;
  static constexpr std::size_t nonce_bytes_max = 64;
};

}  // namespace bsn
