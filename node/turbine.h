// Turbine: the tree along which the validators of a Solana chain pass on the blocks of one slot.
//
// The leader stands at the root; all others stand in an order drawn for the slot. The leader sends to the first
// `fanout`, and these to the rest, so that every block takes two hops and each validator hears of it once or twice.
// Source: "Turbine Block Propagation" (Solana documentation; solana-labs/solana: DATA_PLANE_FANOUT 200).
//
// Modelled: there a block travels as shreds, each along a tree of its own with one more hop at its root, and erasure
// codes make up for those that got lost. Here it is one message, and who is not next to the leader hears it from two
// others, so that one that is down does not cut it off. Left out: heavy stakes stand near the root.
//
// Costs: a few hundred operations, and one for each child. Threads: any.
#pragma once

#include <cstdint>
#include <vector>

#include "core/ids.h"

namespace bsn {

struct Turbine {
  static constexpr std::uint32_t default_fanout = 200;

  std::uint32_t validators = 1;
  std::uint64_t chain_seed = 0;
  std::uint32_t fanout = default_fanout;  // at least 1

  // To whom `self` passes the block of this slot on, each once, without itself and the leader.
  std::vector<ValidatorIndex> children(std::uint64_t slot, ValidatorIndex leader, ValidatorIndex self) const;
};

}  // namespace bsn
