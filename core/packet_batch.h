// Batches: what one call brings about several packets of one chain's, with one proof of it all.
//
//   deliver WITNESS AT ITEMS PROOF     of contract "hub" or "xchain" (node/xchain_batch.h)
//
// ITEMS are lists, each of one lane of the hub that is one of the two chains that meet: 2 texts, the source and the
// destination as NETWORK/CHAIN, 2 bytes number of items, and for each 1 byte what it is, 8 bytes number and, for
// packets and acknowledgements, their bytes as a text. All numbers are big-endian, a text has its length in 8 bytes
// before it.
//
// What the call returns says for every item in order what came of it: 1 byte, 1 or 0 for executed or refused, and a
// text, the contract's result or reason.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/packet.h"

namespace bsn {

inline constexpr std::string_view deliver_function = "deliver";
inline constexpr std::size_t batch_items_max = 256;

struct BatchItem {
  enum class What : std::uint8_t {
    packet,           // to be taken over or received
    acknowledgement,  // what came of packet `number`
    time_out,         // packet `number` was not received in time
    prune,            // below `number` all is done
  };
  What what = What::packet;
  std::uint64_t number = 0;  // at least 1
  std::string_view bytes{};  // of the packet or the acknowledgement; else empty
  bool operator==(const BatchItem&) const = default;
};

struct LaneItems {
  ChainName source, destination;
  std::vector<BatchItem> items;  // at least one
  bool operator==(const LaneItems&) const = default;
};

// The bytes of the items must outlive what was read or written.
std::string encode_batch(const std::vector<LaneItems>& lanes);
// nullopt: these are not the bytes of 1 to batch_items_max items.
std::optional<std::vector<LaneItems>> decode_batch(std::string_view bytes);

// What came of an item, or of a call about one packet.
struct ItemResult {
  bool ok = false;
  std::string_view value;
};
void append_result(bool ok, std::string_view value, std::string& results);
// One for each of so many items; empty: these are not the bytes of that.
std::vector<ItemResult> decode_results(std::string_view bytes, std::size_t items);

}  // namespace bsn
