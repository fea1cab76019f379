// Parameters of the slot family: a lottery or a schedule gives each slot its leader, a gadget of votes makes blocks
// final.
#pragma once

#include <cstdint>
#include <variant>

#include "core/time.h"

namespace bsn {

// Emmy+ (Tezos 2019-2021): priorities, endorsements that shorten the wait, final k blocks deep.
struct TezosParameters {
  Duration block_interval = seconds(60);  // of priority 0 with enough endorsements
  Duration delay_per_priority = seconds(40);
  Duration delay_per_missing_endorsement = seconds(8);
  std::uint32_t endorsers = 32;          // slots per block
  std::uint32_t initial_endorsers = 24;  // fewer delay the next block
  std::uint32_t confirmations = 6;
};

// Solana 2020: a leader schedule, votes in a tower with lock-outs that double.
struct SolanaParameters {
  Duration slot = milliseconds(400);
  std::uint32_t slots_per_leader = 4;
  std::uint32_t tower_depth = 32;  // a vote this deep in the tower is rooted: finalized
  double threshold = 2.0 / 3;      // of the stake, for confirmed and for threshold_depth
  std::uint32_t threshold_depth = 8;
};

// Algorand: sortition by stake, a proposal, soft and certify votes; final at once.
struct AlgorandParameters {
  std::uint32_t proposers = 20;  // expected numbers
  std::uint32_t soft_committee = 2990;
  std::uint32_t certify_committee = 1500;
  double soft_threshold = 2267.0 / 2990;
  double certify_threshold = 1112.0 / 1500;
  Duration filter_timeout = seconds(4);     // wait for the best proposal
  Duration deadline_timeout = seconds(17);  // then a new period
};

// Polkadot: BABE's primary and secondary slots, GRANDPA for finality.
struct PolkadotParameters {
  Duration slot = seconds(6);
  double primary_probability = 0.25;     // that a slot has a primary leader (BABE's c)
  Duration grandpa_gossip = seconds(1);  // GRANDPA's T
};

// Bityuan (Chain33's ticket consensus): a lottery of tickets with a retargeted difficulty.
struct BityuanParameters {
  Duration block_interval = seconds(5);
  std::uint32_t retarget_blocks = 144;
  std::uint32_t confirmations = 12;
};

using SlotPolicy =
    std::variant<TezosParameters, SolanaParameters, AlgorandParameters, PolkadotParameters, BityuanParameters>;

struct SlotParameters {
  SlotPolicy policy;
  std::uint32_t gossip_degree = 8;  // neighbours that a peer draws; 0: all to all
};

}  // namespace bsn
