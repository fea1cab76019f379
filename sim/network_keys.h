// The keys of network files, and the kinds of values that they have. See sim/scenario_keys.h.
#pragma once

#include "sim/config_shapes.h"
#include "sim/topology.h"

namespace bsn {

inline const ChoiceKind<NetworkKind> network_kind_kind{{{"alliance", "public", "cross-chain"}}};
inline const ChoiceKind<RoutePolicy> route_policy_kind{
    {{"nearest", "least_latency", "least_loaded", "pinned", "consistent", "hedged"}}};
inline const ChoiceKind<Figure> figure_kind{
    {{"block_interval_s", "finality_s", "commit_p95_s", "finality_blocks", "capacity_tps", "stale_share",
      "skipped_share", "propagation_p50_s", "propagation_p90_s"}}};
inline const ChoiceKind<BftParameters::Rotation> rotation_kind{{{"every-block", "on-view-change"}}};
inline const ChoiceKind<DposParameters::Finality> dpos_finality_kind{
    {{"last-irreversible", "chained-bft", "confirmations"}}};
inline const ChoiceKind<PowParameters::Adjustment> adjustment_kind{{{"ethash", "nc-max"}}};

inline const ChoiceKind<PowParameters::Relay> relay_kind{{{"blocks", "offers"}}};

inline constexpr DurationKind timer_kind{microseconds(1),
                                         seconds(3600)};  // something that must pass before it fires again
inline constexpr DurationKind pause_kind{{}, seconds(3600)};
inline constexpr WholeKind<std::uint32_t> blocks_kind{1, 1'000'000};  // a number of blocks, votes, members
inline constexpr WholeKind<std::uint32_t> blocks_or_0_kind{0, 1'000'000};
inline constexpr RealKind share_kind{0, 1};

// "equal", or how it is spread by Zipf's law: {zipf: 1}
struct SpreadKind {
  using Value = double;
  void read(const ConfigNode& node, double& value, const Spot& spot) const;
  boost::json::value print(double value) const;
  boost::json::object schema() const;
};

template <class V>
void describe(V& v, RaftParameters& raft) {
  v.key("heartbeat", raft.heartbeat, timer_kind, "leader to followers, this often");
  v.key("election_timeout", raft.election_timeout, timer_kind,
        "least silence before an election; above two heartbeats");
  v.key("batch_timeout", raft.batch_timeout, timer_kind, "a block is cut this long after its first transaction");
  v.key("max_inflight_batches", raft.max_inflight_batches, WholeKind<std::uint32_t>{1, 1000},
        "uncommitted blocks at once");
  v.key("kept_entries", raft.kept_entries, WholeKind<std::uint32_t>{1, 1'000'000}, "log kept for slow followers");
}

template <class V>
void describe(V& v, BftParameters& bft) {
  v.key("rotation", bft.rotation, rotation_kind, "when the proposer changes");
  v.key("interval", bft.interval, timer_kind, "least time between a block and the next proposal when work waits");
  v.key("empty_interval", bft.empty_interval, DurationKind{{}, seconds(3600)}, "an empty block after this; 0 s: never");
  v.key("propose_timeout", bft.propose_timeout, timer_kind, "wait for a proposal in round 0");
  v.key("vote_timeout", bft.vote_timeout, timer_kind, "wait for late votes");
  v.key("timeout_step", bft.timeout_step, DurationKind{{}, seconds(3600)}, "added to the time-outs per round");
  v.key("timeout_doubles", bft.timeout_doubles, FlagKind{}, "double the time-outs per round instead");
}

template <class V>
void describe(V& v, DposParameters& dpos) {
  v.key("slot", dpos.slot, timer_kind, "of one block");
  v.key("producers", dpos.producers, blocks_or_0_kind, "in the schedule: the first validators; 0: all");
  v.key("turn_blocks", dpos.turn_blocks, blocks_kind, "in a row by one producer");
  v.key("handover_pause", dpos.handover_pause, pause_kind, "further silence between two producers");
  v.key("term_pause", dpos.term_pause, pause_kind, "further silence after the last producer of the schedule");
  v.key("finality", dpos.finality, dpos_finality_kind, "when a block is final");
  v.key("confirmations", dpos.confirmations, blocks_or_0_kind, "blocks upon a final one, with finality confirmations");
  v.key("last_block_early", dpos.last_block_early, pause_kind,
        "the last block of a turn is made so long before its slot; at most one slot");
  v.key("gossip_degree", dpos.gossip_degree, blocks_or_0_kind, "neighbours that a peer draws; 0: all to all");
}

template <class V>
void describe(V& v, TezosParameters& tezos) {
  v.key("block_interval", tezos.block_interval, timer_kind, "of priority 0 with enough endorsements");
  v.key("delay_per_priority", tezos.delay_per_priority, pause_kind, "later per priority");
  v.key("delay_per_missing_endorsement", tezos.delay_per_missing_endorsement, pause_kind, "later per endorsement");
  v.key("endorsers", tezos.endorsers, blocks_kind, "endorsement slots per block");
  v.key("initial_endorsers", tezos.initial_endorsers, blocks_or_0_kind, "fewer endorsements delay the next block");
  v.key("confirmations", tezos.confirmations, blocks_kind, "blocks upon a final one");
}

template <class V>
void describe(V& v, SolanaParameters& solana) {
  v.key("slot", solana.slot, timer_kind, "of one block");
  v.key("slots_per_leader", solana.slots_per_leader, blocks_kind, "in a row by one leader");
  v.key("tower_depth", solana.tower_depth, blocks_kind, "a vote this deep makes its block final");
  v.key("threshold", solana.threshold, share_kind, "share of the stake that confirms");
  v.key("threshold_depth", solana.threshold_depth, blocks_or_0_kind, "votes this deep must be confirmed");
}

template <class V>
void describe(V& v, AlgorandParameters& algorand) {
  v.key("proposers", algorand.proposers, blocks_kind, "expected number");
  v.key("soft_committee", algorand.soft_committee, blocks_kind, "expected votes");
  v.key("certify_committee", algorand.certify_committee, blocks_kind, "expected votes");
  v.key("soft_threshold", algorand.soft_threshold, share_kind, "of the expected votes");
  v.key("certify_threshold", algorand.certify_threshold, share_kind, "of the expected votes");
  v.key("filter_timeout", algorand.filter_timeout, timer_kind, "wait for the best proposal");
  v.key("deadline_timeout", algorand.deadline_timeout, timer_kind, "then a new period begins");
}

template <class V>
void describe(V& v, PolkadotParameters& polkadot) {
  v.key("slot", polkadot.slot, timer_kind, "of one block");
  v.key("primary_probability", polkadot.primary_probability, share_kind, "that a slot has a primary leader");
  v.key("grandpa_gossip", polkadot.grandpa_gossip, timer_kind, "time that GRANDPA allows for gossip");
}

template <class V>
void describe(V& v, BityuanParameters& bityuan) {
  v.key("block_interval", bityuan.block_interval, timer_kind, "aimed at");
  v.key("retarget_blocks", bityuan.retarget_blocks, blocks_kind, "between changes of the difficulty");
  v.key("confirmations", bityuan.confirmations, blocks_kind, "blocks upon a final one");
}

template <class V>
void describe(V& v, SlotParameters& slot) {
  v.need("policy", slot.policy, OneOf<SlotPolicy>{{"tezos", "solana", "algorand", "polkadot", "bityuan"}},
         "who leads a slot and what makes a block final");
  v.key("gossip_degree", slot.gossip_degree, blocks_or_0_kind, "neighbours that a peer draws; 0: all to all");
}

template <class V>
void describe(V& v, PowParameters& pow) {
  v.key("interval", pow.interval, timer_kind, "mean time between blocks aimed at");
  v.key("adjustment", pow.adjustment, adjustment_kind, "how the difficulty follows the hash power");
  v.key("confirmations", pow.confirmations, blocks_kind, "blocks upon a final one");
  v.key("max_uncles", pow.max_uncles, blocks_or_0_kind, "in one block");
  v.key("uncle_depth", pow.uncle_depth, blocks_or_0_kind, "generations back that an uncle may stand");
  v.key("orphan_target", pow.orphan_target, share_kind, "nc-max: rate of orphans aimed at");
  v.key("epoch_duration", pow.epoch_duration, DurationKind{seconds(1), seconds(86'400)}, "nc-max: aimed at");
  v.key("epoch_blocks_min", pow.epoch_blocks_min, blocks_kind, "nc-max: of one epoch");
  v.key("epoch_blocks_max", pow.epoch_blocks_max, blocks_kind, "nc-max: of one epoch");
  v.key("proposal_window_close", pow.proposal_window_close, blocks_or_0_kind, "nc-max: a proposal is committed ...");
  v.key("proposal_window_far", pow.proposal_window_far, blocks_or_0_kind, "... from this to that many blocks later");
  v.key("gossip_degree", pow.gossip_degree, blocks_or_0_kind, "neighbours that a peer draws; 0: all to all");
  v.key("relay", pow.relay, relay_kind, "what neighbours are sent: whole blocks, or offers of them");
}

template <class V>
void describe_block(V& v, BlockLimits& block, BlockBudget& budget) {
  const WholeKind<std::uint64_t> gas_kind{0, std::uint64_t{1} << 60};
  v.key("max_transactions", block.max_transactions, WholeKind<std::uint32_t>{1, 100'000}, "of one block");
  v.key("max_bytes", block.max_bytes, SizeKind<std::uint32_t>{64 * 1024}, "of one block's transactions");
  v.key("max_gas", budget.max_gas, gas_kind, "of one block, in the network's unit of work; 0: not counted");
  v.key("transaction_gas", budget.transaction_gas, gas_kind, "of one transaction");
  v.key("max_cpu", budget.max_cpu, pause_kind, "for executing one block, with cost.execute each; 0 s: not counted");
}

template <class V>
void describe(V& v, TransactionCost& cost) {
  const DurationKind cost_kind{{}, seconds(1)};
  v.key("verify", cost.verify, cost_kind, "of signature and form, when a peer takes it in");
  v.key("execute", cost.execute, cost_kind, "in a block that the peer makes");
  v.key("validate", cost.validate, cost_kind, "in a block that another peer made");
}

template <class V>
void describe(V& v, MempoolLimits& mempool) {
  v.key("max_transactions", mempool.max_transactions, WholeKind<std::uint32_t>{1, 10'000'000}, "waiting at one peer");
  v.key("max_bytes", mempool.max_bytes, SizeKind<std::uint64_t>{64 * 1024, std::uint64_t{1} << 34},
        "waiting at one peer");
  v.key("forward_interval", mempool.forward_interval, timer_kind, "gathering before transactions go to the proposers");
}

template <class V>
void describe(V& v, Line& line) {
  v.key("upload_mbit", line.upload_mbit, RealKind{0, 1e6}, "1,000,000 bits per second; 0: unlimited (virtual time)");
  v.key("download_mbit", line.download_mbit, RealKind{0, 1e6}, "the same");
  v.key("one_at_a_time", line.one_at_a_time, FlagKind{},
        "a long message leaves when the one before has arrived, not when it has left");
}

template <class V>
void describe(V& v, CompactBlocks& compact) {
  v.key("bytes", compact.bytes, SizeKind<std::uint32_t>{0}, "of a block's list of short ids; 0 B: blocks go whole");
  v.key("share", compact.share, share_kind, "of the transfers that go so");
  v.key("incomplete", compact.incomplete, share_kind, "of these, those that cost another round trip");
  v.key("missing", compact.missing, share_kind, "of the block, that is asked for then, on average");
}

template <class V>
void describe(V& v, BlockWeight& weight) {
  v.key("bytes", weight.bytes, SizeKind<std::uint32_t>{0}, "besides the transactions that the simulation knows of");
  v.key("compact", weight.compact, Section<CompactBlocks>{}, "blocks whose transactions the receiver has already");
}

template <class V>
void describe(V& v, OutsidePeers& outside) {
  v.key("validators", outside.validators, WholeKind<std::uint32_t>{0, most_validators}, "how many; 0: none");
  v.key("stake", outside.zipf, SpreadKind{}, "how stake or hash power is spread: equal, or {zipf: exponent}");
  v.key("line", outside.line, Section<Line>{}, "of each; unlimited: that of its site's zone");
}

template <class V>
void describe(V& v, PublishedFigure& published) {
  v.need("figure", published.figure, figure_kind, "what was published");
  v.need("value", published.value, RealKind{0, 1e9}, "in the unit that the figure's name ends in");
  v.key("tolerance", published.tolerance, RealKind{0, 10}, "relative to the value; absolute where that is 0");
  v.need("source", published.source, TextKind{}, "where it was published");
  v.key("at_most", published.at_most, FlagKind{}, "the value is a bound: less is as good");
  v.key("blocks", published.blocks, blocks_or_0_kind, "that are counted at least, for what takes long to settle");
  v.key("differs", published.differs, TextKind{}, "why the simulation can't or need not meet it");
}

template <class V>
void describe(V& v, GenesisAccount& account) {
  v.need("account", account.account, TextKind{},
         "its name; of a chain that speaks Ethereum: 0x and 40 small hex digits");
  v.need("balance", account.balance, WholeKind<std::uint64_t>{0, 1'000'000'000'000'000'000}, "in the chain's unit");
}

template <class V>
void describe(V& v, NativeInterface& native) {
  v.key("netcode", native.netcode, TextKind{64}, "BSN's name of the network in URLs: ETH-Mainnet; empty: not reached");
  v.key("dialect", native.dialect, TextKind{64}, "what its clients speak: ethereum");
  v.key("chain_id", native.chain_id, WholeKind<std::uint64_t>{0, 1'000'000'000'000}, "that signatures are made for");
}

template <class V>
void describe(V& v, Network& network) {
  v.need("id", network.id, NameKind{}, "short name, as in chain names: fabric");
  v.key("name", network.name, TextKind{}, "full name");
  v.key("kind", network.kind, network_kind_kind, "alliance, public or cross-chain");
  v.key("protocol", network.protocol, TextKind{}, "shown, not interpreted");
  v.need("consensus", network.engine, OneOf<EngineParameters>{{"raft", "bft", "dpos", "slot", "pow"}},
         "the engine family and its parameters");
  v.key("outside", network.outside, Section<OutsidePeers>{},
        "validators in the world's cities, for chains that name none (public networks)");
  v.group("block", "limits of one block", [&](auto& block) { describe_block(block, network.block, network.budget); });
  v.key("weight", network.weight, Section<BlockWeight>{}, "of a block on its way over lines with a limit");
  v.key("cost", network.cost, Section<TransactionCost>{}, "computing time that one transaction costs a peer");
  v.key("mempool", network.mempool, Section<MempoolLimits>{}, "limits of one peer's mempool");
  v.key("published", network.published, ListKind<Section<PublishedFigure>>{}, "what `bsnsim calibrate` looks at");
  v.group("genesis", "accounts account-0, account-1 ... of the asset contract", [&](auto& genesis) {
    genesis.key("accounts", network.genesis_accounts, WholeKind<std::uint32_t>{0, 1'000'000}, "how many");
    genesis.key("balance", network.genesis_balance, WholeKind<std::uint64_t>{0, 1'000'000'000'000}, "of each");
    genesis.key("named", network.genesis_named, ListKind<Section<GenesisAccount>>{}, "further accounts");
  });
  v.key("native", network.native, Section<NativeInterface>{}, "how clients of the real network reach its first chain");
}

}  // namespace bsn
