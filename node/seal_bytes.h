// Fixed-width big-endian bytes for what engines seal into blocks or keep on disk: one encoding per value.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/digest.h"
#include "core/time.h"

namespace bsn {

class SealWriter {
 public:
  template <std::unsigned_integral Number>
  SealWriter& put(Number number) {
    for (std::size_t byte = sizeof number; byte-- > 0;) bytes_ += static_cast<char>(number >> (8 * byte) & 0xff);
    return *this;
  }
  SealWriter& put(Instant time) { return put(static_cast<std::uint64_t>(time.ns)); }
  SealWriter& put(const Digest& digest) { return put(digest.view()); }
  SealWriter& put(std::string_view raw) {
    bytes_ += raw;
    return *this;
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Reads what SealWriter wrote. After the first error every read gives zeros; ended_well() is what counts.
class SealReader {
 public:
  explicit SealReader(std::string_view bytes) : rest_(bytes) {}

  template <std::unsigned_integral Number>
  SealReader& get(Number& number) {
    std::uint64_t value = 0;
    for (const char byte : raw(sizeof number)) value = value << 8 | static_cast<std::uint8_t>(byte);
    number = static_cast<Number>(value);
    return *this;
  }
  SealReader& get(Instant& time) {
    std::uint64_t ns = 0;
    get(ns);
    time.ns = static_cast<std::int64_t>(ns);
    return *this;
  }
  SealReader& get(Digest& digest) {
    const std::string_view bytes = raw(digest.bytes.size());
    std::copy(bytes.begin(), bytes.end(), digest.bytes.begin());
    return *this;
  }
  // The next `size` bytes; empty if there are not so many.
  std::string_view raw(std::size_t size) {
    broken_ |= rest_.size() < size;
    if (broken_) return {};
    const std::string_view bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }
  bool ended_well() const { return !broken_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool broken_ = false;
};

}  // namespace bsn
