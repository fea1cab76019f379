// Gossip among the peers of one chain: who talks to whom, and what was heard before.
//
// The graph is made of degree/2 rings (rounded up) through all peers, each in another order drawn from a seed that all
// share. So every peer knows its neighbours without talking to anybody, being neighbours is mutual, one ring alone
// connects all, and nobody has more neighbours than the degree (rounded up to even). With degree 0, or when the degree
// reaches all others anyway, everybody is everybody's neighbour.
//
// Cost of the neighbours of one peer: a few hundred operations per ring, whatever the number of peers.
// Not for more than one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "node/consensus_engine.h"
#include "node/digest_map.h"

namespace bsn {

// The neighbours of `self` among peers 0 ... peers-1, ascending. self < peers.
std::vector<ValidatorIndex> gossip_neighbours(std::uint32_t peers, std::uint32_t degree, std::uint64_t seed,
                                              ValidatorIndex self);

// What one engine has heard and passes on. An item is passed on when it is heard first; heard again, it ends there.
class Gossip {
 public:
  // Remembers at least the last seen_max/2 items and at most seen_max; older ones may be passed on once more.
  explicit Gossip(std::vector<ValidatorIndex> peers, std::size_t seen_max = 65'536)
      : peers_(std::move(peers)), seen_max_(seen_max) {}

  // Whether this is news. Remembers it.
  bool first_seen(const Digest& item);

  // Sends to all neighbours but `except`, whom it came from.
  void spread(const SharedConsensus& message, std::optional<ValidatorIndex> except,
              std::vector<EngineOutput>& out) const;

  const std::vector<ValidatorIndex>& peers() const { return peers_; }
  void set_peers(std::vector<ValidatorIndex> peers) { peers_ = std::move(peers); }
  std::size_t remembered() const { return recent_.size() + older_.size(); }

 private:
  struct Nothing {};

  std::vector<ValidatorIndex> peers_;
  std::size_t seen_max_;
  DigestMap<Nothing> recent_;
  DigestMap<Nothing> older_;
};

}  // namespace bsn
