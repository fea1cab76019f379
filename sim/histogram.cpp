#include "sim/histogram.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "core/check.h"

namespace bsn {
namespace {

constexpr int half_bits = 10;
constexpr std::int64_t half = 1 << half_bits;  // buckets per doubling

// Buckets in rows of `half`: rows 0 and 1 hold the values below 2 * half, one each; row r > 1 holds those from
// half * 2^(r-1) to twice that, in buckets of width 2^(r-1).
std::size_t index_of(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value | (2 * half - 1));
  const int shift = static_cast<int>(std::bit_width(bits)) - (half_bits + 1);
  return static_cast<std::size_t>(shift * half + (value >> shift));
}

std::int64_t width_at(std::size_t index) {
  const auto row = static_cast<std::int64_t>(index) / half;
  return row < 2 ? 1 : std::int64_t{1} << (row - 1);
}

std::int64_t lowest_at(std::size_t index) {
  const auto row = static_cast<std::int64_t>(index) / half;
  const auto column = static_cast<std::int64_t>(index) % half;
  return row < 2 ? static_cast<std::int64_t>(index) : (half + column) << (row - 1);
}

std::int64_t highest_at(std::size_t index) { return lowest_at(index) + width_at(index) - 1; }

double ms(double ns) { return ns / 1e6; }

}  // namespace

template <class Visit>
void Histogram::walk(const Visit& visit) const {
  for (std::size_t row = 0; row < rows_.size(); ++row) {
    for (std::size_t column = 0; column < rows_[row].size(); ++column) {
      const std::uint64_t count = rows_[row][column];
      if (count > 0 && !visit(row * half + column, count)) return;
    }
  }
}

Duration Histogram::highest_of(std::uint64_t bucket) { return {highest_at(bucket)}; }

HistogramParts Histogram::parts() const {
  HistogramParts parts{min(), max(), mean(), 0, {}};
  if (count_ > 0) parts.rest = static_cast<std::uint64_t>(sum_ % count_);
  walk([&](std::size_t bucket, std::uint64_t count) {
    parts.counts.emplace_back(bucket, count);
    return true;
  });
  return parts;
}

std::optional<Histogram> Histogram::from_parts(const HistogramParts& parts) {
  Histogram histogram;
  std::size_t next = 0;  // the lowest bucket that may come
  for (const auto& [bucket, count] : parts.counts) {
    if (bucket < next || bucket > index_of(highest.ns) || count == 0) return std::nullopt;
    if (count > std::numeric_limits<std::uint64_t>::max() - histogram.count_) return std::nullopt;
    next = bucket + 1;
    const std::size_t row = bucket / half;
    if (row >= histogram.rows_.size()) histogram.rows_.resize(row + 1);
    if (histogram.rows_[row].empty()) histogram.rows_[row].resize(half);
    histogram.rows_[row][bucket % half] = count;
    histogram.count_ += count;
  }
  if (parts.counts.empty()) return histogram;
  const bool in_range = parts.min.ns >= 0 && parts.min <= parts.mean && parts.mean <= parts.max && parts.max <= highest;
  if (!in_range || parts.rest >= histogram.count_) return std::nullopt;
  if (index_of(parts.min.ns) != parts.counts.front().first || index_of(parts.max.ns) != parts.counts.back().first) {
    return std::nullopt;
  }
  histogram.min_ = parts.min.ns;
  histogram.max_ = parts.max.ns;
  histogram.sum_ = static_cast<Wide>(parts.mean.ns) * histogram.count_ + parts.rest;
  return histogram;
}

void Histogram::record(Duration value) {
  const std::int64_t ns = std::clamp<std::int64_t>(value.ns, 0, highest.ns);
  const std::size_t index = index_of(ns);
  const std::size_t row = index / half;
  if (row >= rows_.size()) rows_.resize(row + 1);
  if (rows_[row].empty()) rows_[row].resize(half);
  ++rows_[row][index % half];
  ++count_;
  min_ = std::min(min_, ns);
  max_ = std::max(max_, ns);
  sum_ += static_cast<Wide>(ns);
}

