// NC-Max's dynamic difficulty adjustment: epochs whose number of blocks is steered to a rate of orphans.
//
// Source: Nervos RFC 0020, "Dynamic Difficulty Adjustment Mechanism", with the bounds of CKB's
// next_epoch_ext (nervosnetwork/ckb:spec/src/consensus.rs). At the end of epoch i with C_m blocks, C_o uncles in them,
// duration L and difficulty D:
//   (1) hash rate   HPS = D (C_m + C_o) / L, within [1/2, 2] times the last estimate (tau = 2);
//   (2) length      C' = o (1 + o_i) L_ideal C_m / (o_i (1 + o) L), o the target, o_i = C_o / C_m; bounded by
//                   epoch_blocks_min/max and by half and twice C_m. Without uncles: the most it may be;
//   (3) difficulty  D' = HPS L_ideal / ((1 + o') C'), where o' = o, or if C' met a bound, what o_i lets expect at C':
//                   1/o' = (1 + o_i) L_ideal C_m / (o_i L C') - 1 (o' = o if that is not positive, 0 without uncles).
//                   This is the RFC's equation (7) in terms of difficulty = hash space / target.
// The first epoch has epoch_duration / interval blocks of the start difficulty, its duration counts from its first
// block, and the first estimate of the hash rate is bounded by nothing. Rewards are left out.
#pragma once

#include <cstdint>

#include "node/pow_difficulty.h"

namespace bsn {

// As next_state, of nc_max.
PowState next_epoch_state(const PowParameters& parameters, const PowParent& parent, Instant time, std::uint32_t uncles);

}  // namespace bsn
