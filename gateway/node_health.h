// Which city nodes may be given calls: its city is connected, the stream to it stands, it says that it serves, and it
// was not ejected.
//
// A node is ejected for a while after so many failed attempts in a row; then it is tried again and counts from zero. A
// failure is an answer that speaks against the node as a whole (see counts_against), or silence: an attempt whose
// deadline passed while the node answered nothing at all since the attempt was sent. An attempt that waits in vain on
// one stalled chain of a node that answers others is not the node's failure. Bounds: one record per city.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/call.h"
#include "core/gateway_spec.h"

namespace bsn {

class NodeHealth {
 public:
  // Every link is down at first. `cities` must be in the order of their index.
  NodeHealth(const std::vector<CitySpec>& cities, HealthParameters parameters);

  // The states of the cities have changed. Streams and failures stay what they are.
  void assign(const std::vector<CitySpec>& cities);

  // The stream opened (and the node says whether it serves) or broke. A stream that opens anew clears an ejection.
  void link(CityIndex city, bool up, bool serving);

  // An answer came. Whatever it says, the node is not silent.
  void answered(Instant now, CityIndex city, const Reply& reply);

  // An attempt sent at `sent` got no answer in its time.
  void unanswered(Instant now, CityIndex city, Instant sent);

  // Connected, with a stream on which it says that it serves.
  bool reachable(CityIndex city) const {
    const Node& node = nodes_[city.value];
    return node.serving && node.state == CityState::connected;
  }
  bool ejected(CityIndex city, Instant now) const { return now < nodes_[city.value].ejected_until; }
  bool any_ejected(Instant now) const { return now < last_ejection_ends_; }
  bool healthy(CityIndex city, Instant now) const { return reachable(city) && !ejected(city, now); }

  // "" when healthy, else "under construction", "syncing", "draining", "left", "unhealthy: link down", "unhealthy: not
  // serving", "unhealthy: ejected after 5 failures in a row".
  std::string why_not(CityIndex city, Instant now) const;

  const HealthParameters& parameters() const { return parameters_; }

 private:
  struct Node {
    CityState state = CityState::connected;
    bool up = false;
    bool serving = false;
    std::uint32_t failures = 0;  // in a row; below failures_in_a_row
    Instant ejected_until{INT64_MIN};
    Instant last_answer{INT64_MIN};
  };

  void fail(Instant now, Node& node);

  HealthParameters parameters_;
  std::vector<Node> nodes_;
  Instant last_ejection_ends_{INT64_MIN};  // of all; a stream that opens anew may have ended it before
};

// Whether this answer says that the node itself is in trouble, not the call or one chain.
bool counts_against(const Reply& reply);

}  // namespace bsn
