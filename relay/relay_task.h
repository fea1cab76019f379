// One thing that a relayer has to bring from one chain to another: a fact about a packet, and the call it goes into.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "core/call.h"
#include "core/packet.h"
#include "core/time.h"
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
  PacketLane lane;
  RelayStep step = RelayStep::relay;
  std::uint64_t sequence = 0;  // 0 for pruning
  bool operator==(const RelayTaskId&) const = default;
  // By sequence first, so that the lanes take turns, and because names are slow to compare.
  std::strong_ordering operator<=>(const RelayTaskId& other) const {
    return std::tie(sequence, step, lane) <=> std::tie(other.sequence, other.step, other.lane);
  }
};

struct RelayTask {
  RelayTaskId id;
  ChainName witness;        // whose state proves it
  ChainName target;         // who is to learn it
  Height since = 0;         // of the witness: from here on its state says so
  PacketTimeout timeout{};  // time_out_hub only
  std::uint32_t tries = 0;
  Instant known{};  // to the relayer, since then
};

std::string_view to_string(RelayStep step);

// The key of the witness' state that the task is about.
std::string key_of(const RelayTask& task);

// The call that brings it to the target. nullopt: the fact does not say so (any more): nothing to bring.
std::optional<Call> call_of(const RelayTask& task, const FinalHeader& header, const Fact& fact);

// The call that makes the header known to the target.
Call update_call(const ChainName& witness, const ChainName& target, bool target_is_hub, const FinalHeader& header);

}  // namespace bsn
