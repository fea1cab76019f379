#include "node/pow_difficulty.h"

#include <algorithm>
#include <limits>

#include "node/pow_epoch.h"

namespace bsn {
namespace {

// DifficultyBoundDivisor, the divisor and the least step of calcDifficultyByzantium.
constexpr std::int64_t bound_divisor = 2'048;
constexpr std::int64_t ticks_per_step = 9;
constexpr std::int64_t least_steps = -99;
constexpr std::int64_t ticks_per_interval = 13;

std::uint64_t byzantium(const PowParameters& parameters, const PowParent& parent, Instant time) {
  const std::int64_t tick = std::max<std::int64_t>(parameters.interval.ns / ticks_per_interval, 1);
  const std::int64_t passed = time.ns / tick - parent.time.ns / tick;
  const std::int64_t y = parent.state.uncles > 0 ? 2 : 1;
  const std::int64_t steps = std::max(y - passed / ticks_per_step, least_steps);
  const auto before = static_cast<std::int64_t>(std::min(parent.state.difficulty, most_difficulty));
  const std::int64_t after = before + before / bound_divisor * steps;
  return std::clamp(static_cast<std::uint64_t>(after), least_difficulty, most_difficulty);
}

}  // namespace

PowState next_state(const PowParameters& parameters, const PowParent& parent, Instant time, std::uint32_t uncles) {
  if (parameters.adjustment == PowParameters::Adjustment::nc_max) {
    return next_epoch_state(parameters, parent, time, uncles);
  }
  PowState state;
  state.difficulty = parent.height == 0 ? start_difficulty : byzantium(parameters, parent, time);
  state.uncles = uncles;
  return state;
}

Duration mean_mining_time(const PowParameters& parameters, std::uint64_t difficulty, std::uint64_t stake,
                          std::uint64_t total_stake) {
  __extension__ using Wide = unsigned __int128;
  const Wide whole_power = static_cast<Wide>(parameters.interval.ns) * difficulty / start_difficulty;
  const Wide longest = std::numeric_limits<std::int64_t>::max() / 1'024;  // leaves room for the draw
  return {static_cast<std::int64_t>(std::min(whole_power * total_stake / stake, longest))};
}

}  // namespace bsn
