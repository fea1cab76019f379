// Follows packets over the blocks of the chains that they cross: each step with its block, time and proof.
//
// Told of the final blocks of a source, a hub and a destination, in any order of chains, it knows every packet that
// these blocks speak of. It judges nothing (sim/invariant_cross_chain.h does). Memory: one entry per packet.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/block.h"
#include "core/packet.h"
#include "core/packet_event.h"

namespace bsn {

// One call about a packet that was executed.
struct TrailStep {
  enum class What : std::uint8_t { sent, taken_over, received, outcome_at_hub, ended };
  What what = What::sent;
  ChainName chain;
  Height height = 0;
  Instant time;                 // the block's
  std::size_t proof_bytes = 0;  // of the proof that the call carried; 0: it needed none
  std::size_t proved = 0;       // how many steps that proof is for
  std::string result;           // what the contract returned
};
std::string_view to_string(TrailStep::What what);

struct PacketTrail {
  Packet packet;                 // as it was sent; without a body when that block is not known
  std::vector<TrailStep> steps;  // in the order of the protocol

  const TrailStep* find(TrailStep::What what) const;
  // "sent", "at hub", "received", "failed there", "outcome at hub", "acknowledged", "refunded".
  std::string stage() const;
};

class PacketTrails {
 public:
  struct Key {
    PacketLane lane;
    std::uint64_t sequence = 0;
    auto operator<=>(const Key&) const = default;
  };

  void saw(const ChainName& chain, const Block& block);
  const std::map<Key, PacketTrail>& all() const { return trails_; }

 private:
  void add(const ChainName& chain, const BlockHeader& header, const PacketEvent& event);

  std::map<Key, PacketTrail> trails_;
};

// "HUB:SOURCE:DESTINATION:SEQUENCE", the chains as NETWORK/CHAIN; nullopt: not of this form.
std::optional<PacketTrails::Key> parse_packet_name(std::string_view text);
std::string packet_name(const PacketTrails::Key& key);

}  // namespace bsn
