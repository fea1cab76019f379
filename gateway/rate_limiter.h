// Quotas: a token bucket and a count of calls per day for each project.
//
// The bucket is exact: credit is counted in units of 1e-15 call, rate and burst in whole millionths (of a call per
// second, of a call), so no credit is lost or made by rounding and for every s < t
//   admitted(s, t) <= burst + calls_per_second x (t - s).
// A bucket starts full. A project's day begins with its first counted call and lasts 24 hours; the next one begins with
// the first counted call after that. Both live in memory: a gateway process that restarts begins anew.
// Bounds: one bucket and one count per project.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/gateway_spec.h"
#include "core/time.h"

namespace bsn {

class TokenBucket {
 public:
  // calls_per_second: 0 means unlimited, else 1e-6 ... 1e9; burst: raised to 1 where less, at most 1e9.
  TokenBucket(double calls_per_second, double burst);

  // Takes one call's credit and returns zero, or takes nothing and returns how long until there is enough.
  // `now` never decreases.
  Duration take(Instant now);

 private:
  __extension__ typedef unsigned __int128 Credit;  // 1e-15 call: one millionth of a call per second, for one nanosecond
  static constexpr Credit one_call = Credit{1'000'000} * 1'000'000'000;

  void refill(Instant now);

  std::uint64_t rate_ = 0;  // millionths of a call per second
  Credit capacity_ = 0;
  Credit credit_ = 0;
  Instant refilled_;
  bool started_ = false;
};

class DailyCount {
 public:
  // calls_per_day: 0 means unlimited.
  explicit DailyCount(std::uint64_t calls_per_day) : limit_(calls_per_day) {}

  // How long until the next call may be counted; zero: now.
  Duration wait(Instant now) const;

  // Counts one call. Precondition: wait(now) is zero.
  void count(Instant now);

 private:
  static constexpr Duration day = seconds(24 * 60 * 60);

  std::uint64_t limit_;
  std::uint64_t used_ = 0;
  std::optional<Instant> began_;
};

// Why a call may not pass and when to come back.
struct OverQuota {
  bool daily = false;  // the day's calls are spent; else: too many per second
  Duration retry_after;
};

class RateLimiter {
 public:
  explicit RateLimiter(const std::vector<ProjectSpec>& projects);

  // Takes one call's credit of the project, or says why it may not pass. The day's count is checked here but only
  // raised by count_admitted(), so that a call refused for its shape or route costs nothing of the day.
  std::optional<OverQuota> check(std::size_t project, Instant now);
  void count_admitted(std::size_t project, Instant now);

 private:
  struct Quota {
    TokenBucket bucket;
    DailyCount day;
  };
  std::vector<Quota> quotas_;
};

}  // namespace bsn
