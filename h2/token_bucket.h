// A budget that refills with time: `burst` tokens at most, `per_second` new ones each second.
#pragma once

#include <algorithm>
#include <chrono>

#include "h2/budgets.h"

namespace bsn::h2 {

class TokenBucket {
 public:
  using Clock = std::chrono::steady_clock;

  TokenBucket(Rate rate, Clock::time_point now) : rate_(rate), tokens_(rate.burst), last_(now) {}

  // False: there are not so many.
  bool take(double count, Clock::time_point now) {
    tokens_ = std::min(rate_.burst, tokens_ + rate_.per_second * std::chrono::duration<double>(now - last_).count());
    last_ = now;
    if (tokens_ < count) return false;
    tokens_ -= count;
    return true;
  }

  // Gives some back before their time, up to the burst.
  void give(double count) { tokens_ = std::min(rate_.burst, tokens_ + count); }

 private:
  Rate rate_;
  double tokens_;
  Clock::time_point last_;
};

}  // namespace bsn::h2
