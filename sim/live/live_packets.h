// Cross-chain packets of a live run: waited for, then judged over the final blocks of all chains.
//
// A live run has no instant at which all chains stand still. But whoever submits what another chain proves does so
// after that chain's block was final, and all processes of one machine share its clock: so the blocks in the order of
// their own times are in an order in which what one chain learnt from another was seen before.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <vector>

#include "core/block.h"
#include "core/result.h"
#include "sim/invariant.h"
#include "sim/live/live_cluster.h"
#include "sim/network_tally.h"

namespace bsn {

// One peer's final blocks of one chain.
struct PeerBlocks {
  ChainIndex chain;
  CityIndex peer;
  std::vector<BlockPtr> blocks;  // height h stands at h - 1
};

class LivePackets {
 public:
  // The cluster outlives this.
  explicit LivePackets(LiveCluster& cluster) : cluster_(cluster) {}

  // Looks until every packet is finished, at most `limit`, or `stop` (may be null).
  Result<Done> wait(Duration limit, const std::atomic<bool>* stop,
                    const std::function<void(std::uint64_t under_way)>& progress);

  // Reads every chain from one of its peers and hands the blocks of all to the judges in the order of their times.
  Result<std::vector<PeerBlocks>> judge(InvariantChecker& checker, NetworkTally& tally);

 private:
  Result<std::vector<PeerBlocks>> read();

  LiveCluster& cluster_;
};

// Counts of what relayers did, as the blocks say; `given_up` only they know (LiveCluster::given_up_by_relayers).
void count_relayed(const std::vector<PeerBlocks>& blocks, CrossChainReport& report);

}  // namespace bsn
