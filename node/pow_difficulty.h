// How hard the next block of the pow family is, and how long that takes.
//
// Difficulty counts in units of which the whole hash power (the sum of all validators' stakes) does start_difficulty in
// one interval: a validator with the share s of it finds a block of difficulty d after an exponential time with mean
// interval * d / start_difficulty / s. Weights of chains are sums of difficulties; they reach 2^64 after some 10^10
// intervals.
//
// Both rules are computed in whole numbers, the same on every machine:
//   ethash   block by block. Ethereum's Byzantium rule (EIP-100, calcDifficultyByzantium in
//            go-ethereum:consensus/ethash/consensus.go): parent + parent / 2048 * max(y - ticks / 9, -99), y = 2 if the
//            parent has uncles, else 1. Times count in whole ticks; Ethereum's tick is a second, here it is a
//            thirteenth of the interval, which is the same for 13 s. The rule rests where the mean of ticks / 9 is y:
//            12.6 ticks a block without uncles, 13.1 when 6 % of blocks have some. The difficulty bomb, which Muir
//            Glacier (January 2020) put off by four million blocks, is left out.
//   nc_max   epoch by epoch, see pow_epoch.h.
#pragma once

#include <cstdint>

#include "core/engine_pow.h"
#include "node/pow_seal.h"

namespace bsn {

inline constexpr std::uint64_t start_difficulty = 1'000'000'000;
inline constexpr std::uint64_t least_difficulty = 131'072;  // Ethereum's MinimumDifficulty
// A thousand times the start: hash power does not change more, and 2^64 stays far away.
inline constexpr std::uint64_t most_difficulty = 1'000 * start_difficulty;

// The block that the next one stands on. state: of its seal; not looked at for genesis (height 0).
struct PowParent {
  Height height = 0;
  Instant time;
  PowState state;
};

// Of a block with this time and so many uncles. time >= parent.time. The first block has the start difficulty.
PowState next_state(const PowParameters& parameters, const PowParent& parent, Instant time, std::uint32_t uncles);

// The mean time to find a block. difficulty <= most_difficulty; 1 <= stake <= total_stake.
Duration mean_mining_time(const PowParameters& parameters, std::uint64_t difficulty, std::uint64_t stake,
                          std::uint64_t total_stake);

}  // namespace bsn
