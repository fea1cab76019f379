// Quotas: a token bucket and a share of the day's calls for each project.
//
// The bucket is exact: credit is counted in units of 1e-15 call, rate and burst in whole millionths (of a call per
// second, of a call), so no credit is lost or made by rounding and for every s < t
//   admitted(s, t) <= burst + calls_per_second x (t - s).
// A bucket starts full, but empty after a restart, so that this holds across restarts too.
//
// The calls of a day (of UTC) are handed out by a quota holder (core/quota.h), some ahead of their use: so the path of
// a call writes nothing to disk and asks nobody, and still no restart and no other gateway makes the day longer.
// Of several gateways each has an even part of rate and burst, so the bound holds over all of them (a burst of less
// than one call for each counts as one). Without a share no call passes. A crash costs a project the rest of its share
// of the day, at most share_calls(). Bounds: one bucket and one share per project.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/account.h"
#include "core/quota.h"
#include "core/time.h"

namespace bsn {

class TokenBucket {
 public:
  // calls_per_second: 0 means unlimited, else 1e-6 ... 1e9; burst: raised to 1 where less, at most 1e9.
  TokenBucket(double calls_per_second, double burst);

  // Another rate and burst; the credit stays, as far as the burst allows.
  void change(double calls_per_second, double burst);

  void empty(Instant now);

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

// One project's part of the day's calls.
class DayShare {
 public:
  // calls_per_day: 0 means unlimited. `gateways` have shares of it.
  explicit DayShare(std::uint64_t calls_per_day, std::uint32_t gateways = 1)
      : limit_(calls_per_day), gateways_(gateways) {}

  // The plan has changed; what has been granted stays.
  void change(std::uint64_t calls_per_day);

  // How long until the next call may be counted; zero: now.
  Duration wait(Instant now, std::int64_t zero_unix_ns) const;

  // Counts one call. Precondition: wait(now) is zero.
  void count();

  // What to ask the holder for now; 0: nothing. Not again before `patience` has passed without a grant.
  std::uint64_t wanted(Instant now, std::int64_t zero_unix_ns) const;
  void asked(Instant now) { asked_ = now; }
  void granted(const QuotaGrant& grant);

  std::uint64_t limit() const { return limit_; }
  std::int64_t day() const { return day_; }
  std::uint64_t left() const { return left_; }

 private:
  static constexpr Duration patience = seconds(1);
  static constexpr Duration grant_comes = milliseconds(50);  // advice while a share is on its way

  std::uint64_t share_calls() const;
  std::int64_t today(Instant now, std::int64_t zero_unix_ns) const;
  bool waits_for_grant(Instant now) const { return asked_ && now - *asked_ < patience; }

  std::uint64_t limit_;
  std::uint32_t gateways_;
  std::int64_t day_ = -1;   // of the share
  std::uint64_t left_ = 0;  // of the share
  bool spent_ = false;      // the holder has no more for that day
  std::optional<Instant> asked_;
};

// Why a call may not pass and when to come back.
struct OverQuota {
  bool daily = false;  // the day's calls are spent; else: too many per second
  Duration retry_after;
};

class RateLimiter {
 public:
  // `gateways` share the plans, this one included.
  RateLimiter(const std::vector<ProjectAccount>& projects, std::int64_t zero_unix_ns, std::uint32_t gateways = 1);

  // The plans have changed, or there are more projects. What was used stays used.
  void assign(const std::vector<ProjectAccount>& projects);

  // After a restart: no bucket has any credit.
  void start_empty(Instant now);

  // Takes one call's credit of the project, or says why it may not pass. The day's share is checked here but only
  // used by count_admitted(), so that a call refused for its shape or route costs nothing of the day.
  std::optional<OverQuota> check(std::size_t project, Instant now);
  void count_admitted(std::size_t project);

  // What is to be asked of the holder now: each ask is given out once.
  void take_asks(Instant now, const std::vector<ProjectAccount>& projects, std::vector<QuotaAsk>& asks);
  void granted(std::size_t project, const QuotaGrant& grant) { quotas_[project].day.granted(grant); }

  // When take_asks() has something to give by itself, for a new day begins; a lost ask is repeated when calls come.
  std::optional<Instant> next_ask() const;

  // The shares that are not used up, for the holder: the gateway stops.
  std::vector<QuotaReturn> take_back(const std::vector<ProjectAccount>& projects);

 private:
  struct Quota {
    TokenBucket bucket;
    DayShare day;
    Plan plan;
  };

  double part(double figure) const { return figure / gateways_; }  // this gateway's, of what a plan gives

  std::int64_t zero_unix_ns_;
  std::uint32_t gateways_;
  std::vector<Quota> quotas_;
  std::vector<std::size_t> to_look_at_;  // projects that may have something to ask for, at most one entry for a call
  bool any_limit_ = false;               // some project has calls per day
  Instant day_ends_;                     // then all of them have something to ask for
};

}  // namespace bsn
