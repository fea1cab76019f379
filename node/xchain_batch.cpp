#include "node/xchain_batch.h"

#include <deque>
#include <utility>
#include <vector>

#include "node/xchain_arguments.h"

namespace bsn {
namespace {

// Under which this chain keeps what the item is about.
std::string own_key_of(const BatchItem& item, const PacketKeys& lane, bool at_hub) {
  const bool comes_in = item.what == BatchItem::What::packet && !at_hub;
  return comes_in ? lane.received(item.number) : lane.committed(item.number);
}

// What a batch is about, item by item.
struct Opened {
  std::deque<XchainLane> lanes;
  std::vector<std::pair<BatchItem, XchainLane*>> items;
  std::vector<std::string> keys;
  std::vector<Digest> paths;
  std::vector<std::string> own_keys;  // of this chain, that the items are about, too
};

Opened open(const std::vector<LaneItems>& lanes, const BatchEnd& end, StateOverlay& state) {
  Opened opened;
  for (const LaneItems& each : lanes) {
    XchainLane& lane = opened.lanes.emplace_back(PacketLane{end.hub, each.source, each.destination}, state);
    for (const BatchItem& item : each.items) {
      opened.items.emplace_back(item, &lane);
      opened.keys.push_back(key_of(item, lane.keys(), end.at_hub));
      opened.paths.push_back(StateTree::path_of(opened.keys.back()));
      if (item.what != BatchItem::What::prune) opened.own_keys.push_back(own_key_of(item, lane.keys(), end.at_hub));
    }
  }
  return opened;
}

}  // namespace

std::string key_of(const BatchItem& item, const PacketKeys& lane, bool at_hub) {
  switch (item.what) {
    case BatchItem::What::packet:
      return lane.committed(item.number);
    case BatchItem::What::acknowledgement:
    case BatchItem::What::time_out:
      return at_hub ? lane.received(item.number) : lane.committed(item.number);
    case BatchItem::What::prune:
      break;
  }
  return lane.done_below();
}

std::optional<Packet> packet_of(const BatchItem& item, const XchainLane& lane) {
  auto packet = decode_packet(item.bytes);
  if (!packet || packet->sequence != item.number || lane_of(*packet) != lane.name()) return std::nullopt;
  return packet;
}

std::optional<std::string> check_deliver(const Arguments& args) {
  if (auto why = check_forms("WITNESS:chain AT:number", args)) return why;
  if (!decode_batch(args[2])) return "ITEMS are not the bytes of 1 to " + std::to_string(batch_items_max) + " items";
  return std::nullopt;
}

ContractOutcome deliver_batch(const Arguments& args, const BatchEnd& end, StateOverlay& state) {
  const ChainName witness = chain_argument(args[0]);
  const Height at = number_argument(args[1]);
  const auto client = LightClient::find(witness, state);
  if (!client) return refuse("this chain does not follow " + args[0]);
  Opened opened = open(*decode_batch(args[2]), end, state);
  LightClient::Proved proved = client->prove_values(at, opened.paths, args[3]);
  if (proved.why_not) return refuse(std::move(*proved.why_not));
  state.load(opened.own_keys);
  std::string results;
  bool any = false;
  for (std::size_t i = 0; i < opened.items.size(); ++i) {
    const auto& [item, lane] = opened.items[i];
    const StateOverlay::Mark before = state.mark();
    ContractOutcome outcome =
        end.run(item, *lane, ProvedKey(witness, at, proved.header, opened.keys[i], proved.held[i]));
    if (!outcome.ok) state.back_to(before);
    if (!outcome.ok && opened.items.size() == 1) return outcome;
    any = any || outcome.ok;
    append_result(outcome.ok, outcome.value, results);
  }
  if (!any)
    return refuse("every item is refused, the first because: " +
                  std::string(decode_results(results, opened.items.size()).front().value));
  return {true, std::move(results)};
}

}  // namespace bsn
