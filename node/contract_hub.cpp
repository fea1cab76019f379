#include "node/contract_hub.h"

#include <algorithm>
#include <array>

#include "core/byte_fields.h"
#include "core/packet.h"
#include "node/contract_asset.h"
#include "node/light_client.h"
#include "node/xchain_arguments.h"
#include "node/xchain_genesis.h"
#include "node/xchain_lane.h"
#include "node/xchain_reads.h"

namespace bsn {
namespace {

constexpr std::string_view no_hub = "this chain is no hub";

// Whether the hub has this packet, or had it and knows what came of it.
bool has_seen(const XchainLane& lane, std::uint64_t sequence) {
  return sequence < lane.done() || lane.is_committed(sequence) || lane.is_acknowledged(sequence) ||
         lane.timed_out(sequence);
}

// --- a packet is taken over ---

std::optional<std::string> check_relay(const Arguments& args) {
  return check_forms("PACKET:packet AT:number PROOF:bytes", args);
}

std::optional<std::string> why_not_relayable(const Packet& packet, const ChannelRules& rules, const XchainLane& lane,
                                             StateOverlay& state) {
  if (packet.hub != own_name(state)) return "the packet goes by way of " + to_string(packet.hub);
  if (!LightClient::find(packet.destination, state)) return "this hub does not know " + to_string(packet.destination);
  if (has_seen(lane, packet.sequence)) return "the packet was taken over already";
  if (packet.sequence >= lane.cleaned() + 2 * std::uint64_t{rules.in_flight_max}) return "the lane is full";
  const bool first = packet.sequence == lane.done();
  if (rules.ordered && !first && !has_seen(lane, packet.sequence - 1)) return "an earlier packet comes first";
  return std::nullopt;
}

ContractOutcome relay(std::string_view, const Arguments& args, StateOverlay& state) {
  const auto rules = hub_rules(state);
  if (!rules) return refuse(std::string(no_hub));
  const Packet packet = *decode_packet(args[0]);
  XchainLane lane(lane_of(packet), state);
  auto source = LightClient::find(packet.source, state);
  if (!source) return refuse("this hub does not know " + to_string(packet.source));
  if (auto why = why_not_relayable(packet, *rules, lane, state)) return refuse(std::move(*why));
  const std::string key = lane.keys().committed(packet.sequence);
  if (auto why = source->check_value(number_argument(args[1]), key, args[0], args[2])) return refuse(std::move(*why));
  lane.commit(packet.sequence, args[0]);
  if (!rules->acknowledged) {
    const std::uint64_t end = lane.done() + 2 * std::uint64_t{rules->in_flight_max};
    lane.advance_done(end, [&](std::uint64_t at) { return lane.is_committed(at); });
  }
  return {true, to_hex(packet_id_of(args[0]))};
}

// --- what came of it ---

// A packet that this hub took over and whose outcome is open.
struct Open {
  std::optional<ChannelRules> rules;
  XchainLane lane;
  std::optional<Packet> packet;
  std::optional<LightClient> destination;
};

Open open_packet(const Arguments& args, StateOverlay& state) {
  const ChainName destination = chain_argument(args[1]);
  XchainLane lane({own_name(state).value_or(ChainName{}), chain_argument(args[0]), destination}, state);
  auto packet = lane.committed(number_argument(args[2]));
  return {hub_rules(state), std::move(lane), std::move(packet), LightClient::find(destination, state)};
}

std::optional<std::string> why_no_outcome(const Open& open) {
  if (!open.rules) return std::string(no_hub);
  if (!open.rules->acknowledged) return "this hub has no acknowledgements";
  if (!open.packet || !open.destination) return "no such packet waits for an outcome";
  return std::nullopt;
}

void note_outcome(XchainLane& lane, const ChannelRules& rules, std::uint64_t sequence) {
  lane.drop_commitment(sequence);
  lane.advance_done(lane.done() + 2 * std::uint64_t{rules.in_flight_max},
                    [&](std::uint64_t at) { return lane.is_acknowledged(at) || lane.timed_out(at); });
}

std::optional<std::string> check_acknowledge(const Arguments& args) {
  return check_forms("FROM:chain TO:chain SEQUENCE:amount ACK:bytes AT:number PROOF:bytes", args);
}

ContractOutcome acknowledge(std::string_view, const Arguments& args, StateOverlay& state) {
  Open open = open_packet(args, state);
  if (auto why = why_no_outcome(open)) return refuse(std::move(*why));
  if (!decode_acknowledgement(args[3])) return refuse("ACK is not the bytes of an acknowledgement");
  const std::uint64_t sequence = open.packet->sequence;
  const std::string key = open.lane.keys().acknowledged(sequence);
  if (auto why = open.destination->check_value(number_argument(args[4]), key, args[3], args[5])) {
    return refuse(std::move(*why));
  }
  open.lane.set_acknowledgement(sequence, args[3]);
  note_outcome(open.lane, *open.rules, sequence);
  return {true, "acknowledged"};
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

ContractOutcome time_out(std::string_view, const Arguments& args, StateOverlay& state) {
  Open open = open_packet(args, state);
  if (auto why = why_no_outcome(open)) return refuse(std::move(*why));
  const Packet& packet = *open.packet;
  const Height at = number_argument(args[3]);
  const auto header = open.destination->known(at);
  if (!header) return refuse("no header of height " + args[3] + " is known");
  if (!packet.timeout.passed(at, header->time)) return refuse("at that height the time-out had not passed");
  const std::string key = open.lane.keys().received(packet.sequence);
  if (auto why = open.destination->check_absence(at, key, args[4])) return refuse(std::move(*why));
  open.lane.mark_timed_out(packet.sequence, packet_id(packet));
  note_outcome(open.lane, *open.rules, packet.sequence);
  slash_provider(packet.destination, open.rules->slash, state);
  return {true, "timed out"};
}

// --- what is done is forgotten ---

std::optional<std::string> check_prune(const Arguments& args) {
  return check_forms("FROM:chain TO:chain BELOW:amount AT:number PROOF:bytes", args);
}

ContractOutcome prune(std::string_view, const Arguments& args, StateOverlay& state) {
  const auto rules = hub_rules(state);
  if (!rules) return refuse(std::string(no_hub));
  XchainLane lane({own_name(state).value_or(ChainName{}), chain_argument(args[0]), chain_argument(args[1])}, state);
  // With acknowledgements the source says what it needs no more, without them the destination.
  auto witness = LightClient::find(rules->acknowledged ? lane.name().source : lane.name().destination, state);
  if (!witness) return refuse("this hub does not know that chain");
  const std::uint64_t below = number_argument(args[2]);
  if (below <= lane.cleaned()) return refuse("that is forgotten already");
  if (below > lane.done()) return refuse("that is not done");
  const std::string proved = ByteWriter().u64(below).bytes();
  const std::string key = lane.keys().done_below();
  if (auto why = witness->check_value(number_argument(args[3]), key, proved, args[4])) return refuse(std::move(*why));
  for (std::uint64_t at = lane.cleaned(); at < below; ++at) {
    lane.drop_commitment(at);
    lane.drop_outcome(at);
  }
  lane.set_cleaned(below);
  return {true, std::to_string(below)};
}

constexpr std::array functions = {
    ContractFunction{"relay", Operation::submit, 3, 3, check_relay, relay},
    ContractFunction{"acknowledge", Operation::submit, 6, 6, check_acknowledge, acknowledge},
    ContractFunction{"time_out", Operation::submit, 5, 5, check_time_out, time_out},
    ContractFunction{"prune", Operation::submit, 5, 5, check_prune, prune},
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
