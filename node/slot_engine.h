// The engines of the slot family, one per policy: Tezos, Solana, Algorand, Polkadot, Bityuan. Each stands in a file of
// its own with its protocol, fault bound and sources; they share TreeEngine and the draws below.
//
// Not for more than one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "node/consensus_engine.h"

namespace bsn {

// The engine of the policy that `config.parameters`, a SlotParameters, names.
std::unique_ptr<ConsensusEngine> make_slot_engine(const EngineConfig& config, const DurableState& durable, Instant now);

// Draws validators with a probability proportional to their stake: how schedules and committees are made.
class StakeDraw {
 public:
  explicit StakeDraw(const std::vector<std::uint64_t>& stake);  // at least one, each at least 1

  // One validator, by the next number of this stream. O(log validators).
  ValidatorIndex draw(Random& random) const;

  std::uint64_t total() const { return sums_.back(); }

 private:
  std::vector<std::uint64_t> sums_;
};

// The stream of the draw `purpose` number `number` (a level, an epoch ...): the same for all peers of a chain.
Random shared_stream(std::uint64_t chain_seed, std::string_view purpose, std::uint64_t number);

}  // namespace bsn
