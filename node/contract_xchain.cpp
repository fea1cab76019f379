#include "node/contract_xchain.h"

#include <algorithm>
#include <array>

#include "core/byte_fields.h"
#include "core/packet_call.h"
#include "node/light_client.h"
#include "node/xchain_arguments.h"
#include "node/xchain_batch.h"
#include "node/xchain_genesis.h"
#include "node/xchain_lane.h"
#include "node/xchain_reads.h"
#include "node/xchain_value.h"

namespace bsn {
namespace {

constexpr std::size_t acknowledgement_value_max = 1000;

// This chain at one end, and what it agreed on with a hub.
struct Link {
  ChainName self;
  ChannelRules rules;
  StateOverlay& state;
};

std::optional<Link> link_to(const ChainName& hub, StateOverlay& state) {
  auto self = own_name(state);
  const auto rules = link_rules(hub, state);
  if (!self || !rules) return std::nullopt;
  return Link{std::move(*self), *rules, state};
}

// --- the source sends ---

// What is wrong with sending on this lane now; nullopt: nothing.
std::optional<std::string> why_not_sendable(const Packet& packet, std::size_t bytes, const ChannelRules& rules,
                                            const XchainLane& lane, StateOverlay& state) {
  if (packet.destination == packet.source) return "a packet goes to another chain";
  if (!reachable(packet.hub, packet.destination, state)) {
    return to_string(packet.destination) + " can't be reached by way of " + to_string(packet.hub);
  }
  if (rules.acknowledged && packet.timeout.never()) return "HEIGHT or TIME is needed: a packet has a time-out";
  if (!rules.acknowledged && !packet.timeout.never()) {
    return to_string(packet.hub) + " has no acknowledgements, so no time-outs: HEIGHT and TIME are 0";
  }
  const bool time_passed = packet.timeout.time.ns != 0 && packet.timeout.time <= state.block().time;
  if (time_passed) return "the time-out has passed already";
  if (lane.closed()) return "the channel is closed: a packet timed out on it";
  if (bytes > packet_bytes_max) {
    return "a packet has at most " + std::to_string(packet_bytes_max) + " bytes";
  }
  if (packet.sequence >= lane.done() + rules.in_flight_max) {
    return "the channel is full: " + std::to_string(rules.in_flight_max) + " packets are under way";
  }
  return std::nullopt;
}

ContractOutcome send(std::optional<Packet> asked, StateOverlay& state) {
  if (!asked) return refuse("TIME is below 2^63, or + and up to ten years");
  Packet& packet = *asked;
  const auto self = own_name(state);
  const auto rules = link_rules(packet.hub, state);
  if (!self || !rules) return refuse("this chain is not linked to " + to_string(packet.hub));
  packet.source = *self;
  XchainLane lane(lane_of(packet), state);
  packet.sequence = lane.last() + 1;
  std::string bytes = encode(packet);
  if (auto why = why_not_sendable(packet, bytes.size(), *rules, lane, state)) return refuse(std::move(*why));
  if (const auto* body = std::get_if<TransferBody>(&packet.body)) {
    if (!lane.count_outflow(body->amount, *rules)) return refuse("more than may go out in this window");
    if (auto why = take_from_sender(packet, *body, state)) return refuse(std::move(*why));
  }
  lane.set_last(packet.sequence);
  std::string sent = std::to_string(packet.sequence) + " " + to_hex(packet_id_of(bytes));
  lane.keep(packet.sequence, std::move(bytes));
  return {true, std::move(sent)};
}

std::optional<std::string> check_transfer(const Arguments& args) {
  return check_forms("HUB:chain TO:chain SENDER:name RECEIVER:name ASSET:chain AMOUNT:amount HEIGHT:height TIME:time",
                     args);
}

ContractOutcome transfer(std::string_view, const Arguments& args, StateOverlay& state) {
  return send(packet_of_call("transfer", args, state.block().time), state);
}

std::optional<std::string> check_call(const Arguments& args) {
  return check_forms("HUB:chain TO:chain SENDER:name CONTRACT:name FUNCTION:name HEIGHT:height TIME:time", args);
}

ContractOutcome call(std::string_view, const Arguments& args, StateOverlay& state) {
  return send(packet_of_call("call", args, state.block().time), state);
}

// --- the source learns what came of it ---

// The packet is done: forgotten first, so that nothing that follows can find it again, then refunded if it failed.
ContractOutcome resolve(const Packet& packet, bool failed, XchainLane& lane, StateOverlay& state) {
  lane.forget(packet.sequence);
  lane.advance_done(lane.last() + 1, [&](std::uint64_t at) { return !lane.is_committed(at); });
  const auto* body = std::get_if<TransferBody>(&packet.body);
  if (!failed) return {true, "acknowledged"};
  if (body == nullptr) return {true, "failed"};
  if (auto why = refund_sender(packet, *body, state)) return refuse("the refund must wait: " + *why);
  return {true, "refunded"};
}

// The lane of this chain's to TO by way of HUB, the first two arguments.
XchainLane lane_from_here(const Arguments& args, StateOverlay& state) {
  return {{chain_argument(args[0]), own_name(state).value_or(ChainName{}), chain_argument(args[1])}, state};
}

constexpr std::string_view not_under_way = "no such packet is under way";

std::optional<std::string> check_acknowledge(const Arguments& args) {
  return check_forms("HUB:chain TO:chain SEQUENCE:amount ACK:bytes AT:number PROOF:bytes", args);
}

ContractOutcome acknowledge_packet(std::uint64_t sequence, std::string_view bytes, XchainLane& lane,
                                   const XchainEvidence& evidence, StateOverlay& state) {
  const auto packet = lane.committed(sequence);
  if (!packet) return refuse(std::string(not_under_way));
  const auto outcome = decode_acknowledgement(bytes);
  if (!outcome) return refuse("ACK is not the bytes of an acknowledgement");
  const std::string key = lane.keys().committed(sequence);
  if (auto why = evidence.why_not_value(lane.name().hub, key, bytes)) return refuse(std::move(*why));
  return resolve(*packet, !outcome->ok, lane, state);
}

ContractOutcome acknowledge(std::string_view, const Arguments& args, StateOverlay& state) {
  XchainLane lane = lane_from_here(args, state);
  const OneProof evidence(number_argument(args[4]), args[5], state);
  return acknowledge_packet(number_argument(args[2]), args[3], lane, evidence, state);
}

std::optional<std::string> check_time_out(const Arguments& args) {
  return check_forms("HUB:chain TO:chain SEQUENCE:amount AT:number PROOF:bytes", args);
}

ContractOutcome time_out_packet(std::uint64_t sequence, XchainLane& lane, const XchainEvidence& evidence,
                                StateOverlay& state) {
  const auto packet = lane.committed(sequence);
  if (!packet) return refuse(std::string(not_under_way));
  const std::string mark = time_out_mark(packet_id(*packet));
  if (auto why = evidence.why_not_value(packet->hub, lane.keys().committed(sequence), mark)) {
    return refuse(std::move(*why));
  }
  const auto rules = link_rules(packet->hub, state);
  if (rules && rules->ordered) lane.close();
  return resolve(*packet, true, lane, state);
}

ContractOutcome time_out(std::string_view, const Arguments& args, StateOverlay& state) {
  XchainLane lane = lane_from_here(args, state);
  const OneProof evidence(number_argument(args[3]), args[4], state);
  return time_out_packet(number_argument(args[2]), lane, evidence, state);
}

// --- the destination receives ---

// A contract of this chain called by one of another. It can't come back into the cross-chain contracts.
Acknowledgement run_call(const Packet& packet, const CallBody& body, StateOverlay& state) {
  if (body.contract == "xchain" || body.contract == "hub")
    return {false, "contract " + body.contract + " is not called"};
  Transaction transaction;
  transaction.project = remote_project(packet.source);
  transaction.contract = body.contract;
  transaction.function = body.function;
  transaction.args = body.args;
  const StateOverlay::Mark before = state.mark();
  ContractOutcome outcome = run_write(transaction, state);
  if (!outcome.ok) state.back_to(before);
  outcome.value.resize(std::min(outcome.value.size(), acknowledgement_value_max));
  return {outcome.ok, std::move(outcome.value)};
}

Acknowledgement run_packet(const Packet& packet, StateOverlay& state) {
  if (const auto* body = std::get_if<CallBody>(&packet.body)) return run_call(packet, *body, state);
  if (auto why = give_to_receiver(packet, std::get<TransferBody>(packet.body), state)) return {false, std::move(*why)};
  return {true, {}};
}

// Empty: it can be received now.
std::string_view why_not_receivable(const Packet& packet, const ChannelRules& rules, const XchainLane& lane,
                                    const BlockContext& block) {
  if (packet.sequence < lane.done() || lane.received(packet.sequence)) return "the packet was received already";
  if (packet.timeout.passed(block.height, block.time)) return "the packet's time-out has passed";
  if (rules.ordered && packet.sequence != lane.last() + 1) return "an earlier packet comes first";
  return {};
}

// The outcome, or a receipt where nothing is acknowledged: in the block of the effects.
void note_received(std::uint64_t sequence, std::string_view packet, const Acknowledgement& outcome,
                   const ChannelRules& rules, XchainLane& lane) {
  if (rules.ordered) lane.set_last(sequence);
  if (rules.acknowledged) return lane.keep_received(sequence, encode(outcome));
  lane.keep_received(sequence, receipt_mark(packet_id_of(packet)));
  const std::uint64_t before = lane.done();
  lane.advance_done(before + rules.in_flight_max, [&](std::uint64_t at) { return lane.received(at).has_value(); });
  lane.forget_received(before, lane.done());
}

std::optional<std::string> check_receive(const Arguments& args) {
  return check_forms("PACKET:packet AT:number PROOF:bytes", args);
}

ContractOutcome receive_packet(const Link& link, const Packet& packet, std::string_view bytes, XchainLane& lane,
                               const XchainEvidence& evidence) {
  StateOverlay& state = link.state;
  if (packet.destination != link.self) return refuse("the packet is for " + to_string(packet.destination));
  const std::string_view not_now = why_not_receivable(packet, link.rules, lane, state.block());
  if (!not_now.empty()) return refuse(std::string(not_now));
  const std::string key = lane.keys().committed(packet.sequence);
  if (auto why = evidence.why_not_value(packet.hub, key, bytes)) return refuse(std::move(*why));
  const Acknowledgement outcome = run_packet(packet, state);
  note_received(packet.sequence, bytes, outcome, link.rules, lane);
  return {true, received_value(outcome)};
}

ContractOutcome receive(std::string_view, const Arguments& args, StateOverlay& state) {
  const Packet packet = *decode_packet(args[0]);
  const auto link = link_to(packet.hub, state);
  if (!link) return refuse("this chain is not linked to " + to_string(packet.hub));
  XchainLane lane(lane_of(packet), state);
  return receive_packet(*link, packet, args[0], lane, OneProof(number_argument(args[1]), args[2], state));
}

// --- both ends ---

std::optional<std::string> check_prune(const Arguments& args) {
  return check_forms("HUB:chain FROM:chain TO:chain BELOW:amount AT:number PROOF:bytes", args);
}

// Forgets what the hub's watermark says is done: an end that received, or one that sent without acknowledgements.
ContractOutcome forget_below(const Link& link, std::uint64_t below, XchainLane& lane, const XchainEvidence& evidence) {
  const bool sent = lane.name().source == link.self && !link.rules.acknowledged;
  const bool received = lane.name().destination == link.self && link.rules.acknowledged;
  if (!sent && !received) return refuse("the hub's watermark says nothing about what is kept here of this lane");
  if (below <= lane.done()) return refuse("that is forgotten already");
  const std::string proved = ByteWriter().u64(below).bytes();
  if (auto why = evidence.why_not_value(lane.name().hub, lane.keys().done_below(), proved)) {
    return refuse(std::move(*why));
  }
  // Not more than in_flight_max: the watermark is never further ahead of this end's.
  if (sent) {
    lane.forget(lane.done(), below);
  } else {
    lane.forget_received(lane.done(), below);
  }
  lane.set_done(below);
  return {true, std::to_string(below)};
}

ContractOutcome prune(std::string_view, const Arguments& args, StateOverlay& state) {
  XchainLane lane(lane_argument(args[0], args[1], args[2]), state);
  const auto link = link_to(lane.name().hub, state);
  if (!link) return refuse("this chain is not linked to " + args[0]);
  const OneProof evidence(number_argument(args[4]), args[5], state);
  return forget_below(*link, number_argument(args[3]), lane, evidence);
}

ContractOutcome run_item(const Link& link, const BatchItem& item, XchainLane& lane, const XchainEvidence& evidence) {
  const bool sent_here = lane.name().source == link.self;
  switch (item.what) {
    case BatchItem::What::packet:
      if (const auto packet = packet_of(item, lane)) return receive_packet(link, *packet, item.bytes, lane, evidence);
      return refuse(std::string(not_that_packet));
    case BatchItem::What::acknowledgement:
      if (!sent_here) return refuse(std::string(not_under_way));
      return acknowledge_packet(item.number, item.bytes, lane, evidence, link.state);
    case BatchItem::What::time_out:
      if (!sent_here) return refuse(std::string(not_under_way));
      return time_out_packet(item.number, lane, evidence, link.state);
    case BatchItem::What::prune:
      break;
  }
  return forget_below(link, item.number, lane, evidence);
}

ContractOutcome deliver(std::string_view, const Arguments& args, StateOverlay& state) {
  const auto link = link_to(chain_argument(args[0]), state);
  if (!link) return refuse("this chain is not linked to " + args[0]);
  const auto run = [&](const BatchItem& item, XchainLane& lane, const XchainEvidence& evidence) {
    return run_item(*link, item, lane, evidence);
  };
  return deliver_batch(args, {chain_argument(args[0]), false, run}, state);
}

constexpr std::array functions = {
    ContractFunction{"transfer", Operation::submit, 8, 8, check_transfer, transfer},
    ContractFunction{"call", Operation::submit, 7, CallLimits::args, check_call, call},
    ContractFunction{"acknowledge", Operation::submit, 6, 6, check_acknowledge, acknowledge},
    ContractFunction{"time_out", Operation::submit, 5, 5, check_time_out, time_out},
    ContractFunction{"receive", Operation::submit, 3, 3, check_receive, receive},
    ContractFunction{"prune", Operation::submit, 6, 6, check_prune, prune},
    ContractFunction{deliver_function, Operation::submit, 4, 4, check_deliver, deliver},
    ContractFunction{"update", Operation::submit, 2, 2, check_update_client, update_client},
    ContractFunction{"change_members", Operation::submit, 3, 3, check_change_members, change_members},
    ContractFunction{"client", Operation::query, 1, 1, check_read_client, read_client},
    ContractFunction{"lane", Operation::query, 3, 3, check_read_lane, read_lane},
    ContractFunction{"packet", Operation::query, 4, 4, check_read_packet, read_packet},
    ContractFunction{"acknowledgement", Operation::query, 4, 4, check_read_packet, read_acknowledgement},
    ContractFunction{"voucher", Operation::query, 3, 3, check_read_voucher, read_voucher},
    ContractFunction{"escrow", Operation::query, 2, 2, check_read_escrow, read_escrow},
};

}  // namespace

Contract xchain_contract() { return functions; }

}  // namespace bsn
