// Validators of a Raft or BFT chain that come and go while it runs, as steps of the topology.
//
// Pure functions like those of life_cycle.h. Each changes what is wanted; the chain's leader or proposers bring it
// about one seat at a time (node/raft_engine.h, node/bft_engine.h), and settle() writes down that they have. A city's
// seat is never given again (core/chain_spec.h). Errors (invalid_configuration) say why a step can't be taken; then
// nothing has changed.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "sim/topology.h"

namespace bsn {

// Whether validators of this chain can come and go while it runs, and why not: its consensus has no rule for that.
Result<Done> may_reseat(const Topology& topology, const Chain& chain);

// Whether a validator that comes with an empty disk needs another seat: with Raft it does. With BFT it keeps its own
// and is silent until it can contradict nothing that it may have signed (node/chain_peer.h).
bool needs_new_seat(const Topology& topology, const Chain& chain);

// The seats that are to vote now, ascending, as ChainSpec::voters; empty: all that there were at the start.
std::vector<ValidatorIndex> wanted_voters(const Chain& chain);

// A follower that has caught up gets a seat, once earlier changes of the chain's validators are settled.
Result<Topology> promote(const Topology& topology, const ChainName& chain, const std::string& city);

// The chain has followed: its committed voters are wanted_voters().
Result<Topology> settle(const Topology& topology, const ChainName& chain);

// The disk of this validator was lost: its seat loses its vote for good, and the city gets another when it has caught
// up.
Result<Topology> reseat(const Topology& topology, const ChainName& chain, const std::string& city);

// Whether a chain changes its validators, or is to.
bool seats_change(const Topology& topology);

// Parts of steps: in place, of a chain that may reseat.
void give_seat(Chain& chain, const std::string& city);  // a follower becomes a validator
void take_seat(Chain& chain, const std::string& city);  // a validator becomes a follower

}  // namespace bsn
