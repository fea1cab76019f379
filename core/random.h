// Seeded chance: xoshiro256** seeded by SplitMix64, with our own distributions.
//
// The standard library's distributions give other numbers on other implementations; these give the same ones
// everywhere. Sources: Blackman and Vigna, "Scrambled linear pseudorandom number generators" (2018); Steele, Lea and
// Flood, "Fast splittable pseudorandom number generators" (2014).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/time.h"

namespace bsn {

class Random {
 public:
  explicit Random(std::uint64_t seed);

  // An independent stream for the entity `name`: the same whatever else was forked or drawn before, so that adding a
  // city does not change another's luck.
  Random fork(std::string_view name) const;

  // 64 uniform bits.
  std::uint64_t next();

  // Uniform in [0, bound); bound >= 1. Unbiased (Lemire 2019).
  std::uint64_t below(std::uint64_t bound);

  // Uniform in [0, 1), 53 bits.
  double unit();

  // True with probability p; p <= 0 never, p >= 1 always.
  bool chance(double p);

  // Exponential with the given mean (>= 0).
  Duration exponential(Duration mean);

  // Gamma of shape 2 (the sum of two exponentials) with the given mean (>= 0).
  Duration gamma2(Duration mean);

  // Uniform in [low, high]; low <= high.
  Duration between(Duration low, Duration high);

 private:
  std::uint64_t seed_;  // what forks derive from; drawing does not change it
  std::array<std::uint64_t, 4> state_;
};

}  // namespace bsn
