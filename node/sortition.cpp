#include "node/sortition.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/random.h"

namespace bsn {
namespace {

constexpr double normal_from = 32;
constexpr std::uint64_t draws_max = 256;  // more units than that are better by next to nothing

Random stream(const SortitionOf& of) {
  std::uint64_t seed = of.chain_seed;
  for (const std::uint64_t part :
       {std::uint64_t{of.height}, of.period, std::uint64_t{of.step} << 32 | of.voter.value}) {
    seed = Random(seed ^ part).next();
  }
  return Random(seed);
}

std::uint64_t poisson(double u, double mean) {
  double probability = std::exp(-mean);
  double sum = probability;
  std::uint64_t count = 0;
  while (u >= sum && count < 8 * static_cast<std::uint64_t>(normal_from)) {
    ++count;
    probability *= mean / static_cast<double>(count);
    sum += probability;
  }
  return count;
}

}  // namespace

std::uint64_t sortition_weight(const SortitionOf& of, double mean) {
  Random random = stream(of);
  if (mean < normal_from) return poisson(random.unit(), mean);
  const double radius = std::sqrt(-2 * std::log(1 - random.unit()));
  const double normal = radius * std::cos(2 * std::numbers::pi * random.unit());
  return static_cast<std::uint64_t>(std::max(0.0, std::round(mean + std::sqrt(mean) * normal)));
}

std::uint64_t sortition_priority(const SortitionOf& of, std::uint64_t weight) {
  Random random = stream(of);
  random.next();  // the weight was made of these
  random.next();
  std::uint64_t best = std::numeric_limits<std::uint64_t>::max();
  for (std::uint64_t i = 0; i < std::min(weight, draws_max); ++i) best = std::min(best, random.next());
  return best;
}

}  // namespace bsn
