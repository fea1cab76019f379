// The final blocks of chain peers that end while a run goes on: read at the last moment, judged when the load is over.
//
// Memory: those blocks. Used from the runner's thread.
#pragma once

#include <vector>

#include "sim/invariant.h"
#include "sim/live/live_cluster.h"
#include "sim/network_tally.h"

namespace bsn {

// The cities that have a peer of the chain now.
std::vector<CityIndex> present_peers(const Topology& topology, const ChainSpec& chain);

class EndedPeers {
 public:
  // The peer is about to end. One that does not answer any more is judged by what the others have.
  void keep(LiveCluster& cluster, CityIndex city, ChainIndex chain);

  // Hands all blocks on, in the order in which the peers ended.
  void judge(InvariantChecker& checker, NetworkTally& tally) const;

 private:
  struct Kept {
    ChainIndex chain;
    CityIndex city;
    std::vector<BlockPtr> blocks;
  };
  std::vector<Kept> kept_;
};

}  // namespace bsn
