#include "sim/packet_trail.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/packet_call.h"

namespace bsn {
namespace {

ChainName chain_of(const std::string& text) { return parse_chain_name(text).value_or(ChainName{}); }

}  // namespace

std::string_view to_string(TrailStep::What what) {
  static constexpr std::array<std::string_view, 5> names = {"sent", "taken over by the hub", "received",
                                                            "outcome known to the hub", "ended"};
  return names[static_cast<std::size_t>(what)];
}

const TrailStep* PacketTrail::find(TrailStep::What what) const {
  const auto found = std::find_if(steps.begin(), steps.end(), [&](const TrailStep& step) { return step.what == what; });
  return found == steps.end() ? nullptr : &*found;
}

std::string PacketTrail::stage() const {
  if (const TrailStep* ended = find(TrailStep::What::ended)) return ended->result;
  if (find(TrailStep::What::outcome_at_hub) != nullptr) return "outcome at hub";
  if (const TrailStep* received = find(TrailStep::What::received)) {
    return received->result.starts_with("ok ") ? "received" : "failed there";
  }
  return find(TrailStep::What::taken_over) != nullptr ? "at hub" : "sent";
}

void PacketTrails::saw(const ChainName& chain, const Block& block) {
  for (std::size_t i = 0; i < block.transactions.size(); ++i) {
    if (block.receipts[i].status != ReceiptStatus::ok) continue;
    const Seen seen{chain, *block.transactions[i], block.receipts[i].value, block.header};
    if (seen.call.contract == "xchain") at_end(seen);
    if (seen.call.contract == "hub") at_hub(seen);
  }
}

void PacketTrails::at_end(const Seen& seen) {
  const auto& [chain, call, value, header] = seen;
  if (auto packet = packet_of_call(call.function, call.args, header.time)) {
    packet->source = chain;
    packet->sequence = leading_sequence(value);
    const Key key{lane_of(*packet), packet->sequence};
    trails_[key].packet = std::move(*packet);
    add(key, seen, TrailStep::What::sent, false);
  } else if (call.function == "receive") {
    const auto taken = decode_packet(call.args[0]);
    if (taken) add({lane_of(*taken), taken->sequence}, seen, TrailStep::What::received, true);
  } else if (call.function == "acknowledge" || call.function == "time_out") {
    const PacketLane lane{chain_of(call.args[0]), chain, chain_of(call.args[1])};
    add({lane, leading_sequence(call.args[2])}, seen, TrailStep::What::ended, true);
  }
}

void PacketTrails::at_hub(const Seen& seen) {
  const auto& call = seen.call;
  if (call.function == "relay") {
    const auto packet = decode_packet(call.args[0]);
    if (packet) add({lane_of(*packet), packet->sequence}, seen, TrailStep::What::taken_over, true);
  } else if (call.function == "acknowledge" || call.function == "time_out") {
    const PacketLane lane{seen.chain, chain_of(call.args[0]), chain_of(call.args[1])};
    add({lane, leading_sequence(call.args[2])}, seen, TrailStep::What::outcome_at_hub, true);
  }
}

void PacketTrails::add(const Key& key, const Seen& seen, TrailStep::What what, bool proved) {
  std::vector<TrailStep>& steps = trails_[key].steps;
  const auto place = std::find_if(steps.begin(), steps.end(), [&](const TrailStep& step) { return step.what > what; });
  const std::size_t proof = proved ? seen.call.args.back().size() : 0;
  steps.insert(place, {what, seen.chain, seen.header.height, seen.header.time, proof, seen.value});
}

std::optional<PacketTrails::Key> parse_packet_name(std::string_view text) {
  std::array<std::string_view, 4> parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t colon = i + 1 < parts.size() ? text.find(':') : text.size();
    if (colon == std::string_view::npos) return std::nullopt;
    parts[i] = text.substr(0, colon);
    text.remove_prefix(std::min(colon + 1, text.size()));
  }
  const auto hub = parse_chain_name(parts[0]);
  const auto source = parse_chain_name(parts[1]);
  const auto destination = parse_chain_name(parts[2]);
  const auto sequence = parse_whole_number(parts[3]);
  if (!hub || !source || !destination || !sequence || *sequence == 0) return std::nullopt;
  return PacketTrails::Key{{*hub, *source, *destination}, *sequence};
}

std::string packet_name(const PacketTrails::Key& key) {
  return to_string(key.lane.hub) + ":" + to_string(key.lane.source) + ":" + to_string(key.lane.destination) + ":" +
         std::to_string(key.sequence);
}

}  // namespace bsn
