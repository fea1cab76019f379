// What the transactions of blocks did to packets: for relayers, judges and whoever follows packets from outside. Read
// from the calls and their results, so whoever reads them believes the blocks, and no more than these.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "core/block.h"
#include "core/packet.h"

namespace bsn {

struct PacketEvent {
  enum class What : std::uint8_t {
    sent,          // by its source
    taken_over,    // by the hub
    received,      // by its destination, whatever came of it
    acknowledged,  // the outcome is known to the hub, or to the source
    timed_out,     // likewise
  };
  What what = What::sent;
  bool at_hub = false;  // on the lane's hub, as taken_over always is
  const PacketLane& lane;
  std::uint64_t sequence = 0;
  std::string_view result{};           // of the contract; see node/contract_xchain.h
  const Packet* packet = nullptr;      // sent only: all of it
  std::string_view bytes{};            // taken_over and received: of the packet
  std::string_view acknowledgement{};  // acknowledged: its bytes
  std::size_t proof_bytes = 0;         // of the proof that the call carried; 0: it needed none
  std::size_t proved = 0;              // how many steps that proof is for
};

// Every event of a transaction that a block of `chain` executed with this result, in order. What an event points to is
// gone when `visit` returns.
void for_each_packet_event(const ChainName& chain, const Transaction& call, std::string_view result, Instant block_time,
                           const std::function<void(const PacketEvent&)>& visit);

}  // namespace bsn
