// Ed25519 signatures (RFC 8032), by OpenSSL: what validators sign and light clients verify, and what signs requests.
//
// A key pair follows from 32 secret bytes. Signing is deterministic: the same key and message give the same bytes, so a
// run that signs can be repeated. What verifying costs, bench/light_client prints.
// A key may be used by several threads.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "core/digest.h"

struct evp_pkey_st;

namespace bsn {

struct PublicKey {
  std::array<std::uint8_t, 32> bytes{};
  auto operator<=>(const PublicKey&) const = default;
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
};

struct Signature {
  std::array<std::uint8_t, 64> bytes{};
  auto operator<=>(const Signature&) const = default;
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
};

class SigningKey {
 public:
  // The secret is the digest's 32 bytes.
  explicit SigningKey(const Digest& secret);

  const PublicKey& public_key() const { return public_key_; }
  Signature sign(std::string_view message) const;

 private:
  std::shared_ptr<evp_pkey_st> key_;
  PublicKey public_key_;
};

// False for a signature that is not of this key and message, and for bytes that are no key.
bool verify(const PublicKey& key, std::string_view message, const Signature& signature);

}  // namespace bsn
