// The lanes that a relayer knows, each kept once: a task points to its lane instead of holding six names, and two tasks
// compare numbers instead of names.
//
// Memory: a lane is never forgotten; there are as many as pairs of chains that sent each other something by a hub.
// Not for more than one thread.
#pragma once

#include <array>
#include <cstdint>
#include <iterator>
#include <map>
#include <utility>

#include "core/packet.h"

namespace bsn {

class ProofCourier;

// From which of a lane's three chains to which other something is brought.
enum class RelayLeg : std::uint8_t { to_hub, to_destination, back_to_hub, back_to_source };

struct RelayLane {
  explicit RelayLane(const PacketLane& lane) : name(lane), keys(lane) {}

  PacketLane name;
  PacketKeys keys;
  std::uint32_t rank = 0;                   // its place among the known lanes by their names; changes, their order not
  std::array<ProofCourier*, 4> couriers{};  // by RelayLeg, once there is one
};

inline const ChainName& witness_of(const PacketLane& lane, RelayLeg leg) {
  if (leg == RelayLeg::to_hub) return lane.source;
  return leg == RelayLeg::back_to_hub ? lane.destination : lane.hub;
}

inline const ChainName& target_of(const PacketLane& lane, RelayLeg leg) {
  if (leg == RelayLeg::to_destination) return lane.destination;
  return leg == RelayLeg::back_to_source ? lane.source : lane.hub;
}

class RelayLanes {
 public:
  // The lane of this name, always the same object.
  RelayLane& of(const PacketLane& name) {
    const auto [at, fresh] = lanes_.try_emplace(name, name);
    if (fresh) {
      std::uint32_t rank = at == lanes_.begin() ? 0 : std::prev(at)->second.rank + 1;
      for (auto next = at; next != lanes_.end(); ++next) next->second.rank = rank++;
    }
    return at->second;
  }

 private:
  std::map<PacketLane, RelayLane> lanes_;
};

}  // namespace bsn