void Histogram::merge(const Histogram& other) {
  if (other.rows_.size() > rows_.size()) rows_.resize(other.rows_.size());
  for (std::size_t row = 0; row < other.rows_.size(); ++row) {
    const std::vector<std::uint64_t>& theirs = other.rows_[row];
    if (theirs.empty()) continue;
    if (rows_[row].empty()) rows_[row].resize(half);
    for (std::size_t column = 0; column < theirs.size(); ++column) rows_[row][column] += theirs[column];
  }
  count_ += other.count_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  sum_ += other.sum_;
}

Duration Histogram::min() const { return {count_ == 0 ? 0 : min_}; }

Duration Histogram::mean() const { return {count_ == 0 ? 0 : static_cast<std::int64_t>(sum_ / count_)}; }

Duration Histogram::percentile(double percentile) const {
  BSN_CHECK(percentile > 0 && percentile <= 100, "a percentile lies in (0, 100]");
  // One step down: 99.9 is stored a little too large, and 99.9 % of 1,000 are 999, not 1,000.
  const double wanted = std::nextafter(percentile, 0.0) / 100 * static_cast<double>(count_);
  const auto rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(wanted)));
  std::uint64_t seen = 0;
  Duration found{max_};
  walk([&](std::size_t bucket, std::uint64_t count) {
    seen += count;
    if (seen >= rank) found = {std::min(highest_at(bucket), max_)};
    return seen < rank;
  });
  return found;
}

double Histogram::standard_deviation_ms() const {
  if (count_ == 0) return 0;
  const double mean = static_cast<double>(sum_) / static_cast<double>(count_);
  double squares = 0;
  walk([&](std::size_t bucket, std::uint64_t count) {
    const double middle = static_cast<double>(lowest_at(bucket)) + static_cast<double>(width_at(bucket)) / 2;
    squares += static_cast<double>(count) * (middle - mean) * (middle - mean);
    return true;
  });
  return ms(std::sqrt(squares / static_cast<double>(count_)));
}

// Five lines for each halving of the way to 100 %, as the plotters expect; the last bucket gets one, and one for 100 %.
std::string Histogram::to_hgrm() const {
  std::string text = "       Value     Percentile TotalCount 1/(1-Percentile)\n\n";
  double next = 0;  // the share at which the next line is due
  std::uint64_t seen = 0;
  walk([&](std::size_t bucket, std::uint64_t count) {
    seen += count;
    const double share = static_cast<double>(seen) / static_cast<double>(count_);
    const double value = ms(static_cast<double>(std::min(highest_at(bucket), max_)));
    while (next <= share && next < 1) {
      text += fmt::format("{:12.6f} {:14.12f} {:10} {:14.2f}\n", value, next, seen, 1 / (1 - next));
      constexpr double lines_per_half = 5;
      const double halvings = std::floor(std::log2(1 / (1 - next))) + 1;
      next += 1 / (lines_per_half * std::exp2(halvings));
      if (seen == count_) break;
    }
    if (seen == count_) text += fmt::format("{:12.6f} {:14.12f} {:10}\n", value, 1.0, seen);
    return true;
  });
  const double mean = count_ == 0 ? 0 : ms(static_cast<double>(sum_) / static_cast<double>(count_));
  text += fmt::format("#[Mean    = {:12.6f}, StdDeviation   = {:12.6f}]\n", mean, standard_deviation_ms());
  text += fmt::format("#[Max     = {:12.6f}, Total count    = {:12}]\n", ms(static_cast<double>(max_)), count_);
  text += fmt::format("#[Buckets = {:12}, SubBuckets     = {:12}]\n", index_of(highest.ns) / half, 2 * half);
  return text;
}

}  // namespace bsn
