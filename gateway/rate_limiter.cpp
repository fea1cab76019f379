#include "gateway/rate_limiter.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"

namespace bsn {
namespace {

constexpr double largest = 1e9;  // calls per second, or calls of burst: keeps all products far below 2^127

std::uint64_t millionths(double value) { return static_cast<std::uint64_t>(std::llround(value * 1e6)); }

}  // namespace

TokenBucket::TokenBucket(double calls_per_second, double burst) {
  if (calls_per_second <= 0) return;
  rate_ = std::max<std::uint64_t>(1, millionths(std::min(calls_per_second, largest)));
  capacity_ = Credit{millionths(std::clamp(burst, 1.0, largest))} * 1'000'000'000;
  credit_ = capacity_;
}

void TokenBucket::refill(Instant now) {
  if (!started_) refilled_ = now;
  started_ = true;
  if (now <= refilled_) return;
  const auto elapsed = static_cast<std::uint64_t>((now - refilled_).ns);
  credit_ = std::min(capacity_, credit_ + Credit{elapsed} * rate_);
  refilled_ = now;
}

Duration TokenBucket::take(Instant now) {
  if (rate_ == 0) return {};
  refill(now);
  if (credit_ >= one_call) {
    credit_ -= one_call;
    return {};
  }
  const Credit missing = one_call - credit_;
  return {static_cast<std::int64_t>((missing + rate_ - 1) / rate_)};
}

Duration DailyCount::wait(Instant now) const {
  if (limit_ == 0 || used_ < limit_ || now - *began_ >= day) return {};
  return *began_ + day - now;
}

void DailyCount::count(Instant now) {
  if (limit_ == 0) return;
  if (!began_ || now - *began_ >= day) {
    began_ = now;
    used_ = 0;
  }
  BSN_CHECK(used_ < limit_, "a call was counted beyond the day's quota");
  ++used_;
}

RateLimiter::RateLimiter(const std::vector<ProjectSpec>& projects) {
  for (const ProjectSpec& project : projects) {
    const Plan& plan = project.plan;
    quotas_.push_back({TokenBucket(plan.calls_per_second, plan.burst), DailyCount(plan.calls_per_day)});
  }
}

// The day comes first: a call that it refuses costs no credit of the bucket.
std::optional<OverQuota> RateLimiter::check(std::size_t project, Instant now) {
  Quota& quota = quotas_[project];
  if (const Duration wait = quota.day.wait(now); wait > Duration{}) return OverQuota{true, wait};
  if (const Duration wait = quota.bucket.take(now); wait > Duration{}) return OverQuota{false, wait};
  return std::nullopt;
}

void RateLimiter::count_admitted(std::size_t project, Instant now) { quotas_[project].day.count(now); }

}  // namespace bsn
