#include "sim/policy_comparison.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>

#include "core/check.h"

namespace bsn {
namespace {

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// One figure of each run.
std::vector<double> each(const std::vector<PolicyFigures>& runs, double PolicyFigures::*figure) {
  std::vector<double> values;
  values.reserve(runs.size());
  for (const PolicyFigures& run : runs) values.push_back(run.*figure);
  return values;
}

Estimate difference(const std::vector<PolicyFigures>& runs, const std::vector<PolicyFigures>& first,
                    double PolicyFigures::*figure) {
  std::vector<double> differences;
  differences.reserve(runs.size());
  for (std::size_t seed = 0; seed < runs.size(); ++seed) {
    differences.push_back(runs[seed].*figure - first[seed].*figure);
  }
  return estimate(differences);
}

}  // namespace

PolicyFigures policy_figures(const Report& report) {
  Histogram latency;
  std::uint64_t sent = 0, succeeded = 0;
  for (const RoundReport& round : report.rounds) {
    latency.merge(round.latency);
    sent += round.sent;
    succeeded += round.succeeded;
  }
  const LatencySummary summary = summarize(latency);
  const double calls = static_cast<double>(std::max<std::uint64_t>(sent, 1));
  return {summary.mean.milliseconds(), summary.p50.milliseconds(), summary.p99.milliseconds(),
          static_cast<double>(sent - succeeded) / calls, static_cast<double>(report.gateway.attempts) / calls};
}

Estimate estimate(const std::vector<double>& values) {
  BSN_CHECK(values.size() >= 2, "an interval needs two values");
  const double n = static_cast<double>(values.size());
  const double mean = mean_of(values);
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  const double t = boost::math::quantile(boost::math::students_t(n - 1), 0.975);
  return {mean, t * std::sqrt(squares / (n - 1) / n)};
}

std::vector<PolicyOutcome> compare_policies(const std::vector<std::string>& policies,
                                            const std::vector<std::vector<PolicyFigures>>& runs) {
  std::vector<PolicyOutcome> outcomes;
  for (std::size_t p = 0; p < policies.size(); ++p) {
    PolicyOutcome outcome{policies[p], {}, {}, {}, {}};
    for (const auto figure : {&PolicyFigures::mean_ms, &PolicyFigures::p50_ms, &PolicyFigures::p99_ms,
                              &PolicyFigures::failed_share, &PolicyFigures::attempts_per_call}) {
      outcome.mean.*figure = mean_of(each(runs[p], figure));
    }
    outcome.mean_ms = difference(runs[p], runs.front(), &PolicyFigures::mean_ms);
    outcome.p50_ms = difference(runs[p], runs.front(), &PolicyFigures::p50_ms);
    outcome.p99_ms = difference(runs[p], runs.front(), &PolicyFigures::p99_ms);
    outcomes.push_back(std::move(outcome));
  }
  return outcomes;
}

}  // namespace bsn
