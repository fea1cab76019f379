#include "gateway/route_meter.h"

namespace bsn {

void RouteMeter::assign(const std::vector<RouteSpec>& routes) {
  for (std::size_t n = 0; n < routes.size(); ++n) {
    const Plan& plan = routes[n].plan;
    if (n == meters_.size()) {
      meters_.push_back({plan.calls_per_second, plan.burst, TokenBucket(plan.calls_per_second, plan.burst), {}});
    }
    Meter& meter = meters_[n];
    if (meter.calls_per_second == plan.calls_per_second && meter.burst == plan.burst) continue;
    meter = {plan.calls_per_second, plan.burst, TokenBucket(plan.calls_per_second, plan.burst), meter.use};
  }
}

Duration RouteMeter::take(ChainIndex chain, Instant now) {
  Meter& meter = meters_[chain.value];
  const Duration wait = meter.bucket.take(now);
  if (wait > Duration{}) ++meter.use.over_capacity;
  return wait;
}

void RouteMeter::admitted(ChainIndex chain, const Call& call) {
  RouteUse& use = meters_[chain.value].use;
  ++use.calls;
  use.bytes_in += call.contract.size() + call.function.size() + call.idempotency_key.size();
  for (const std::string& arg : call.args) use.bytes_in += arg.size();
}

void RouteMeter::answered(ChainIndex chain, const Reply& reply) {
  meters_[chain.value].use.bytes_out += reply.value.size() + reply.message.size();
}

}  // namespace bsn
