// Solana as of 2020: a leader schedule, votes in towers, the heaviest fork.
//
// Protocol. Leaders are drawn by stake, slots_per_leader slots each. The leader of slot s makes its block at the end of
// s on the best fork it knows; a slot without a block is skipped. Every validator votes for the tip of the best fork if
// its tower allows it: each vote locks it to the voted fork for 2^n slots, n being the votes upon it; the vote
// threshold_depth down must have more than `threshold` of the stake; leaving the fork of its last vote needs proof that
// more than 38 % of the stake votes for others. Votes go to the leaders of this and of the next slots and count as seen
// in blocks. The best fork is that of the heaviest subtree by latest votes; of equals the earlier slot's.
// Finality: a block is confirmed when more than `threshold` of the stake votes for it or its descendants, and final
// when tower_depth - 1 further blocks up to a confirmed one stand upon it.
// Transactions go to the present leader instead of a mempool of all ("Gulf Stream"), and to the next one if they are in
// no block when it takes over.
// Sources: "Tower BFT" and "Commitments" (docs.solana.com, docs.anza.xyz/consensus/commitments: 66 %, "31+ confirmed
// blocks built atop"); solana-labs/solana:core/src/consensus.rs (VOTE_THRESHOLD_DEPTH 8, VOTE_THRESHOLD_SIZE 2/3,
// SWITCH_FORK_THRESHOLD 0.38), heaviest_subtree_fork_choice.rs.
//
// Fault bound: a third of the stake crashed; final blocks hold while less than about 4.6 % of the stake breaks its
// lock-outs (2/3 + 38 % - 1 is what would have to). A validator that was left alone is locked for up to
// 2^(threshold_depth + 1) slots before it follows the others. Until it has the proof to leave the fork of its last vote
// its own chain stays there, though another be heavier (as heaviest_bank_on_same_voted_fork has it): what it is locked
// on is stored. Of the stake that never votes again less than 24 % is borne (1 - 2 * 38 %): with more, the rest can
// stand on two forks of 38 % or less each, and nobody ever has the proof to leave the own one. That is the protocol's
// limit; the real network is then restarted by its operators from a block that they agree on.
//
// Modelled: slots come from clocks instead of Proof of History; a block travels as one message at the end of its slot
// instead of as shreds during it (node/turbine.h); a vote in a block is a bit of a set, checked by the sum of 64-bit
// tags; votes for one block share the set. A locked validator repeats its last vote together with its whole tower,
// which stands in for the gossip of votes. Left out: epochs, roots told in votes, repair by slot number.
//
// Costs: per block and validator two digests and a few operations per vote in it; per vote one message to one or two
// leaders and one small write. Bounds: one waiting vote per validator; groups_max voted blocks per seal.
// Not for more than one thread.
#pragma once

#include <memory>

#include "node/consensus_engine.h"

namespace bsn {

std::unique_ptr<ConsensusEngine> make_solana_engine(const EngineConfig& config, const DurableState& durable,
                                                    Instant now);

}  // namespace bsn
