#include "core/packet_event.h"

#include <optional>
#include <string>

#include "core/packet_batch.h"
#include "core/packet_call.h"

namespace bsn {
namespace {

using What = PacketEvent::What;
using Visit = std::function<void(const PacketEvent&)>;

ChainName chain_of(const std::string& text) { return parse_chain_name(text).value_or(ChainName{}); }

std::optional<What> event_of(BatchItem::What item, bool at_hub) {
  switch (item) {
    case BatchItem::What::packet:
      return at_hub ? What::taken_over : What::received;
    case BatchItem::What::acknowledgement:
      return What::acknowledged;
    case BatchItem::What::time_out:
      return What::timed_out;
    case BatchItem::What::prune:
      break;
  }
  return std::nullopt;
}

void visit_batch(const ChainName& chain, const Transaction& call, std::string_view result, const Visit& visit) {
  const auto lanes = decode_batch(call.args[2]);
  if (!lanes) return;
  const bool at_hub = call.contract == "hub";
  std::size_t items = 0, next = 0;
  for (const LaneItems& lane : *lanes) items += lane.items.size();
  const std::vector<ItemResult> results = decode_results(result, items);
  if (results.empty()) return;
  const ChainName hub = at_hub ? chain : chain_of(call.args[0]);
  for (const LaneItems& lane : *lanes) {
    const PacketLane name{hub, lane.source, lane.destination};
    for (const BatchItem& item : lane.items) {
      const ItemResult& came = results[next++];
      const auto what = event_of(item.what, at_hub);
      if (!what || !came.ok) continue;
      PacketEvent event{*what, at_hub, name, item.number, came.value};
      (*what == What::acknowledged ? event.acknowledgement : event.bytes) = item.bytes;
      event.proof_bytes = call.args[3].size();
      event.proved = items;
      visit(event);
    }
  }
}

// A call about one packet, which stands in its first argument.
void visit_packet(const Transaction& call, What what, std::string_view result, const Visit& visit) {
  const auto packet = decode_packet(call.args[0]);
  if (!packet) return;
  const PacketLane lane = lane_of(*packet);
  PacketEvent event{what, what == What::taken_over, lane, packet->sequence, result};
  event.bytes = call.args[0];
  event.proof_bytes = call.args.back().size();
  event.proved = 1;
  visit(event);
}

// A call about the outcome of one packet, which its first three arguments name.
void visit_outcome(const ChainName& chain, const Transaction& call, std::string_view result, const Visit& visit) {
  const bool at_hub = call.contract == "hub";
  const ChainName first = chain_of(call.args[0]), destination = chain_of(call.args[1]);
  const PacketLane lane = at_hub ? PacketLane{chain, first, destination} : PacketLane{first, chain, destination};
  const bool late = call.function == "time_out";
  PacketEvent event{late ? What::timed_out : What::acknowledged, at_hub, lane, leading_sequence(call.args[2]), result};
  if (!late) event.acknowledgement = call.args[3];
  event.proof_bytes = call.args.back().size();
  event.proved = 1;
  visit(event);
}

void visit_sent(const ChainName& chain, const Transaction& call, std::string_view result, Instant block_time,
                const Visit& visit) {
  auto packet = packet_of_call(call.function, call.args, block_time);
  if (!packet) return;
  packet->source = chain;
  packet->sequence = leading_sequence(result);
  const PacketLane lane = lane_of(*packet);
  visit({What::sent, false, lane, packet->sequence, result, &*packet});
}

}  // namespace

void for_each_packet_event(const ChainName& chain, const Transaction& call, std::string_view result, Instant block_time,
                           const Visit& visit) {
  const bool at_hub = call.contract == "hub";
  if (!at_hub && call.contract != "xchain") return;
  if (call.function == deliver_function) return visit_batch(chain, call, result, visit);
  if (call.function == "acknowledge" || call.function == "time_out") return visit_outcome(chain, call, result, visit);
  if (call.function == (at_hub ? "relay" : "receive")) {
    return visit_packet(call, at_hub ? What::taken_over : What::received, result, visit);
  }
  if (!at_hub) visit_sent(chain, call, result, block_time, visit);
}

}  // namespace bsn
