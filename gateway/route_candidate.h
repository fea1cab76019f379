// One peer that a call may go to, and what speaks for or against it: what ExplainRoute and `bsnsim explain` show.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/call.h"
#include "core/gateway_spec.h"

namespace bsn {

struct RouteCandidate {
  CityIndex city;
  bool validator = false;
  bool healthy = false;
  Duration distance;  // one-way base delay from the origin
  bool chosen = false;
  bool compared = false;    // asked too, because the read is to be compared
  std::string why;          // "nearest healthy", "unhealthy: link down", "farther than suzhou" ...
  Duration expected{};      // the way there and back plus what it lately took beyond that (gateway/peer_latency.h)
  std::uint32_t calls = 0;  // under way there, sent by this gateway
};

// The call that is asked about; it need not exist.
struct RouteQuestion {
  ChainName chain;
  std::string origin{};  // a city; empty: the gateway's home
  Operation operation = Operation::query;
  std::string access_key{};  // its project may have a rule of its own; empty or unknown: the route's
  std::string account{};     // whom `consistent` goes by: a call's first argument
  Level level = Level::local;
};

// How near a gateway is to what it can carry, and what it refuses for that now.
struct Pressure {
  double share = 0;  // 1: it can carry no more
  std::string shed;  // "reads of projects over their share"; empty: nothing is refused
};

struct RouteExplanation {
  RoutingRule rule;                        // what was applied
  std::vector<RouteCandidate> candidates;  // nearest first; empty: unknown chain or origin
  Pressure pressure{};
};

}  // namespace bsn
