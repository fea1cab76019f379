// A log-linear histogram of durations (HdrHistogram's layout): three significant digits from 1 ns to 1 h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/time.h"

namespace bsn {

// Memory: about 180 KiB when filled over its whole range, grown on demand. Recording: a few ns.
class Histogram {
 public:
  void record(Duration value);  // negative counts as 0, above 1 h as 1 h
  void merge(const Histogram& other);

  std::uint64_t count() const;
  Duration min() const;   // 0 when empty; exact
  Duration max() const;   // exact
  Duration mean() const;  // exact sum / count
  // The smallest recorded bucket value that at least `percentile` (0 ... 100] percent do not exceed.
  Duration percentile(double percentile) const;

  // The text form that HdrHistogram's plotters read, values in milliseconds.
  std::string to_hgrm() const;
};

}  // namespace bsn
