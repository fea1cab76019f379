#include "node/turbine.h"

#include <algorithm>

#include "node/permutation.h"
#include "node/slot_engine.h"

namespace bsn {

std::vector<ValidatorIndex> Turbine::children(std::uint64_t slot, ValidatorIndex leader, ValidatorIndex self) const {
  const std::uint32_t others = validators - 1;
  const Permutation order(validators, shared_stream(chain_seed, "turbine", slot).next());
  const std::uint32_t of_leader = order.place_of(leader.value);
  std::vector<ValidatorIndex> children;
  const auto add = [&](std::uint32_t rank) {  // ranks leave the leader out
    children.push_back({order.at(rank < of_leader ? rank : rank + 1)});
  };
  if (self == leader) {
    for (std::uint32_t rank = 0; rank < std::min(fanout, others); ++rank) add(rank);
    return children;
  }
  const std::uint32_t place = order.place_of(self.value);
  const std::uint32_t own = place < of_leader ? place : place - 1;
  if (own >= fanout) return children;
  const std::uint32_t before = (own + fanout - 1) % fanout;  // whose children it serves too
  for (std::uint32_t first = fanout; first < others; first += fanout) {
    if (first + own < others) add(first + own);
    if (before != own && first + before < others) add(first + before);
  }
  return children;
}

}  // namespace bsn
