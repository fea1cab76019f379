#include "core/random.h"

#include <bit>
#include <cmath>

#include "core/check.h"

namespace bsn {
namespace {

// SplitMix64: one step of the sequence that seeds the generator.
std::uint64_t split_mix(std::uint64_t& x) {
  x += 0x9e3779b97f4a7c15;
  std::uint64_t z = x;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

// FNV-1a: a name's number. Not for hash tables that strangers fill.
std::uint64_t name_number(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

}  // namespace

Random::Random(std::uint64_t seed) : seed_(seed), state_{} {
  std::uint64_t x = seed;
  for (std::uint64_t& word : state_) word = split_mix(x);
}

Random Random::fork(std::string_view name) const {
  std::uint64_t x = seed_ ^ std::rotl(name_number(name), 17);
  return Random(split_mix(x));
}

std::uint64_t Random::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint64_t Random::below(std::uint64_t bound) {
  BSN_CHECK(bound >= 1, "an empty range has no element");
  __extension__ using Wide = unsigned __int128;
  Wide product = static_cast<Wide>(next()) * bound;
  auto low = static_cast<std::uint64_t>(product);
  if (low < bound) {
    const std::uint64_t threshold = -bound % bound;
    while (low < threshold) {  // ends: each turn succeeds with probability > 1/2
      product = static_cast<Wide>(next()) * bound;
      low = static_cast<std::uint64_t>(product);
    }
  }
  return static_cast<std::uint64_t>(product >> 64);
}

double Random::unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

bool Random::chance(double p) { return p > 0 && unit() < p; }

Duration Random::exponential(Duration mean) {
  return {static_cast<std::int64_t>(-std::log1p(-unit()) * static_cast<double>(mean.ns))};
}

Duration Random::gamma2(Duration mean) { return exponential(mean / 2) + exponential(mean / 2); }

Duration Random::between(Duration low, Duration high) {
  BSN_CHECK(low <= high, "an empty range has no element");
  return low + Duration{static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high.ns - low.ns) + 1))};
}

}  // namespace bsn
