#include "node/contract_hub.h"

#include <algorithm>
#include <array>

#include "core/byte_fields.h"
#include "core/packet.h"
#include "node/contract_asset.h"
#include "node/light_client.h"
#include "node/xchain_arguments.h"
#include "node/xchain_batch.h"
#include "node/xchain_genesis.h"
#include "node/xchain_lane.h"
#include "node/xchain_reads.h"

namespace bsn {
namespace {

constexpr std::string_view no_hub = "this chain is no hub";

struct Hub {
  ChainName self;
  ChannelRules rules;
  StateOverlay& state;
};

std::optional<Hub> hub_of(StateOverlay& state) {
  const auto rules = hub_rules(state);
  if (!rules) return std::nullopt;
  return Hub{own_name(state).value_or(ChainName{}), *rules, state};
}

// Whether the hub has this packet, or had it and knows what came of it. Most packets come in order and are new.
bool has_seen(const XchainLane& lane, std::uint64_t sequence) {
  if (sequence > lane.last()) return false;
  return sequence < lane.done() || lane.kept(sequence);
}

// --- a packet is taken over ---

std::optional<std::string> check_relay(const Arguments& args) {
  return check_forms("PACKET:packet AT:number PROOF:bytes", args);
}

std::optional<std::string> why_not_relayable(const Packet& packet, const Hub& hub, const XchainLane& lane) {
  if (packet.hub != hub.self) return "the packet goes by way of " + to_string(packet.hub);
  if (!LightClient::find(packet.destination, hub.state)) {
    return "this hub does not know " + to_string(packet.destination);
  }
  if (has_seen(lane, packet.sequence)) return "the packet was taken over already";
  if (packet.sequence >= lane.cleaned() + 2 * std::uint64_t{hub.rules.in_flight_max}) return "the lane is full";
  const bool first = packet.sequence == lane.done();
  if (hub.rules.ordered && !first && !has_seen(lane, packet.sequence - 1)) return "an earlier packet comes first";
  return std::nullopt;
}

ContractOutcome take_over(const Hub& hub, const Packet& packet, std::string_view bytes, XchainLane& lane,
                          const XchainEvidence& evidence) {
  if (auto why = why_not_relayable(packet, hub, lane)) return refuse(std::move(*why));
  const std::string key = lane.keys().committed(packet.sequence);
  if (auto why = evidence.why_not_value(packet.source, key, bytes)) return refuse(std::move(*why));
  lane.keep(packet.sequence, std::string(bytes));
  if (packet.sequence > lane.last()) lane.set_last(packet.sequence);
  if (!hub.rules.acknowledged) {
    lane.advance_done(lane.last() + 1, [&](std::uint64_t at) { return lane.kept(at).has_value(); });
  }
  return {true, "taken over"};
}

ContractOutcome relay(std::string_view, const Arguments& args, StateOverlay& state) {
  const auto hub = hub_of(state);
  if (!hub) return refuse(std::string(no_hub));
  const Packet packet = *decode_packet(args[0]);
  XchainLane lane(lane_of(packet), state);
  return take_over(*hub, packet, args[0], lane, OneProof(number_argument(args[1]), args[2], state));
}

// --- what came of it ---

// Why this hub waits for no outcome of the packet, which it took over if it has it; empty: it does.
std::string_view why_no_outcome(const Hub& hub, bool has_packet) {
  if (!hub.rules.acknowledged) return "this hub has no acknowledgements";
  return has_packet ? "" : "no such packet waits for an outcome";
}

void note_outcome(XchainLane& lane, std::uint64_t sequence, std::string outcome) {
  lane.keep(sequence, std::move(outcome));
  lane.advance_done(lane.last() + 1, [&](std::uint64_t at) { return lane.has_outcome(at); });
}

std::optional<std::string> check_acknowledge(const Arguments& args) {
  return check_forms("FROM:chain TO:chain SEQUENCE:amount ACK:bytes AT:number PROOF:bytes", args);
}

ContractOutcome acknowledge_packet(const Hub& hub, std::uint64_t sequence, std::string_view outcome, XchainLane& lane,
                                   const XchainEvidence& evidence) {
  if (const auto why = why_no_outcome(hub, lane.is_committed(sequence)); !why.empty()) return refuse(std::string(why));
  if (!decode_acknowledgement(outcome)) return refuse("ACK is not the bytes of an acknowledgement");
  const std::string key = lane.keys().received(sequence);
  if (auto why = evidence.why_not_value(lane.name().destination, key, outcome)) return refuse(std::move(*why));
  note_outcome(lane, sequence, std::string(outcome));
  return {true, "acknowledged"};
}

ContractOutcome acknowledge(std::string_view, const Arguments& args, StateOverlay& state) {
  const auto hub = hub_of(state);
  if (!hub) return refuse(std::string(no_hub));
  XchainLane lane({hub->self, chain_argument(args[0]), chain_argument(args[1])}, state);
  const OneProof evidence(number_argument(args[4]), args[5], state);
  return acknowledge_packet(*hub, number_argument(args[2]), args[3], lane, evidence);
}

std::optional<std::string> check_time_out(const Arguments& args) {
  return check_forms("FROM:chain TO:chain SEQUENCE:amount AT:number PROOF:bytes", args);
}

// The provider of the destination let it happen: its deposit pays, as far as there is one (IRITA's iService).
void slash_provider(const ChainName& destination, std::uint64_t amount, StateOverlay& state) {
  const std::string provider = provider_account(destination);
  const std::uint64_t taken = std::min(amount, balance_of(state, provider).value_or(0));
  if (taken > 0) move_balance(state, provider, slashed_account, taken);
}

ContractOutcome time_out_packet(const Hub& hub, std::uint64_t sequence, XchainLane& lane,
                                const XchainEvidence& evidence) {
  const auto packet = lane.committed(sequence);
  if (const auto why = why_no_outcome(hub, packet.has_value()); !why.empty()) return refuse(std::string(why));
  const auto header = evidence.header(packet->destination);
  if (!header) return refuse("no header of height " + std::to_string(evidence.at()) + " is known");
  if (!packet->timeout.passed(evidence.at(), header->time)) {
    return refuse("at that height the time-out had not passed");
  }
  const std::string key = lane.keys().received(sequence);
  if (auto why = evidence.why_not_absent(packet->destination, key)) return refuse(std::move(*why));
  note_outcome(lane, sequence, time_out_mark(packet_id(*packet)));
  slash_provider(packet->destination, hub.rules.slash, hub.state);
  return {true, "timed out"};
}

ContractOutcome time_out(std::string_view, const Arguments& args, StateOverlay& state) {
  const auto hub = hub_of(state);
  if (!hub) return refuse(std::string(no_hub));
  XchainLane lane({hub->self, chain_argument(args[0]), chain_argument(args[1])}, state);
  const OneProof evidence(number_argument(args[3]), args[4], state);
  return time_out_packet(*hub, number_argument(args[2]), lane, evidence);
}

// --- what is done is forgotten ---

std::optional<std::string> check_prune(const Arguments& args) {
  return check_forms("FROM:chain TO:chain BELOW:amount AT:number PROOF:bytes", args);
}

ContractOutcome forget_below(const Hub& hub, std::uint64_t below, XchainLane& lane, const XchainEvidence& evidence) {
  if (below <= lane.cleaned()) return refuse("that is forgotten already");
  if (below > lane.done()) return refuse("that is not done");
  // With acknowledgements the source says what it needs no more, without them the destination.
  const ChainName& witness = hub.rules.acknowledged ? lane.name().source : lane.name().destination;
  const std::string proved = ByteWriter().u64(below).bytes();
  if (auto why = evidence.why_not_value(witness, lane.keys().done_below(), proved)) return refuse(std::move(*why));
  lane.forget(lane.cleaned(), below);
  lane.set_cleaned(below);
  return {true, std::to_string(below)};
}

ContractOutcome prune(std::string_view, const Arguments& args, StateOverlay& state) {
  const auto hub = hub_of(state);
  if (!hub) return refuse(std::string(no_hub));
  XchainLane lane({hub->self, chain_argument(args[0]), chain_argument(args[1])}, state);
  const OneProof evidence(number_argument(args[3]), args[4], state);
  return forget_below(*hub, number_argument(args[2]), lane, evidence);
}

// --- many at once ---

ContractOutcome run_item(const Hub& hub, const BatchItem& item, XchainLane& lane, const XchainEvidence& evidence) {
  switch (item.what) {
    case BatchItem::What::packet:
      if (const auto packet = packet_of(item, lane)) return take_over(hub, *packet, item.bytes, lane, evidence);
      return refuse(std::string(not_that_packet));
    case BatchItem::What::acknowledgement:
      return acknowledge_packet(hub, item.number, item.bytes, lane, evidence);
    case BatchItem::What::time_out:
      return time_out_packet(hub, item.number, lane, evidence);
    case BatchItem::What::prune:
      break;
  }
  return forget_below(hub, item.number, lane, evidence);
}

ContractOutcome deliver(std::string_view, const Arguments& args, StateOverlay& state) {
  const auto hub = hub_of(state);
  if (!hub) return refuse(std::string(no_hub));
  const auto run = [&](const BatchItem& item, XchainLane& lane, const XchainEvidence& evidence) {
    return run_item(*hub, item, lane, evidence);
  };
  return deliver_batch(args, {hub->self, true, run}, state);
}

constexpr std::array functions = {
    ContractFunction{"relay", Operation::submit, 3, 3, check_relay, relay},
    ContractFunction{"acknowledge", Operation::submit, 6, 6, check_acknowledge, acknowledge},
    ContractFunction{"time_out", Operation::submit, 5, 5, check_time_out, time_out},
    ContractFunction{"prune", Operation::submit, 5, 5, check_prune, prune},
    ContractFunction{deliver_function, Operation::submit, 4, 4, check_deliver, deliver},
    ContractFunction{"update", Operation::submit, 2, 2, check_update_client, update_client},
    ContractFunction{"change_members", Operation::submit, 3, 3, check_change_members, change_members},
    ContractFunction{"client", Operation::query, 1, 1, check_read_client, read_client},
    ContractFunction{"lane", Operation::query, 3, 3, check_read_lane, read_lane},
    ContractFunction{"packet", Operation::query, 4, 4, check_read_packet, read_packet},
    ContractFunction{"acknowledgement", Operation::query, 4, 4, check_read_packet, read_acknowledgement},
};

}  // namespace

Contract hub_contract() { return functions; }

}  // namespace bsn
