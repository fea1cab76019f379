#include "sim/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <map>

#include "core/check.h"
#include "sim/policy_comparison.h"

namespace bsn {
namespace {

using Better = Metric::Better;

void add_round(const RoundReport& round, std::vector<Metric>& metrics) {
  const auto add = [&](const char* name, double value, Better better) {
    metrics.push_back({fmt::format("round {}: {}", round.label, name), value, better});
  };
  if (round.sent == 0) return;
  const LatencySummary latency = summarize(round.latency);
  add("goodput_tps", round.goodput_tps, Better::more);
  add("failed_share", static_cast<double>(round.sent - round.succeeded) / static_cast<double>(round.sent),
      Better::less);
  add("mean_ms", latency.mean.milliseconds(), Better::less);
  add("p50_ms", latency.p50.milliseconds(), Better::less);
  add("p95_ms", latency.p95.milliseconds(), Better::less);
  add("p99_ms", latency.p99.milliseconds(), Better::less);
}

void add_mix(const RoundReport& round, const MixReport& mix, std::vector<Metric>& metrics) {
  if (mix.latency.count() == 0) return;
  const std::string call = fmt::format("{}: {}/{} {} {}.{} {}", round.label, mix.network, mix.chain, mix.operation,
                                       mix.contract, mix.function, mix.level);
  metrics.push_back({call + ": p50_ms", mix.latency.percentile(50).milliseconds(), Better::less});
  metrics.push_back({call + ": p99_ms", mix.latency.percentile(99).milliseconds(), Better::less});
}

void add_chain(const NetworkReport& chain, std::vector<Metric>& metrics) {
  const std::string name = fmt::format("chain {}/{}: ", chain.network, chain.chain);
  if (chain.blocks > 1) metrics.push_back({name + "block_interval_s", chain.block_interval_s, Better::neither});
  if (chain.finality.count > 0)
    metrics.push_back({name + "finality_p50_ms", chain.finality.p50.milliseconds(), Better::less});
}

// What the runs of one side gave for one metric.
struct Values {
  std::vector<double> values;

  double mean() const {
    double sum = 0;
    for (const double value : values) sum += value;
    return values.empty() ? 0 : sum / static_cast<double>(values.size());
  }
  // Of the mean.
  double variance() const {
    double squares = 0;
    for (const double value : values) squares += (value - mean()) * (value - mean());
    const auto n = static_cast<double>(values.size());
    return squares / (n - 1) / n;
  }
  MetricEstimate estimate_of() const {
    MetricEstimate out{values.size(), mean(), std::nullopt};
    if (values.size() >= 2) out.half_width = estimate(values).half_width;
    return out;
  }
};

// Whether the difference may be chance: its 95 % interval holds 0.
bool may_be_chance(const Values& first, const Values& other) {
  if (first.values.size() < 2 || other.values.size() < 2) return false;
  const double a = first.variance(), b = other.variance();
  if (a + b <= 0) return false;  // every run gave the same
  const auto freedom = [](const Values& side) { return static_cast<double>(side.values.size() - 1); };
  const double degrees = (a + b) * (a + b) / (a * a / freedom(first) + b * b / freedom(other));
  const double t = boost::math::quantile(boost::math::students_t(degrees), 0.975);
  return std::abs(other.mean() - first.mean()) <= t * std::sqrt(a + b);
}

std::optional<double> change_of(const Values& first, const Values& other) {
  if (first.values.empty() || other.values.empty()) return std::nullopt;
  const double off = other.mean() - first.mean();
  if (off == 0) return 0;
  if (first.mean() == 0) return std::nullopt;
  return off / std::abs(first.mean());
}

bool is_beyond(const Values& first, const Values& other, Better better, double tolerance) {
  if (first.values.empty() || other.values.empty()) return true;
  if (may_be_chance(first, other)) return false;
  double off = other.mean() - first.mean();
  if (better == Better::more) off = -off;
  if (better == Better::neither) off = std::abs(off);
  return off > tolerance * std::abs(first.mean());
}

}  // namespace

std::vector<Metric> metrics_of(const Report& report) {
  std::vector<Metric> metrics;
  for (const RoundReport& round : report.rounds) add_round(round, metrics);
  for (const RoundReport& round : report.rounds) {
    for (const MixReport& mix : round.mix) add_mix(round, mix, metrics);
  }
  for (const NetworkReport& chain : report.networks) add_chain(chain, metrics);
  return metrics;
}

std::vector<MetricComparison> compare_reports(const std::vector<std::vector<Report>>& sides, double tolerance) {
  BSN_CHECK(sides.size() >= 2, "a comparison has two sides");
  std::vector<MetricComparison> comparisons;            // in the order in which metrics appear first
  std::map<std::string, std::vector<Values>> measured;  // by name, by side
  for (std::size_t side = 0; side < sides.size(); ++side) {
    for (const Report& report : sides[side]) {
      for (const Metric& metric : metrics_of(report)) {
        std::vector<Values>& values = measured[metric.name];
        if (values.empty()) comparisons.push_back({metric.name, metric.better, {}, {}, {}});
        values.resize(sides.size());
        values[side].values.push_back(metric.value);
      }
    }
  }
  for (MetricComparison& one : comparisons) {
    const std::vector<Values>& values = measured[one.name];
    for (std::size_t side = 0; side < values.size(); ++side) {
      one.sides.push_back(values[side].estimate_of());
      if (side == 0) continue;
      one.change.push_back(change_of(values[0], values[side]));
      one.beyond.push_back(is_beyond(values[0], values[side], one.better, tolerance));
    }
  }
  return comparisons;
}

bool any_beyond(const std::vector<MetricComparison>& comparisons) {
  return std::any_of(comparisons.begin(), comparisons.end(), [](const MetricComparison& one) {
    return std::find(one.beyond.begin(), one.beyond.end(), true) != one.beyond.end();
  });
}

}  // namespace bsn
