#include "sim/live/ended_peers.h"

#include <utility>

namespace bsn {

std::vector<CityIndex> present_peers(const Topology& topology, const ChainSpec& chain) {
  if (topology.chains[chain.index.value].state == RouteState::retired) return {};
  std::vector<CityIndex> peers = chain.validators;
  peers.insert(peers.end(), chain.followers.begin(), chain.followers.end());
  std::erase_if(peers, [&](CityIndex peer) { return !hosts_peers(topology.cities[peer.value].state); });
  return peers;
}

void EndedPeers::keep(LiveCluster& cluster, CityIndex city, ChainIndex chain) {
  auto blocks = cluster.blocks(city, chain_specs(cluster.topology())[chain.value]);
  if (blocks) kept_.push_back({chain, city, std::move(*blocks)});
}

void EndedPeers::judge(InvariantChecker& checker, NetworkTally& tally) const {
  for (const Kept& kept : kept_) {
    for (const BlockPtr& block : kept.blocks) {
      checker.block_stored(kept.chain, kept.city, block);
      tally.block(kept.chain, block);
    }
  }
}

}  // namespace bsn
