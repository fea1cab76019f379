// Which city nodes may be given calls: its city is connected, the stream to it stands, it says that it serves, and it
// was not ejected.
//
// A node is ejected for a while after so many failed attempts in a row; then it is tried again and counts from zero. A
// failure is an answer that speaks against the node as a whole (see counts_against), or silence: an attempt whose
// deadline passed while the node answered nothing at all since the attempt was sent. An attempt that waits in vain on
// one stalled chain of a node that answers others is not the node's failure.
//
// A node that has said nothing for a while, called or not, is asked for a sign of life (a probe); when none comes it is
// silent, and passed over until it says something. Who was away itself for longer than it looks asks anew before it
// believes in anybody's silence. Bounds: one record per city; O(cities) work `looks_per_wait` times in a wait.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
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
  void link(Instant now, CityIndex city, bool up, bool serving);

  // Something came over the stream: the node is not silent.
  void heard(Instant now, CityIndex city);

  // What is to be asked for a sign of life, and who has become silent, since the last look.
  struct Look {
    std::vector<CityIndex> ask, silent;
  };
  // Precondition: next_look() is due.
  Look look(Instant now);
  // nullopt: nobody is to be asked, or no link is up.
  std::optional<Instant> next_look() const { return next_look_; }

  // An answer came. Whatever it says, the node is not silent.
  void answered(Instant now, CityIndex city, const Reply& reply);

  // An attempt sent at `sent` got no answer in its time.
  void unanswered(Instant now, CityIndex city, Instant sent);

  // Connected, with a stream on which it says that it serves.
  bool reachable(CityIndex city) const {
    const Node& node = nodes_[city.value];
    return node.serving && !node.silent && node.state == CityState::connected;
  }
  bool ejected(CityIndex city, Instant now) const { return now < nodes_[city.value].ejected_until; }
  bool any_ejected(Instant now) const { return now < last_ejection_ends_; }
  bool healthy(CityIndex city, Instant now) const { return reachable(city) && !ejected(city, now); }

  // "" when healthy, else "under construction", "syncing", "draining", "left", "unhealthy: link down", "unhealthy:
  // silent", "unhealthy: not serving", "unhealthy: ejected after 5 failures in a row".
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
    Instant last_heard{INT64_MIN};  // answers included
    std::optional<Instant> asked;   // for a sign of life, which has not come
    bool silent = false;
  };

  static constexpr std::int64_t looks_per_wait = 2;
  Duration look_interval() const {
    return std::min(parameters_.probe_after, parameters_.probe_timeout) / looks_per_wait;
  }
  void plan_look(Instant now);

  void fail(Instant now, Node& node);

  HealthParameters parameters_;
  std::vector<Node> nodes_;
  std::size_t up_ = 0;  // links
  std::optional<Instant> next_look_;
  Instant last_ejection_ends_{INT64_MIN};  // of all; a stream that opens anew may have ended it before
};

// Whether this answer says that the node itself is in trouble, not the call or one chain.
bool counts_against(const Reply& reply);

}  // namespace bsn
