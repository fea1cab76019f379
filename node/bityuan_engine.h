// Bityuan (chain33's ticket consensus): each second a lottery among ticket owners, the difficulty follows the clock.
//
// Protocol. In each second an owner may make a block if
//   hash(second, owner, modifier) < target * its stake,
// which everybody can check. The modifier changes with each retarget, so the lottery of one window is the same on every
// branch. Every retarget_blocks blocks the target is multiplied by the time they took over the time they should have
// taken, within a factor of 4. The branch with the greatest total difficulty is best; of two siblings that are equal in
// it the one with the smaller hash; else the first seen.
// Sources: 33cn/plugin:plugin/consensus/ticket/ticket.go (searchTargetTicket, getCurrentTarget,
// getNextRequiredDifficulty, CmpBestBlock), 33cn/chain33:blockchain/process.go (connectBestChain),
// bityuan/bityuan:bityuan.go (5 s, 720 s, factor 4).
//
// Fault bound: owners with a minority of the stake. Finality: `confirmations` blocks deep, a convention.
//
// Modelled: an owner's tickets are its stake, one draw with as many chances; the hash is keyed by the chain's seed;
// signatures are keyed digests. Left out: buying, freezing and burning of tickets, rewards.
//
// Costs: one digest per second and validator, three per block heard. Bounds: seconds_ahead seconds are searched at
// once. Not for more than one thread.
#pragma once

#include <memory>

#include "node/consensus_engine.h"

namespace bsn {

std::unique_ptr<ConsensusEngine> make_bityuan_engine(const EngineConfig& config, const DurableState& durable,
                                                     Instant now);

}  // namespace bsn
