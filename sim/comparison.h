// Two or more set-ups, metric by metric: how far each is from the first, and whether that is beyond a tolerance.
//
// A set-up is one report, or several of repeated runs: then each metric has a mean with a 95 % confidence interval
// (Student's t over the runs), and the difference of two set-ups one by Welch's method (Law, "Simulation Modeling and
// Analysis", 5th edition, section 10.2.2), which takes them for independent. With one run on a side there is no
// interval, and the difference alone counts. Used for "is this better than that" and for the model error between a live
// and a virtual run of one scenario.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/report.h"

namespace bsn {

// One figure of a report. `name` holds where it is from: "round mixed: p99_ms", "fabric/trade submit final: p50_ms".
struct Metric {
  std::string name;
  double value = 0;
  enum class Better { less, more, neither } better = Better::neither;
};

// Rounds (goodput, failed share, p50, p95, p99, mean), then calls of the mixes (p50, p99), then chains (block interval,
// finality). What was not measured is not there. Latencies in milliseconds.
std::vector<Metric> metrics_of(const Report& report);

struct MetricEstimate {
  std::size_t runs = 0;  // that have it; 0: missing
  double mean = 0;
  std::optional<double> half_width{};  // of the 95 % interval; from two runs on
};

struct MetricComparison {
  std::string name;
  Metric::Better better = Metric::Better::neither;
  std::vector<MetricEstimate> sides;
  // Of each side but the first, relative to the first; nullopt: missing on one side, or the first is 0 and this is not.
  std::vector<std::optional<double>> change;
  std::vector<bool> beyond;  // of each side but the first
};

// `sides` has at least two, each with at least one report. A side is beyond the tolerance when it is worse than the
// first by more than this share of it (of a metric that has no better: off by more), and the interval of the
// difference, where there is one, does not hold 0. A metric that is missing on one side is beyond it.
std::vector<MetricComparison> compare_reports(const std::vector<std::vector<Report>>& sides, double tolerance);

bool any_beyond(const std::vector<MetricComparison>& comparisons);

}  // namespace bsn
