#include "sim/packet_trail.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/packet_call.h"

namespace bsn {
namespace {

TrailStep::What step_of(const PacketEvent& event) {
  switch (event.what) {
    case PacketEvent::What::sent:
      return TrailStep::What::sent;
    case PacketEvent::What::taken_over:
      return TrailStep::What::taken_over;
    case PacketEvent::What::received:
      return TrailStep::What::received;
    default:
      return event.at_hub ? TrailStep::What::outcome_at_hub : TrailStep::What::ended;
  }
}

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
  const auto visit = [&](const PacketEvent& event) { add(chain, block.header, event); };
  for (std::size_t i = 0; i < block.transactions.size(); ++i) {
    if (block.receipts[i].status != ReceiptStatus::ok) continue;
    for_each_packet_event(chain, *block.transactions[i], block.receipts[i].value, block.header.time, visit);
  }
}

void PacketTrails::add(const ChainName& chain, const BlockHeader& header, const PacketEvent& event) {
  PacketTrail& trail = trails_[{event.lane, event.sequence}];
  if (event.packet != nullptr) trail.packet = *event.packet;
  const TrailStep::What what = step_of(event);
  const auto place =
      std::find_if(trail.steps.begin(), trail.steps.end(), [&](const TrailStep& step) { return step.what > what; });
  trail.steps.insert(
      place, {what, chain, header.height, header.time, event.proof_bytes, event.proved, std::string(event.result)});
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
