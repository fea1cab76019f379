// The rules that all validators of a BFT chain derive alike: who proposes, how long to wait, which proposals are valid.
//
// Everything here depends on agreed data and the chain's parameters only; but for the loose bound on a proposal's time,
// which looks at the own clock.
#pragma once

#include <cstdint>

#include "core/block.h"
#include "core/chain_spec.h"
#include "core/time.h"
#include "node/bft_voters.h"
#include "node/consensus_engine.h"

namespace bsn {

// Who proposes in this round of the block after `tip`.
//   every_block     the voter at place (height + round) mod n
//   on_view_change  the voter `round` places behind the proposer of the tip: the primary whose block was decided stays,
//                   and a view change (a round that ends without a decision) moves on to the next validator
// The tip's header is agreed and on every disk, so the view is the same for all, after a restart and a fetch too.
ValidatorIndex bft_proposer(const BftParameters& parameters, const BftVoters& voters, const BlockSealed& tip,
                            std::uint32_t round);

// The time-out `base` in a round: base + round steps, or doubled in each. It depends on the round alone, so that
// validators that were down or late wait as long as the others do. At most max_bft_timeout (or four times base, if
// longer): far above any delay of a message, and a chain that was stuck for days gets on within minutes.
constexpr Duration max_bft_timeout = seconds(60);
Duration bft_timeout(const BftParameters& parameters, Duration base, std::uint32_t round);

// How far a proposal's time may lie before or behind the own clock. Hosts that do not share a clock count from
// different starts, so the bound is loose; it keeps a liar from driving the chain's time to the end of its range.
constexpr Duration max_proposal_time_ahead = seconds(366LL * 24 * 3600);

// Algorithm 1's valid(v) for a proposal sent in `message` to a chain standing at `tip`: height, parent, proposer,
// limits, time, who votes after it, and no empty block where there are none, but to change who votes.
// `message.proposal` may be null (invalid). Whether a change is wanted is not asked here.
bool is_valid_proposal(const EngineConfig& config, const BftVoters& voters, const BlockSealed& tip,
                       const BftProposal& message, Instant now);

}  // namespace bsn
