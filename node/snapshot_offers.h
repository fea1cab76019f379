// A peer that gives snapshots: makes one when somebody asks, of a height at which others make the same, and hands it
// out chunk by chunk.
//
// Whoever needs a snapshot asks several peers, and believes one that enough of them offer alike. So they must make it
// at the same height without agreeing on it first: at the next multiple of 8; of a chain that has rested for 2 s, at
// once. Nothing is made, and nothing kept, that nobody asked for.
//
// Bounds: the two last snapshots are kept, each for 10 minutes; those who wait are members of the chain, each once. Not
// for more than one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/ids.h"
#include "core/peer_message.h"
#include "core/time.h"
#include "node/ledger.h"

namespace bsn {

class SnapshotOffers {
 public:
  static constexpr Height spacing = 8;
  static constexpr std::size_t kept_max = 2;
  static constexpr Duration kept_for = seconds(600);
  static constexpr Duration rest = seconds(2);

  struct Offer {
    CityIndex to;
    SnapshotOffer offer;
  };

  // `from` asks for a snapshot above a height. What can be offered at once; else it waits for the next one.
  std::vector<Offer> asked(CityIndex from, const SnapshotRequest& request, const Ledger& ledger, Instant now);

  // The ledger has sealed a block.
  std::vector<Offer> sealed(const Ledger& ledger, Instant now);

  // One chunk; without bytes when it is not (or no more) here.
  SnapshotChunk chunk(const SnapshotChunkRequest& request, Instant now);

 private:
  struct Kept {
    SnapshotManifest manifest;
    std::vector<std::shared_ptr<const std::string>> chunks;
    Instant made;
  };

  void forget_old(Instant now);
  const Kept& make(const Ledger& ledger, Instant now);

  std::deque<Kept> kept_;  // oldest first
  std::set<CityIndex> waiting_;
  std::optional<Instant> last_sealed_;
};

}  // namespace bsn
