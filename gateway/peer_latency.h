// What each peer lately took beyond the way to it: an average over the calls that it answered, the late weighing more.
//
// For a call that was out for t on a way of one-way length d, a sample is t - 2d, for a write without the time in which
// the chain ordered it (which says nothing about the peer). The average is exponential in time: a sample that comes dt
// after the last one has the weight dt / (tau + dt) ... 1, and at least 1/8; and what is remembered fades, so that a
// slow peer that nobody asks any more is tried again after a while: after dt it counts tau / (tau + dt). As in
// Finagle's "Peak EWMA" (twitter/finagle, doc "Clients: Load Balancers") a sample above the average takes its place at
// once. Rational weights instead of exp(), so that all builds compute the same.
//
// Bounds: one record for each chain and city. Cost: O(1).
#pragma once

#include <cstddef>
#include <vector>

#include "core/ids.h"
#include "core/time.h"

namespace bsn {

class PeerLatency {
 public:
  static constexpr Duration tau = seconds(10);

  PeerLatency(std::size_t chains, std::size_t cities) : cities_(cities), records_(chains * cities) {}

  // More chains than before; what was measured stays.
  void grow(std::size_t chains) { records_.resize(chains * cities_); }

  void add(ChainIndex chain, CityIndex city, Duration sample, Instant now);

  // 0 where nothing was measured.
  Duration beyond_the_way(ChainIndex chain, CityIndex city, Instant now) const;

 private:
  struct Record {
    double average_ns = 0;
    Instant last;
  };
  std::size_t cities_;
  std::vector<Record> records_;  // chain x city
};

}  // namespace bsn
