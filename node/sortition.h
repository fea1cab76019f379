// Cryptographic sortition, modelled: how many votes a validator has in a committee.
//
// In Algorand (Gilad et al., SOSP 2017, section 5) every unit of stake is drawn into a committee with the same small
// probability, by the owner's VRF. Here a keyed draw that everybody can recompute takes the VRF's place, and stake is
// taken to be divided very finely: the number is Poisson with mean expected * share, and from 32 on a rounded normal.
// Cost: some 100 ns. Not for more than one thread.
#pragma once

#include <cstdint>

#include "core/ids.h"

namespace bsn {

// One draw: which committee, and who asks.
struct SortitionOf {
  std::uint64_t chain_seed = 0;
  Height height = 0;
  std::uint64_t period = 0;
  std::uint32_t step = 0;
  ValidatorIndex voter{};
};

// `mean`: the committee's expected size times the voter's share of the stake.
std::uint64_t sortition_weight(const SortitionOf& of, double mean);

// The best of a proposer's credentials, one for each of its `weight` >= 1 units; less is better.
std::uint64_t sortition_priority(const SortitionOf& of, std::uint64_t weight);

}  // namespace bsn
