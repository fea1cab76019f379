// One thing that a courier has to bring from its witness to its target: a fact about a packet, and what it becomes in
// a call.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/call.h"
#include "core/packet.h"
#include "core/packet_batch.h"
#include "core/time.h"
#include "relay/relay_lane.h"
#include "relay/relay_messages.h"

namespace bsn {

enum class RelayStep : std::uint8_t {
  relay,               // source -> hub: the packet was committed to
  receive,             // hub -> destination: the hub took it over
  acknowledge_hub,     // destination -> hub: this came of it
  acknowledge_source,  // hub -> source
  time_out_hub,        // destination -> hub: it was not received in time
  time_out_source,     // hub -> source
  prune_hub,           // source or destination -> hub: below this all is done
  prune_end,           // hub -> source or destination
};

struct RelayTaskId {
  const RelayLane* lane = nullptr;
  RelayStep step = RelayStep::relay;
  std::uint64_t sequence = 0;  // 0 for pruning
  bool operator==(const RelayTaskId&) const = default;
  // By sequence first, so that the lanes take turns.
  std::strong_ordering operator<=>(const RelayTaskId& other) const {
    if (const auto order = sequence <=> other.sequence; order != 0) return order;
    if (const auto order = step <=> other.step; order != 0) return order;
    return lane == other.lane ? std::strong_ordering::equal : lane->rank <=> other.lane->rank;
  }
};

struct RelayTask {
  RelayTaskId id;
  Height since = 0;         // of the witness: from here on its state says so
  PacketTimeout timeout{};  // time_out_hub only
  std::uint32_t bytes = 0;  // about as many will be brought
  std::uint32_t tries = 0;
  bool alone = false;  // in a call with others it was too much
  Instant known{};     // to the relayer, since then
};

std::string_view to_string(RelayStep step);

// The way of a step about one packet; what is pruned says so itself.
RelayLeg leg_of(RelayStep step);

// The key of the witness' state that the task is about.
std::string key_of(const RelayTaskId& task);

// What it brings to the target, of what the witness' state holds under that key. nullopt: nothing, that is not (any
// more) what the task is about.
std::optional<BatchItem> item_of(const RelayTaskId& task, const std::optional<std::string>& value);
// An item about the same key that brings nothing: it will be refused.
BatchItem empty_item(const RelayTaskId& task);

// The call that brings to `target` what the state of `witness` at that height proves. Its key is still missing.
Call deliver_call(const ChainName& witness, const ChainName& target, bool target_is_hub, Height at,
                  const std::vector<LaneItems>& items, std::string proof);

// The call that makes the header known to the target.
Call update_call(const ChainName& witness, const ChainName& target, bool target_is_hub, const FinalHeader& header);

}  // namespace bsn
