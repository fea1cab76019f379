// Whole numbers as big-endian bytes and back: one move and one swap.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace bsn {

inline std::uint64_t swap_to_big_endian(std::uint64_t value) {
  return std::endian::native == std::endian::big ? value : __builtin_bswap64(value);
}

// The lowest `width` bytes of the number, the highest of them first.
template <std::size_t width>
std::array<char, width> big_endian(std::uint64_t number) {
  static_assert(width >= 1 && width <= 8);
  const std::uint64_t swapped = swap_to_big_endian(number << (8 * (8 - width)));
  std::array<char, width> bytes;
  std::memcpy(bytes.data(), &swapped, width);
  return bytes;
}

// The number in `width` bytes.
template <std::size_t width>
std::uint64_t from_big_endian(const char* bytes) {
  static_assert(width >= 1 && width <= 8);
  std::uint64_t swapped = 0;
  std::memcpy(&swapped, bytes, width);
  return swap_to_big_endian(swapped) >> (8 * (8 - width));
}

}  // namespace bsn
