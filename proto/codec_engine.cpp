#include "proto/codec_engine.h"

#include <utility>

namespace bsn {
namespace {

constexpr std::uint32_t most_blocks = 1'000'000;  // of whatever is counted in blocks, votes or neighbours

std::uint32_t count(Checks& checks, std::uint32_t least, std::uint32_t number, std::string_view field) {
  checks.require(number >= least && number <= most_blocks, std::string(field) + " is out of range");
  return number;
}

Duration interval(Checks& checks, std::int64_t ns, std::string_view field) {
  checks.require(ns > 0, std::string(field) + " is 0");
  return checks.bounded_duration(ns, field);
}

v1::RaftParameters encode(const RaftParameters& from) {
  v1::RaftParameters to;
  to.set_heartbeat_ns(from.heartbeat.ns);
  to.set_election_timeout_ns(from.election_timeout.ns);
  to.set_batch_timeout_ns(from.batch_timeout.ns);
  to.set_max_inflight_batches(from.max_inflight_batches);
  to.set_kept_entries(from.kept_entries);
  return to;
}

RaftParameters decode_raft(Checks& checks, const v1::RaftParameters& from) {
  RaftParameters to;
  to.heartbeat = checks.bounded_duration(from.heartbeat_ns(), "raft.heartbeat_ns");
  to.election_timeout = checks.bounded_duration(from.election_timeout_ns(), "raft.election_timeout_ns");
  to.batch_timeout = checks.bounded_duration(from.batch_timeout_ns(), "raft.batch_timeout_ns");
  to.max_inflight_batches = from.max_inflight_batches();
  to.kept_entries = from.kept_entries();
  checks.require(to.heartbeat.ns > 0, "raft.heartbeat_ns is 0");
  checks.require(to.election_timeout > to.heartbeat, "raft.election_timeout_ns is not above the heartbeat");
  checks.require(to.max_inflight_batches > 0, "raft.max_inflight_batches is 0");
  return to;
}

v1::BftParameters encode(const BftParameters& from) {
  v1::BftParameters to;
  to.set_rotate_on_view_change(from.rotation == BftParameters::Rotation::on_view_change);
  to.set_interval_ns(from.interval.ns);
  to.set_empty_interval_ns(from.empty_interval.ns);
  to.set_propose_timeout_ns(from.propose_timeout.ns);
  to.set_vote_timeout_ns(from.vote_timeout.ns);
  to.set_timeout_step_ns(from.timeout_step.ns);
  to.set_timeout_doubles(from.timeout_doubles);
  return to;
}

BftParameters decode_bft(Checks& checks, const v1::BftParameters& from) {
  BftParameters to;
  to.rotation =
      from.rotate_on_view_change() ? BftParameters::Rotation::on_view_change : BftParameters::Rotation::every_block;
  to.interval = checks.bounded_duration(from.interval_ns(), "bft.interval_ns");
  to.empty_interval = checks.bounded_duration(from.empty_interval_ns(), "bft.empty_interval_ns");
  to.propose_timeout = checks.bounded_duration(from.propose_timeout_ns(), "bft.propose_timeout_ns");
  to.vote_timeout = checks.bounded_duration(from.vote_timeout_ns(), "bft.vote_timeout_ns");
  to.timeout_step = checks.bounded_duration(from.timeout_step_ns(), "bft.timeout_step_ns");
  to.timeout_doubles = from.timeout_doubles();
  checks.require(to.propose_timeout.ns > 0 && to.vote_timeout.ns > 0, "a bft time-out is 0");
  return to;
}

v1::DposParameters encode(const DposParameters& from) {
  v1::DposParameters to;
  to.set_slot_ns(from.slot.ns);
  to.set_producers(from.producers);
  to.set_turn_blocks(from.turn_blocks);
  to.set_handover_pause_ns(from.handover_pause.ns);
  to.set_term_pause_ns(from.term_pause.ns);
  to.set_finality(static_cast<std::uint32_t>(from.finality));
  to.set_confirmations(from.confirmations);
  to.set_gossip_degree(from.gossip_degree);
  to.set_last_block_early_ns(from.last_block_early.ns);
  return to;
}

DposParameters decode_dpos(Checks& checks, const v1::DposParameters& from) {
  DposParameters to;
  to.slot = interval(checks, from.slot_ns(), "dpos.slot_ns");
  to.producers = count(checks, 0, from.producers(), "dpos.producers");
  to.turn_blocks = count(checks, 1, from.turn_blocks(), "dpos.turn_blocks");
  to.handover_pause = checks.bounded_duration(from.handover_pause_ns(), "dpos.handover_pause_ns");
  to.term_pause = checks.bounded_duration(from.term_pause_ns(), "dpos.term_pause_ns");
  to.finality = checks.enum_up_to(DposParameters::Finality::confirmations, from.finality(), "dpos.finality");
  to.confirmations = count(checks, to.finality == DposParameters::Finality::confirmations ? 1 : 0, from.confirmations(),
                           "dpos.confirmations");
  to.gossip_degree = count(checks, 0, from.gossip_degree(), "dpos.gossip_degree");
  to.last_block_early = checks.bounded_duration(from.last_block_early_ns(), "dpos.last_block_early_ns");
  return to;
}

void put(const TezosParameters& from, v1::SlotParameters& message) {
  auto& to = *message.mutable_tezos();
  to.set_block_interval_ns(from.block_interval.ns);
  to.set_delay_per_priority_ns(from.delay_per_priority.ns);
  to.set_delay_per_missing_endorsement_ns(from.delay_per_missing_endorsement.ns);
  to.set_endorsers(from.endorsers);
  to.set_initial_endorsers(from.initial_endorsers);
  to.set_confirmations(from.confirmations);
}

TezosParameters take(Checks& checks, const v1::TezosParameters& from) {
  TezosParameters to;
  to.block_interval = interval(checks, from.block_interval_ns(), "tezos.block_interval_ns");
  to.delay_per_priority = checks.bounded_duration(from.delay_per_priority_ns(), "tezos.delay_per_priority_ns");
  to.delay_per_missing_endorsement =
      checks.bounded_duration(from.delay_per_missing_endorsement_ns(), "tezos.delay_per_missing_endorsement_ns");
  to.endorsers = count(checks, 1, from.endorsers(), "tezos.endorsers");
  to.initial_endorsers = count(checks, 0, from.initial_endorsers(), "tezos.initial_endorsers");
  to.confirmations = count(checks, 1, from.confirmations(), "tezos.confirmations");
  return to;
}

void put(const SolanaParameters& from, v1::SlotParameters& message) {
  auto& to = *message.mutable_solana();
  to.set_slot_ns(from.slot.ns);
  to.set_slots_per_leader(from.slots_per_leader);
  to.set_tower_depth(from.tower_depth);
  to.set_threshold(from.threshold);
  to.set_threshold_depth(from.threshold_depth);
}

SolanaParameters take(Checks& checks, const v1::SolanaParameters& from) {
  SolanaParameters to;
  to.slot = interval(checks, from.slot_ns(), "solana.slot_ns");
  to.slots_per_leader = count(checks, 1, from.slots_per_leader(), "solana.slots_per_leader");
  to.tower_depth = count(checks, 1, from.tower_depth(), "solana.tower_depth");
  to.threshold = checks.number_between(0, 1, from.threshold(), "solana.threshold");
  to.threshold_depth = count(checks, 0, from.threshold_depth(), "solana.threshold_depth");
  return to;
}

void put(const AlgorandParameters& from, v1::SlotParameters& message) {
  auto& to = *message.mutable_algorand();
  to.set_proposers(from.proposers);
  to.set_soft_committee(from.soft_committee);
  to.set_certify_committee(from.certify_committee);
  to.set_soft_threshold(from.soft_threshold);
  to.set_certify_threshold(from.certify_threshold);
  to.set_filter_timeout_ns(from.filter_timeout.ns);
  to.set_deadline_timeout_ns(from.deadline_timeout.ns);
}

AlgorandParameters take(Checks& checks, const v1::AlgorandParameters& from) {
  AlgorandParameters to;
  to.proposers = count(checks, 1, from.proposers(), "algorand.proposers");
  to.soft_committee = count(checks, 1, from.soft_committee(), "algorand.soft_committee");
  to.certify_committee = count(checks, 1, from.certify_committee(), "algorand.certify_committee");
  to.soft_threshold = checks.number_between(0, 1, from.soft_threshold(), "algorand.soft_threshold");
  to.certify_threshold = checks.number_between(0, 1, from.certify_threshold(), "algorand.certify_threshold");
  to.filter_timeout = interval(checks, from.filter_timeout_ns(), "algorand.filter_timeout_ns");
  to.deadline_timeout = interval(checks, from.deadline_timeout_ns(), "algorand.deadline_timeout_ns");
  return to;
}

void put(const PolkadotParameters& from, v1::SlotParameters& message) {
  auto& to = *message.mutable_polkadot();
  to.set_slot_ns(from.slot.ns);
  to.set_primary_probability(from.primary_probability);
  to.set_grandpa_gossip_ns(from.grandpa_gossip.ns);
}

PolkadotParameters take(Checks& checks, const v1::PolkadotParameters& from) {
  PolkadotParameters to;
  to.slot = interval(checks, from.slot_ns(), "polkadot.slot_ns");
  to.primary_probability = checks.number_between(0, 1, from.primary_probability(), "polkadot.primary_probability");
  to.grandpa_gossip = interval(checks, from.grandpa_gossip_ns(), "polkadot.grandpa_gossip_ns");
  return to;
}

void put(const BityuanParameters& from, v1::SlotParameters& message) {
  auto& to = *message.mutable_bityuan();
  to.set_block_interval_ns(from.block_interval.ns);
  to.set_retarget_blocks(from.retarget_blocks);
  to.set_confirmations(from.confirmations);
}

BityuanParameters take(Checks& checks, const v1::BityuanParameters& from) {
  BityuanParameters to;
  to.block_interval = interval(checks, from.block_interval_ns(), "bityuan.block_interval_ns");
  to.retarget_blocks = count(checks, 1, from.retarget_blocks(), "bityuan.retarget_blocks");
  to.confirmations = count(checks, 1, from.confirmations(), "bityuan.confirmations");
  return to;
}

v1::SlotParameters encode(const SlotParameters& from) {
  v1::SlotParameters to;
  std::visit([&](const auto& policy) { put(policy, to); }, from.policy);
  to.set_gossip_degree(from.gossip_degree);
  return to;
}

SlotPolicy decode_policy(Checks& checks, const v1::SlotParameters& from) {
  using Policy = v1::SlotParameters::PolicyCase;
  switch (from.policy_case()) {
    case Policy::kTezos:
      return take(checks, from.tezos());
    case Policy::kSolana:
      return take(checks, from.solana());
    case Policy::kAlgorand:
      return take(checks, from.algorand());
    case Policy::kPolkadot:
      return take(checks, from.polkadot());
    case Policy::kBityuan:
      return take(checks, from.bityuan());
    case Policy::POLICY_NOT_SET:
      break;
  }
  checks.require(false, "slot.policy is missing");
  return TezosParameters{};
}

SlotParameters decode_slot(Checks& checks, const v1::SlotParameters& from) {
  SlotParameters to;
  to.policy = decode_policy(checks, from);
  to.gossip_degree = count(checks, 0, from.gossip_degree(), "slot.gossip_degree");
  return to;
}

v1::PowParameters encode(const PowParameters& from) {
  v1::PowParameters to;
  to.set_interval_ns(from.interval.ns);
  to.set_adjustment(static_cast<std::uint32_t>(from.adjustment));
  to.set_confirmations(from.confirmations);
  to.set_max_uncles(from.max_uncles);
  to.set_uncle_depth(from.uncle_depth);
  to.set_orphan_target(from.orphan_target);
  to.set_epoch_duration_ns(from.epoch_duration.ns);
  to.set_epoch_blocks_min(from.epoch_blocks_min);
  to.set_epoch_blocks_max(from.epoch_blocks_max);
  to.set_proposal_window_close(from.proposal_window_close);
  to.set_proposal_window_far(from.proposal_window_far);
  to.set_gossip_degree(from.gossip_degree);
  to.set_relay(static_cast<std::uint32_t>(from.relay));
  return to;
}

PowParameters decode_pow(Checks& checks, const v1::PowParameters& from) {
  PowParameters to;
  to.interval = interval(checks, from.interval_ns(), "pow.interval_ns");
  to.adjustment = checks.enum_up_to(PowParameters::Adjustment::nc_max, from.adjustment(), "pow.adjustment");
  to.confirmations = count(checks, 1, from.confirmations(), "pow.confirmations");
  to.max_uncles = count(checks, 0, from.max_uncles(), "pow.max_uncles");
  to.uncle_depth = count(checks, 0, from.uncle_depth(), "pow.uncle_depth");
  to.orphan_target = checks.number_between(0, 1, from.orphan_target(), "pow.orphan_target");
  to.epoch_duration = interval(checks, from.epoch_duration_ns(), "pow.epoch_duration_ns");
  to.epoch_blocks_min = count(checks, 1, from.epoch_blocks_min(), "pow.epoch_blocks_min");
  to.epoch_blocks_max = count(checks, to.epoch_blocks_min, from.epoch_blocks_max(), "pow.epoch_blocks_max");
  to.proposal_window_close = count(checks, 0, from.proposal_window_close(), "pow.proposal_window_close");
  to.proposal_window_far =
      count(checks, to.proposal_window_close, from.proposal_window_far(), "pow.proposal_window_far");
  to.gossip_degree = count(checks, 0, from.gossip_degree(), "pow.gossip_degree");
  to.relay = checks.enum_up_to(PowParameters::Relay::offers, from.relay(), "pow.relay");
  return to;
}

void put(const RaftParameters& from, v1::Chain& message) { *message.mutable_raft() = encode(from); }
void put(const BftParameters& from, v1::Chain& message) { *message.mutable_bft() = encode(from); }
void put(const DposParameters& from, v1::Chain& message) { *message.mutable_dpos() = encode(from); }
void put(const SlotParameters& from, v1::Chain& message) { *message.mutable_slot() = encode(from); }
void put(const PowParameters& from, v1::Chain& message) { *message.mutable_pow() = encode(from); }

}  // namespace

void encode_engine(const EngineParameters& engine, v1::Chain& message) {
  std::visit([&](const auto& family) { put(family, message); }, engine);
}

EngineParameters decode_engine(Checks& checks, const v1::Chain& message) {
  using Engine = v1::Chain::EngineCase;
  switch (message.engine_case()) {
    case Engine::kRaft:
      return decode_raft(checks, message.raft());
    case Engine::kBft:
      return decode_bft(checks, message.bft());
    case Engine::kDpos:
      return decode_dpos(checks, message.dpos());
    case Engine::kSlot:
      return decode_slot(checks, message.slot());
    case Engine::kPow:
      return decode_pow(checks, message.pow());
    case Engine::ENGINE_NOT_SET:
      break;
  }
  checks.require(false, "engine is missing");
  return RaftParameters{};
}

}  // namespace bsn
