// What each route admits and carries: the calls per second that its plan allows, and counts of what went over it.
//
// Callers of one route share its bucket (gateway/rate_limiter.h), whatever their project. A route whose rate changes
// begins with a full bucket, so that an upgrade takes effect at once and refuses nothing that was within the old one.
// Bytes are those of names, arguments and results: what a portal can be billed for, without what carries them.
// Bounds: one bucket and four counts per route.
#pragma once

#include <optional>
#include <vector>

#include "core/call.h"
#include "core/gateway_spec.h"
#include "core/time.h"
#include "gateway/rate_limiter.h"

namespace bsn {

class RouteMeter {
 public:
  explicit RouteMeter(const std::vector<RouteSpec>& routes) { assign(routes); }

  // Another list of routes: the present ones, changed, and perhaps more behind them. Counts go on.
  void assign(const std::vector<RouteSpec>& routes);

  // Takes one call's credit and returns zero, or counts a refusal and returns how long until there is enough.
  Duration take(ChainIndex chain, Instant now);

  void admitted(ChainIndex chain, const Call& call);
  void answered(ChainIndex chain, const Reply& reply);

  const RouteUse& use(ChainIndex chain) const { return meters_[chain.value].use; }

 private:
  struct Meter {
    double calls_per_second = 0, burst = 0;
    TokenBucket bucket;
    RouteUse use;
  };
  std::vector<Meter> meters_;  // by ChainIndex
};

}  // namespace bsn
