#include "gateway/retry_state.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"

namespace bsn {
namespace {

constexpr std::int64_t one_retry = 1'000'000;

std::int64_t millionths(double tokens) { return std::llround(std::clamp(tokens, 0.0, 1e9) * 1e6); }

}  // namespace

RetryBudget::RetryBudget(const RetryParameters& parameters)
    : per_call_(millionths(parameters.budget_per_call)), max_(millionths(parameters.budget_max)), tokens_(max_) {}

void RetryBudget::earn() { tokens_ = std::min(max_, tokens_ + per_call_); }

bool RetryBudget::spend() {
  if (tokens_ < one_retry) return false;
  tokens_ -= one_retry;
  return true;
}

bool worth_retrying(Operation operation, const Reply& reply) {
  switch (reply.status) {
    case Status::unavailable:
      return true;
    case Status::not_found:
      return reply.reason == Reason::not_hosted;
    case Status::unknown:
    case Status::aborted:
    case Status::internal:
    case Status::data_loss:
      return operation == Operation::query;
    default:
      return false;
  }
}

void RetryState::tried(CityIndex city) {
  BSN_CHECK(attempts_ < tried_.size(), "a call was tried more often than allowed");
  tried_[attempts_++] = city;
}

void RetryState::tried_beside(CityIndex city) {
  tried(city);
  ++beside_;
}

bool RetryState::was_tried(CityIndex city) const {
  return std::find(tried_.begin(), tried_.begin() + attempts_, city) != tried_.begin() + attempts_;
}

bool RetryState::again(const RetryParameters& parameters, RetryBudget& budget, Operation operation, const Reply& reply,
                       Instant now, Instant deadline) const {
  return may_try(parameters) && now < deadline && worth_retrying(operation, reply) && budget.spend();
}

bool RetryState::hedge(const RetryParameters& parameters, RetryBudget& budget) const {
  return may_try(parameters) && budget.spend();
}

}  // namespace bsn
