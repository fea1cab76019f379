// A permutation of 0 ... n-1 of which any place can be computed alone, in both directions: a Feistel network over the
// next even number of bits, walked until it falls into range (Black and Rogaway, "Ciphers with arbitrary finite
// domains", 2002). The range is at least a quarter of the network's, so that takes four steps in the mean.
#pragma once

#include <bit>
#include <cstdint>

namespace bsn {

class Permutation {
 public:
  Permutation(std::uint32_t n, std::uint64_t key)
      : n_(n), half_((static_cast<std::uint32_t>(std::bit_width(n - 1)) + 1) / 2), key_(key) {}

  std::uint32_t at(std::uint32_t place) const {
    do {
      for (std::uint64_t round = 0; round < rounds; ++round) place = forward(place, round);
    } while (place >= n_);
    return place;
  }

  std::uint32_t place_of(std::uint32_t value) const {
    do {
      for (std::uint64_t round = rounds; round-- > 0;) value = backward(value, round);
    } while (value >= n_);
    return value;
  }

 private:
  static constexpr std::uint64_t rounds = 6;

  std::uint32_t mask() const { return (1u << half_) - 1; }

  // SplitMix64's finalizer over key, round and one half.
  std::uint32_t mix(std::uint32_t half, std::uint64_t round) const {
    std::uint64_t z = key_ + (std::uint64_t{half} << 8 | round) * 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return static_cast<std::uint32_t>(z >> 32) & mask();
  }

  std::uint32_t forward(std::uint32_t x, std::uint64_t round) const {
    const std::uint32_t left = x >> half_, right = x & mask();
    return right << half_ | (left ^ mix(right, round));
  }
  std::uint32_t backward(std::uint32_t x, std::uint64_t round) const {
    const std::uint32_t right = x >> half_, left = (x & mask()) ^ mix(right, round);
    return left << half_ | right;
  }

  std::uint32_t n_;
  std::uint32_t half_;  // bits of one half
  std::uint64_t key_;
};

}  // namespace bsn
