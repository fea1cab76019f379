// A log-linear histogram of durations (HdrHistogram's layout): three significant digits from 1 ns to 1 h.
//
// Values below 2,048 ns have a bucket each; above, every doubling of the value is cut into 1,024 buckets of equal
// width, so a bucket is never wider than 0.1 % of its values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/time.h"

namespace bsn {

// All that a histogram holds, for files. The sum of its values is mean * count + rest.
struct HistogramParts {
  Duration min, max, mean;
  std::uint64_t rest = 0;                                       // below the count
  std::vector<std::pair<std::uint64_t, std::uint64_t>> counts;  // (bucket, how often), buckets ascending
};

// Memory: 8 KiB for each doubling that holds a value, 264 KiB for the whole range. Recording: a few ns.
class Histogram {
 public:
  static constexpr Duration highest = seconds(3600);

  void record(Duration value);  // negative counts as 0, above 1 h as 1 h
  void merge(const Histogram& other);

  std::uint64_t count() const { return count_; }
  Duration min() const;                    // 0 when empty; exact
  Duration max() const { return {max_}; }  // exact
  Duration mean() const;                   // exact sum / count, rounded down
  // The smallest bucket whose values at least `percentile` (0 ... 100] percent do not exceed, given by its highest
  // value and never above max(); 0 when empty.
  Duration percentile(double percentile) const;

  // The highest value that goes into this bucket.
  static Duration highest_of(std::uint64_t bucket);

  HistogramParts parts() const;
  // The histogram with these parts; nullopt: there is none (buckets out of order or range, extremes in other buckets
  // than the first and last, an impossible mean).
  static std::optional<Histogram> from_parts(const HistogramParts& parts);

  // The text form that HdrHistogram's plotters read, values in milliseconds.
  std::string to_hgrm() const;

 private:
  __extension__ using Wide = unsigned __int128;

  double standard_deviation_ms() const;

  // Calls visit(bucket, its count) for every bucket that holds a value, lowest first, until it returns false.
  template <class Visit>
  void walk(const Visit& visit) const;

  std::vector<std::vector<std::uint64_t>> rows_;  // of buckets, one row a doubling; empty where nothing was recorded
  std::uint64_t count_ = 0;
  std::int64_t min_ = highest.ns;
  std::int64_t max_ = 0;
  Wide sum_ = 0;  // 128 bits: five million values of an hour would overflow 64
};

}  // namespace bsn
