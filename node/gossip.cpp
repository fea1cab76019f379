#include "node/gossip.h"

#include <algorithm>
#include <utility>

#include "node/permutation.h"

namespace bsn {
namespace {

std::vector<ValidatorIndex> all_but(std::uint32_t peers, ValidatorIndex self) {
  std::vector<ValidatorIndex> others;
  for (std::uint32_t v = 0; v < peers; ++v) {
    if (v != self.value) others.push_back({v});
  }
  return others;
}

}  // namespace

std::vector<ValidatorIndex> gossip_neighbours(std::uint32_t peers, std::uint32_t degree, std::uint64_t seed,
                                              ValidatorIndex self) {
  if (degree == 0 || peers - 1 <= degree) return all_but(peers, self);
  Random random = Random(seed).fork("gossip graph");
  std::vector<ValidatorIndex> neighbours;
  for (std::uint32_t ring = 0; ring < (degree + 1) / 2; ++ring) {
    const Permutation order(peers, random.next());
    const std::uint32_t place = order.place_of(self.value);
    neighbours.push_back({order.at((place + 1) % peers)});
    neighbours.push_back({order.at((place + peers - 1) % peers)});
  }
  std::sort(neighbours.begin(), neighbours.end());
  neighbours.erase(std::unique(neighbours.begin(), neighbours.end()), neighbours.end());
  return neighbours;
}

bool Gossip::first_seen(const Digest& item) {
  if (recent_.contains(item) || older_.contains(item)) return false;
  recent_.try_emplace(item, {});
  if (recent_.size() >= seen_max_ / 2) older_ = std::exchange(recent_, {});
  return true;
}

void Gossip::spread(const SharedConsensus& message, std::optional<ValidatorIndex> except,
                    std::vector<EngineOutput>& out) const {
  for (const ValidatorIndex peer : peers_) {
    if (peer != except) out.push_back(SendConsensus{peer, message});
  }
}

}  // namespace bsn
