// Whether a call is tried again: only when that is safe, when another peer may answer otherwise, and within a budget.
//
// Budget (as in Envoy's and Finagle's retry budgets): each call earns `budget_per_call` tokens, each retry spends one,
// the bucket holds `budget_max` and starts full; counted in millionths, so
//   attempts <= calls x (1 + budget_per_call) + budget_max      always.
// However bad the weather, retries cannot multiply the load. A retry goes out at once, to a peer not yet tried.
#pragma once

#include <array>
#include <cstdint>

#include "core/call.h"
#include "core/gateway_spec.h"

namespace bsn {

class RetryBudget {
 public:
  explicit RetryBudget(const RetryParameters& parameters);

  void earn();   // a call was forwarded for the first time
  bool spend();  // takes a token for one retry; false: the budget is spent

 private:
  std::int64_t per_call_;  // all in millionths of a retry
  std::int64_t max_;
  std::int64_t tokens_;
};

// Whether another peer may answer this better and asking it is safe. Reads: unless the answer is final or time is up.
// Writes (which carry an idempotency key, so that a second execution is impossible): when the peer was unavailable, or
// hosts no such chain. Everything else that certainly had no effect is the answer.
bool worth_retrying(Operation operation, const Reply& reply);

// The attempts of one call.
class RetryState {
 public:
  static constexpr std::uint32_t attempts_max = 8;  // whatever the parameters say

  void tried(CityIndex city);
  // A further peer of a read that is compared: not passed over for a failure, so it takes nothing from what may be
  // tried again.
  void tried_beside(CityIndex city);
  bool was_tried(CityIndex city) const;
  std::uint32_t attempts() const { return attempts_; }

  // Whether to try again after this answer; spends a token of the budget when it says yes. Never at or after the
  // deadline.
  bool again(const RetryParameters& parameters, RetryBudget& budget, Operation operation, const Reply& reply,
             Instant now, Instant deadline) const;

  // Whether a second attempt may go out beside the first, which is not answered; spends a token when it says yes.
  bool hedge(const RetryParameters& parameters, RetryBudget& budget) const;

 private:
  bool may_try(const RetryParameters& parameters) const {
    return attempts_ - beside_ < (parameters.max_attempts < attempts_max ? parameters.max_attempts : attempts_max);
  }

  std::array<CityIndex, attempts_max + RoutingRule::compare_max - 1> tried_{};
  std::uint32_t attempts_ = 0;
  std::uint32_t beside_ = 0;  // of these
};

}  // namespace bsn
