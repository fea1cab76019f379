// SHA-256 digests and the canonical bytes that go into them.
//
// Canonical bytes are length-prefixed and domain-separated, so that no two different values give the same bytes
// (a plain concatenation would: "ab"+"c" = "a"+"bc").
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace bsn {

// 32 bytes of SHA-256. The default value, all zero, stands for "none" and is never the digest of anything we accept.
struct Digest {
  std::array<std::uint8_t, 32> bytes{};
  auto operator<=>(const Digest&) const = default;
  bool is_zero() const { return *this == Digest{}; }
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
};

// SHA-256 of `bytes`.
Digest sha256(std::string_view bytes);

// 64 lower-case hex digits, and back. from_hex: nullopt unless exactly 64 hex digits.
std::string to_hex(const Digest& digest);
std::optional<Digest> digest_from_hex(std::string_view hex);

// Builds canonical bytes: every field is written with its length, the first is the domain ("bsn/transaction/v1").
class CanonicalBytes {
 public:
  explicit CanonicalBytes(std::string_view domain) {
    reserve(256);  // mostly enough, so that they do not grow
    add(domain);
  }
  CanonicalBytes& reserve(std::size_t size) {  // for so many bytes in all
    bytes_.reserve(size);
    return *this;
  }
  CanonicalBytes& add(std::string_view field);  // 4-byte length, then the bytes
  CanonicalBytes& add(std::uint64_t number);    // 8 bytes, big-endian
  CanonicalBytes& add(const Digest& digest);    // 32 bytes
  const std::string& bytes() const { return bytes_; }
  Digest digest() const { return sha256(bytes_); }

 private:
  std::string bytes_;
};

// SHA-256 over a stream of bytes of any length. Memory: constant.
class RunningDigest {
 public:
  RunningDigest();
  ~RunningDigest();
  RunningDigest(RunningDigest&&) noexcept;
  RunningDigest& operator=(RunningDigest&&) noexcept;
  RunningDigest copy() const;
  void update(std::string_view bytes);
  // The digest of everything so far; more may follow.
  Digest value() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bsn
