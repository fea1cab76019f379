// When calls arrive: a Rate (sim/scenario.h) turned into the instants of a schedule.
//
// The rate is a function r(t) of straight pieces. Its integral R(t) is how many calls are due until t, so the k-th call
// (k = 0, 1, 2 ...) is due when R(t) = k, found by solving one quadratic. A round offers round(R(end)) calls: exact,
// and never one more or less by rounding. Poisson is the same with R(t) = k replaced by the sum of k exponential steps.
// Only +, -, *, / and sqrt are used, which IEEE 754 rounds the same everywhere; the exponential steps are
// core/random's.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/random.h"
#include "core/time.h"
#include "sim/scenario.h"

namespace bsn {

// A rate over [0, duration): the integral and its inverse. A StagedRate that ends earlier keeps its last rate; one that
// lasts longer is cut off.
class RateCurve {
 public:
  // `duration` >= 0; every rate is finite and >= 0.
  RateCurve(const Rate& rate, Duration duration);

  // R(duration): how many calls are due in all, not rounded.
  double total() const { return total_; }

  // The t with R(t) = count; where the rate is zero for a while, its end. 0 <= count < total().
  Duration when(double count) const;

 private:
  // r(t) = rate + slope * (t - start); `before` is R(start). All in seconds.
  struct Piece {
    double start = 0, length = 0;
    double rate = 0, slope = 0;
    double before = 0;
  };

  void add_piece(double length, double from, double to);

  std::vector<Piece> pieces_;
  double end_ = 0;
  double total_ = 0;
};

// The schedule of one round: instants in order, each counted from the round's start. Memory: constant.
class ArrivalSchedule {
 public:
  // `random` is used by PoissonRate only.
  ArrivalSchedule(const Rate& rate, Duration duration, Random random);

  // When the next call is due; nullopt: all have been taken. Never decreases.
  std::optional<Duration> next() const { return next_; }

  // Goes on to the call after the present one. Requires next().
  void take();

  // How many calls the schedule has in all, taken ones included. Poisson: as drawn; its draw is run through once at
  // construction (about 20 ns a call).
  std::uint64_t offered() const { return offered_; }

 private:
  void step();
  std::uint64_t count_all() const;

  RateCurve curve_;
  bool poisson_;
  Random random_;
  double position_ = 0;  // R at the present call
  std::uint64_t taken_ = 0;
  std::uint64_t offered_ = 0;
  std::optional<Duration> next_;
};

}  // namespace bsn
