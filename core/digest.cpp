// The low-level SHA256_Init/Update/Final are deprecated in OpenSSL 3 but cost a fraction of EVP, which SHA256() uses
// too: it looks the algorithm up under a lock for every digest. A block is hashed from hundreds of inputs of a hundred
// bytes.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "core/digest.h"

#include <openssl/sha.h>

#include "core/check.h"
#include "core/endian.h"

namespace bsn {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

template <std::size_t width>
void append_big_endian(std::string& out, std::uint64_t number) {
  const auto bytes = big_endian<width>(number);
  out.append(bytes.data(), bytes.size());
}

}  // namespace

Digest sha256(std::string_view bytes) {
  Digest digest;
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, bytes.data(), bytes.size());
  SHA256_Final(digest.bytes.data(), &context);
  return digest;
}

std::string to_hex(const Digest& digest) {
  std::string hex(2 * digest.bytes.size(), '0');
  char* next = hex.data();
  for (const std::uint8_t byte : digest.bytes) {
    *next++ = hex_digits[byte >> 4];
    *next++ = hex_digits[byte & 15];
  }
  return hex;
}

std::optional<Digest> digest_from_hex(std::string_view hex) {
  Digest digest;
  if (hex.size() != 2 * digest.bytes.size()) return std::nullopt;
  for (std::size_t i = 0; i < hex.size(); ++i) {
    const std::size_t nibble = hex_digits.find(hex[i]);
    if (nibble == std::string_view::npos) return std::nullopt;
    digest.bytes[i / 2] = static_cast<std::uint8_t>(digest.bytes[i / 2] << 4 | nibble);
  }
  return digest;
}

CanonicalBytes& CanonicalBytes::add(std::string_view field) {
  BSN_CHECK(field.size() <= 0xffffffff, "a canonical field is shorter than 4 GiB");
  append_big_endian<4>(bytes_, field.size());
  bytes_.append(field);
  return *this;
}

CanonicalBytes& CanonicalBytes::add(std::uint64_t number) {
  append_big_endian<8>(bytes_, number);
  return *this;
}

CanonicalBytes& CanonicalBytes::add(const Digest& digest) {
  bytes_.append(digest.view());
  return *this;
}

struct RunningDigest::State {
  SHA256_CTX context;
};

RunningDigest::RunningDigest() : state_(std::make_unique<State>()) { SHA256_Init(&state_->context); }
RunningDigest::~RunningDigest() = default;
RunningDigest::RunningDigest(RunningDigest&&) noexcept = default;
RunningDigest& RunningDigest::operator=(RunningDigest&&) noexcept = default;

RunningDigest RunningDigest::copy() const {
  RunningDigest other;
  *other.state_ = *state_;
  return other;
}

void RunningDigest::update(std::string_view bytes) { SHA256_Update(&state_->context, bytes.data(), bytes.size()); }

Digest RunningDigest::value() const {
  SHA256_CTX copy = state_->context;
  Digest digest;
  SHA256_Final(digest.bytes.data(), &copy);
  return digest;
}

}  // namespace bsn
