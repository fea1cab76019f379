#include "gateway/peer_latency.h"

#include <algorithm>

namespace bsn {
namespace {

constexpr double least_weight = 0.125;

// What is left of an average after so long: 1 at once, a half after tau.
double left_after(Duration passed) {
  return static_cast<double>(PeerLatency::tau.ns) / static_cast<double>(PeerLatency::tau.ns + passed.ns);
}

}  // namespace

void PeerLatency::add(ChainIndex chain, CityIndex city, Duration sample, Instant now) {
  Record& record = records_[chain.value * cities_ + city.value];
  const double value = static_cast<double>(std::max(sample, Duration{}).ns);
  const double weight = std::max(least_weight, 1 - left_after(now - record.last));
  const double smooth = record.average_ns + (value - record.average_ns) * weight;
  record.average_ns = std::max(smooth, value > record.average_ns ? value : 0.0);
  record.last = now;
}

Duration PeerLatency::beyond_the_way(ChainIndex chain, CityIndex city, Instant now) const {
  const Record& record = records_[chain.value * cities_ + city.value];
  return {static_cast<std::int64_t>(record.average_ns * left_after(now - record.last))};
}

}  // namespace bsn
