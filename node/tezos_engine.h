// Tezos with Emmy+ (2019-2021): bakers by priority, endorsements that shorten the wait for the next block.
//
// Protocol. For each level a list of priorities and `endorsers` endorsement slots are drawn by stake. A block of
// priority p that contains e endorsements (slots) of its parent is valid from
//   parent's time + block_interval + p * delay_per_priority + max(initial_endorsers - e, 0) * delay_per_missing
// on. Whoever has endorsement slots of a level endorses the first block of that level that becomes its best, once.
// The fitness of a chain is its length; of equally long ones the first seen stays.
// Sources: "Emmy: seven years of updatable consensus" (Nomadic Labs, 30 July 2021: the delay function, fitness);
// tezos.gitlab.io/active/consensus.html as of protocol Florence (slots, what a header contains).
//
// Fault bound: bakers and endorsers with a minority of the stake; the rest must hear each other well within
// `confirmations` blocks. Finality: `confirmations` blocks deep, a convention with a small chance of error and not a
// guarantee: after a split that lasts longer, both sides have final blocks that contradict each other.
//
// Modelled: the draws come from the chain's seed instead of nonces that bakers reveal; signatures are keyed digests;
// the endorsements in a block are a bit set of endorsers and one digest over their signatures, which everybody
// recomputes, instead of one operation each. Left out: deposits, rewards, accusations (of two endorsements of one voter
// for one level the first heard counts), the anti-spam proof of work. Priorities end at priorities_max.
//
// Costs: per level and validator about 300 draws; per endorsement heard two digests; per block up to `endorsers` more.
// Bounds: endorsements are kept for levels above the last final one and at most levels_ahead above the tip.
// Not for more than one thread.
#pragma once

#include <memory>

#include "node/consensus_engine.h"

namespace bsn {

std::unique_ptr<ConsensusEngine> make_tezos_engine(const EngineConfig& config, const DurableState& durable);

}  // namespace bsn
