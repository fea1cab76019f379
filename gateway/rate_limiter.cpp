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
  change(calls_per_second, burst);
  credit_ = capacity_;
}

void TokenBucket::change(double calls_per_second, double burst) {
  const bool unlimited = calls_per_second <= 0;
  rate_ = unlimited ? 0 : std::max<std::uint64_t>(1, millionths(std::min(calls_per_second, largest)));
  capacity_ = unlimited ? 0 : Credit{millionths(std::clamp(burst, 1.0, largest))} * 1'000'000'000;
  credit_ = std::min(credit_, capacity_);
}

void TokenBucket::empty(Instant now) {
  credit_ = 0;
  refilled_ = now;
  started_ = true;
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

// ---- the day ----

// As much as may be lost in a crash, and as comes along with one ask of the holder. Of several gateways none takes so
// much of a short day that nothing is left for the others.
std::uint64_t DayShare::share_calls() const {
  const std::uint64_t least = gateways_ == 1 ? 10 : std::clamp<std::uint64_t>(limit_ / (4 * gateways_), 1, 10);
  return std::clamp<std::uint64_t>(limit_ / (10 * gateways_), least, 1'000);
}

// A grant for a later day means that the clock went back: that day goes on until it is passed.
std::int64_t DayShare::today(Instant now, std::int64_t zero_unix_ns) const {
  return std::max(day_, day_of(now, zero_unix_ns));
}

void DayShare::change(std::uint64_t calls_per_day) {
  spent_ = spent_ && calls_per_day == limit_;
  limit_ = calls_per_day;
}

Duration DayShare::wait(Instant now, std::int64_t zero_unix_ns) const {
  if (limit_ == 0) return {};
  const std::int64_t day = today(now, zero_unix_ns);
  if (day == day_ && left_ > 0) return {};
  return day == day_ && spent_ ? Instant{(day + 1) * day_ns - zero_unix_ns} - now : grant_comes;
}

void DayShare::count() {
  if (limit_ == 0) return;
  BSN_CHECK(left_ > 0, "a call was counted beyond the share of the day");
  --left_;
}

std::uint64_t DayShare::wanted(Instant now, std::int64_t zero_unix_ns) const {
  if (limit_ == 0 || waits_for_grant(now)) return 0;
  if (today(now, zero_unix_ns) != day_) return share_calls();
  return spent_ || left_ > share_calls() / 2 ? 0 : share_calls() - left_;
}

void DayShare::granted(const QuotaGrant& grant) {
  asked_.reset();
  if (grant.day < day_) return;
  if (grant.day > day_) left_ = 0;
  day_ = grant.day;
  left_ += grant.calls;
  spent_ = grant.calls == 0;
}

// ---- all projects ----

RateLimiter::RateLimiter(const std::vector<ProjectAccount>& projects, std::int64_t zero_unix_ns, std::uint32_t gateways)
    : zero_unix_ns_(zero_unix_ns), gateways_(gateways) {
  assign(projects);
}

void RateLimiter::assign(const std::vector<ProjectAccount>& projects) {
  any_limit_ = false;
  for (std::size_t i = 0; i < projects.size(); ++i) {
    const Plan& plan = projects[i].plan;
    if (i == quotas_.size()) {
      quotas_.push_back(
          {TokenBucket(part(plan.calls_per_second), part(plan.burst)), DayShare(plan.calls_per_day, gateways_), plan});
    } else if (!(quotas_[i].plan == plan)) {
      quotas_[i].bucket.change(part(plan.calls_per_second), part(plan.burst));
      quotas_[i].day.change(plan.calls_per_day);
      quotas_[i].plan = plan;
    }
    any_limit_ = any_limit_ || plan.calls_per_day > 0;
  }
  day_ends_ = {};  // look at all of them
}

void RateLimiter::start_empty(Instant now) {
  for (Quota& quota : quotas_) quota.bucket.empty(now);
}

// The day comes first: a call that it refuses costs no credit of the bucket.
std::optional<OverQuota> RateLimiter::check(std::size_t project, Instant now) {
  Quota& quota = quotas_[project];
  if (const Duration wait = quota.day.wait(now, zero_unix_ns_); wait > Duration{}) {
    to_look_at_.push_back(project);
    return OverQuota{true, wait};
  }
  if (const Duration wait = quota.bucket.take(now); wait > Duration{}) return OverQuota{false, wait};
  return std::nullopt;
}

void RateLimiter::count_admitted(std::size_t project) {
  quotas_[project].day.count();
  if (quotas_[project].day.limit() > 0) to_look_at_.push_back(project);
}

void RateLimiter::take_asks(Instant now, const std::vector<ProjectAccount>& projects, std::vector<QuotaAsk>& asks) {
  if (any_limit_ && now >= day_ends_) {
    day_ends_ = Instant{(day_of(now, zero_unix_ns_) + 1) * day_ns - zero_unix_ns_};
    for (std::size_t i = 0; i < quotas_.size(); ++i) to_look_at_.push_back(i);
  }
  for (const std::size_t project : to_look_at_) {
    DayShare& day = quotas_[project].day;
    const std::uint64_t calls = day.wanted(now, zero_unix_ns_);
    if (calls == 0) continue;
    asks.push_back({projects[project].name, calls, day.limit()});
    day.asked(now);
  }
  to_look_at_.clear();
}

std::optional<Instant> RateLimiter::next_ask() const { return any_limit_ ? std::optional(day_ends_) : std::nullopt; }

std::vector<QuotaReturn> RateLimiter::take_back(const std::vector<ProjectAccount>& projects) {
  std::vector<QuotaReturn> back;
  for (std::size_t i = 0; i < quotas_.size(); ++i) {
    const DayShare& day = quotas_[i].day;
    if (day.limit() > 0 && day.left() > 0) back.push_back({projects[i].name, day.day(), day.left()});
    quotas_[i].day = DayShare(day.limit(), gateways_);
  }
  to_look_at_.clear();
  return back;
}

}  // namespace bsn
