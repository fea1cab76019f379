// The families that a swarm draws from: small committees, parameters scaled down, and how soon each must be live again.
//
// LIVE of a swarm: when the storm is over and everything is mended, the chain has `recover` of time; a transaction that
// is sent after that must be final within `final_within`. Both follow from the parameters that were drawn:
//   raft      recover: ten election time-outs (an election draws from one to two, and may be split); final: a batch
//             time-out and two heartbeats
//   bft       recover: as long again as the storm was, for time-outs have grown with every round that failed, and ten
//             first rounds; final: ten rounds, for silent proposers may be in turn
//   dpos      recover: two rounds of the schedule; final: with the two rounds that a last irreversible block needs,
//             or `confirmations` blocks, when a third of the producers is silent
//   tezos     recover: ten blocks; final: confirmations + 10 blocks, a third of the rights being missed
//   solana    recover: twice the longest lock-out, 2^(threshold_depth + 1) slots; final: the tower's depth and four
//             turns of leaders, a third of the slots being skipped
//   algorand  recover: four deadlines; final: four rounds that may need a second period
//   polkadot  recover: ten slots and ten GRANDPA rounds; final: as long again
//   pow, bityuan   recover: twenty block intervals; final: three times confirmations + 10 intervals, for mining is
//             chance and some of the power may be gone for good
// To each is added `slack`, for links, retries of the gateway and what waited in mempools.
//
// Families whose finality is a depth (tezos, bityuan, pow, dpos with confirmations) promise no agreement beyond it:
// their depth is drawn so that a branch that was cut off for the whole storm is still shallower.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/chain_spec.h"
#include "core/random.h"
#include "core/time.h"

namespace bsn {

struct SwarmChain {
  EngineParameters engine;
  std::uint32_t validators = 1;
  std::vector<std::uint64_t> stake{};     // tree families: of each; empty: all equal
  std::vector<std::uint32_t> may_lose{};  // validators that may lose their disk in one run: the fault bound allows it
  std::uint32_t fault_bound = 0;
  Duration recover, final_within;
};

// raft, bft, dpos, tezos, solana, algorand, polkadot, bityuan, pow.
const std::vector<std::string>& swarm_families();

// One chain of this family for a storm of this length. Precondition: the family is one of the above.
SwarmChain draw_chain(const std::string& family, Duration storm, Random& random);

}  // namespace bsn
