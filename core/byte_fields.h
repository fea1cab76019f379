// How engines write what they seal into blocks and what they keep of their votes on a disk: fixed-width big-endian
// fields, one behind the other, without names. Equal values give equal bytes.
//
// Reading behind the end gives zeros and is remembered. Not for more than one thread.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/digest.h"
#include "core/endian.h"
#include "core/time.h"

namespace bsn {

class ByteWriter {
 public:
  ByteWriter& u8(std::uint8_t value) { return number<1>(value); }
  ByteWriter& u16(std::uint16_t value) { return number<2>(value); }
  ByteWriter& u32(std::uint32_t value) { return number<4>(value); }
  ByteWriter& u64(std::uint64_t value) { return number<8>(value); }
  ByteWriter& time(Instant value) { return u64(static_cast<std::uint64_t>(value.ns)); }
  ByteWriter& digest(const Digest& value) { return raw(value.view()); }
  ByteWriter& bits(const std::vector<bool>& set) {  // eight to a byte, the first is the highest; no length
    for (std::size_t at = 0; at < set.size(); at += 8) {
      unsigned byte = 0;
      for (std::size_t i = at; i < std::min(at + 8, set.size()); ++i) byte |= (set[i] ? 0x80u : 0u) >> (i - at);
      u8(static_cast<std::uint8_t>(byte));
    }
    return *this;
  }
  ByteWriter& text(std::string_view value) { return u64(value.size()).raw(value); }  // with its length
  ByteWriter& raw(std::string_view value) {                                          // without
    bytes_ += value;
    return *this;
  }

  ByteWriter& reserve(std::size_t size) {  // for so many bytes in all
    bytes_.reserve(size);
    return *this;
  }

  const std::string& bytes() const { return bytes_; }
  std::string take() { return std::move(bytes_); }  // the last that is done with it

 private:
  template <std::size_t width>
  ByteWriter& number(std::uint64_t value) {
    const auto bytes = big_endian<width>(value);
    bytes_.append(bytes.data(), width);
    return *this;
  }

  std::string bytes_;
};

class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  std::uint8_t u8() { return static_cast<std::uint8_t>(number<1>()); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number<2>()); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number<4>()); }
  std::uint64_t u64() { return number<8>(); }
  Instant time() { return Instant{static_cast<std::int64_t>(u64())}; }
  Digest digest() {
    Digest value;
    fill(value.bytes);
    return value;
  }
  std::vector<bool> bits(std::size_t count) {  // unused bits of the last byte must be zero
    const std::string_view bytes = raw((count + 7) / 8);
    std::vector<bool> set(bytes.empty() ? 0 : count);
    for (std::size_t i = 0; i < bytes.size() * 8; ++i) {
      const bool on = (static_cast<std::uint8_t>(bytes[i / 8]) & 0x80u >> i % 8) != 0;
      if (i < count) set[i] = on;
      failed_ = failed_ || (on && i >= count);
    }
    return set;
  }
  std::string_view text() { return raw(u64()); }
  std::string_view raw(std::uint64_t size) {
    if (size > rest_.size()) {
      failed_ = true;
      rest_ = {};
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  template <std::size_t size>
  void fill(std::array<std::uint8_t, size>& bytes) {
    const std::string_view taken = raw(size);
    if (!taken.empty()) std::memcpy(bytes.data(), taken.data(), taken.size());
  }

  std::size_t left() const { return rest_.size(); }
  bool failed() const { return failed_; }
  // Everything was there, nothing is left over.
  bool complete() const { return !failed_ && rest_.empty(); }

 private:
  template <std::size_t width>
  std::uint64_t number() {
    const std::string_view bytes = raw(width);
    return bytes.empty() ? 0 : from_big_endian<width>(bytes.data());
  }

  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace bsn
