#include "node/pow_epoch.h"

#include <algorithm>

namespace bsn {
namespace {

// Products below keep under 2^127: epochs have at most 2^21 blocks and 2^23 uncles (uncles_max each) and are aimed at
// one day at most (2^47 ns); an epoch is taken to last at most longest_epoch.
__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t tau = 2;
constexpr Wide parts = 1'000'000;  // the target rate of orphans is taken in millionths
constexpr std::int64_t shortest_epoch = 1'000'000;
constexpr std::int64_t longest_epoch = std::int64_t{1} << 60;
constexpr Wide ns_per_second = 1'000'000'000;

// What is known when an epoch is over.
struct Past {
  Wide blocks;      // C_m
  Wide uncles;      // C_o
  Wide duration;    // L, ns
  Wide ideal;       // L_ideal, ns
  Wide difficulty;  // D
  Wide target;      // o, in millionths
};

Past past_of(const PowParameters& parameters, const PowParent& last) {
  const std::int64_t duration = (last.time - last.state.previous_end).ns;
  return {std::max(last.state.epoch_length, 1u),
          last.state.epoch_uncles,
          static_cast<Wide>(std::clamp(duration, shortest_epoch, longest_epoch)),
          static_cast<Wide>(parameters.epoch_duration.ns),
          std::min(last.state.difficulty, most_difficulty),
          static_cast<Wide>(std::max(parameters.orphan_target * 1e6, 1.0))};
}

// (1), per second.
std::uint64_t hash_rate(const Past& past, std::uint64_t before) {
  Wide rate = past.difficulty * (past.blocks + past.uncles) * ns_per_second / past.duration;
  if (before > 0) rate = std::clamp<Wide>(rate, before / tau, Wide{before} * tau);
  return static_cast<std::uint64_t>(std::clamp<Wide>(rate, 1, Wide{1} << 60));
}

struct Length {
  Wide blocks;  // C'
  bool bounded;
};

// (2).
Length next_length(const PowParameters& parameters, const Past& past) {
  const Wide most = std::min<Wide>(parameters.epoch_blocks_max, past.blocks * tau);
  const Wide least = std::min(most, std::max<Wide>(parameters.epoch_blocks_min, past.blocks / tau));
  if (past.uncles == 0) return {most, true};
  const Wide above = past.target * (past.blocks + past.uncles) * past.ideal / past.uncles * past.blocks;
  const Wide length = above / (parts + past.target) / past.duration;
  return {std::clamp(length, least, most), length < least || length > most};
}

// (3). 1 + o' as a fraction of 2^20.
Wide one_plus_orphan_rate(const Past& past, const Length& length) {
  constexpr Wide one = 1 << 20;
  const Wide aimed_at = one + one * past.target / parts;
  if (!length.bounded) return aimed_at;
  if (past.uncles == 0) return one;
  const Wide x = (past.blocks + past.uncles) * past.ideal / past.uncles * past.blocks;  // 1/o' = x / y - 1
  const Wide y = past.duration * length.blocks;
  return x <= y ? aimed_at : one * (x >> 20) / std::max<Wide>((x - y) >> 20, 1);
}

std::uint64_t next_difficulty(const Past& past, const Length& length, std::uint64_t rate) {
  const Wide work = Wide{rate} * past.ideal / ns_per_second / length.blocks;
  return static_cast<std::uint64_t>(
      std::clamp<Wide>((work << 20) / one_plus_orphan_rate(past, length), least_difficulty, most_difficulty));
}

PowState first_epoch(const PowParameters& parameters, Instant time) {
  PowState state;
  state.difficulty = start_difficulty;
  state.epoch_start = 1;
  const std::int64_t blocks = parameters.epoch_duration.ns / std::max<std::int64_t>(parameters.interval.ns, 1);
  state.epoch_length = static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(blocks, parameters.epoch_blocks_min, parameters.epoch_blocks_max));
  state.previous_end = time;
  return state;
}

PowState next_epoch(const PowParameters& parameters, const PowParent& last) {
  const Past past = past_of(parameters, last);
  const Length length = next_length(parameters, past);
  PowState state;
  state.hash_rate = hash_rate(past, last.state.hash_rate);
  state.difficulty = next_difficulty(past, length, state.hash_rate);
  state.epoch = last.state.epoch + 1;
  state.epoch_start = last.height + 1;
  state.epoch_length = static_cast<std::uint32_t>(length.blocks);
  state.previous_end = last.time;
  return state;
}

}  // namespace

PowState next_epoch_state(const PowParameters& parameters, const PowParent& parent, Instant time,
                          std::uint32_t uncles) {
  PowState state = parent.state;
  if (parent.height == 0) {
    state = first_epoch(parameters, time);
  } else if (parent.height + 1 >= state.epoch_start + state.epoch_length) {
    state = next_epoch(parameters, parent);
  }
  state.uncles = uncles;
  state.epoch_uncles += uncles;
  return state;
}

}  // namespace bsn
