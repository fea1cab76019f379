#include "core/packet_batch.h"

#include "core/byte_fields.h"
#include "core/packet_call.h"

namespace bsn {
namespace {

bool has_bytes(BatchItem::What what) {
  return what == BatchItem::What::packet || what == BatchItem::What::acknowledgement;
}

// nullopt: this is no item.
std::optional<BatchItem> read_item(ByteReader& reader) {
  const std::uint8_t what = reader.u8();
  if (what > static_cast<std::uint8_t>(BatchItem::What::prune)) return std::nullopt;
  BatchItem item{static_cast<BatchItem::What>(what), reader.u64()};
  if (has_bytes(item.what)) item.bytes = reader.text();
  if (item.number == 0 || reader.failed()) return std::nullopt;
  return item;
}

std::optional<LaneItems> read_lane(ByteReader& reader) {
  auto source = parse_chain_name(reader.text());
  auto destination = parse_chain_name(reader.text());
  const std::uint16_t count = reader.u16();
  if (!source || !destination || count == 0 || count > batch_items_max) return std::nullopt;
  LaneItems lane{std::move(*source), std::move(*destination), {}};
  lane.items.reserve(count);
  for (std::uint16_t i = 0; i < count; ++i) {
    const auto item = read_item(reader);
    if (!item) return std::nullopt;
    lane.items.push_back(*item);
  }
  return lane;
}

}  // namespace

std::string encode_batch(const std::vector<LaneItems>& lanes) {
  std::size_t bytes = 0;
  for (const LaneItems& lane : lanes) {
    bytes += 200;
    for (const BatchItem& item : lane.items) bytes += 17 + item.bytes.size();
  }
  ByteWriter writer;
  writer.reserve(bytes);
  for (const LaneItems& lane : lanes) {
    writer.text(to_string(lane.source)).text(to_string(lane.destination));
    writer.u16(static_cast<std::uint16_t>(lane.items.size()));
    for (const BatchItem& item : lane.items) {
      writer.u8(static_cast<std::uint8_t>(item.what)).u64(item.number);
      if (has_bytes(item.what)) writer.text(item.bytes);
    }
  }
  return writer.take();
}

std::optional<std::vector<LaneItems>> decode_batch(std::string_view bytes) {
  ByteReader reader(bytes);
  std::vector<LaneItems> lanes;
  std::size_t items = 0;
  while (reader.left() > 0) {
    auto lane = read_lane(reader);
    if (!lane) return std::nullopt;
    items += lane->items.size();
    if (items > batch_items_max) return std::nullopt;
    lanes.push_back(std::move(*lane));
  }
  if (lanes.empty()) return std::nullopt;
  return lanes;
}

void append_result(bool ok, std::string_view value, std::string& results) {
  results += ByteWriter().u8(ok ? 1 : 0).text(value).bytes();
}

std::vector<ItemResult> decode_results(std::string_view bytes, std::size_t items) {
  ByteReader reader(bytes);
  std::vector<ItemResult> results;
  results.reserve(items);
  for (std::size_t i = 0; i < items; ++i) {
    const std::uint8_t ok = reader.u8();
    results.push_back({ok == 1, reader.text()});
    if (ok > 1) return {};
  }
  return reader.complete() ? results : std::vector<ItemResult>();
}

}  // namespace bsn
