// `bsnsim compare-policies`: one scenario under several routing policies, on identical arrivals and faults.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <string>
#include <vector>

#include "sim/cli/commands.h"
#include "sim/cli/run_scenario.h"
#include "sim/cli/stop_signal.h"
#include "sim/policy_comparison.h"
#include "sim/scenario_file.h"
#include "sim/text_table.h"

namespace bsn {
namespace {

// Every call goes by this policy, whatever the file says of single networks and projects.
Scenario under(Scenario scenario, RoutePolicy policy) {
  const Duration hedge_after = scenario.topology.routing.choice.hedge_after;
  scenario.topology.routing = {{policy, {}, hedge_after}, {}, {}};
  return scenario;
}

Result<std::vector<RoutePolicy>> chosen_policies(const std::vector<std::string>& names) {
  std::vector<RoutePolicy> chosen;
  for (const RoutePolicy policy : route_policies) {
    if (names.empty() && policy != RoutePolicy::pinned) chosen.push_back(policy);
  }
  for (const std::string& name : names) {
    const auto known = std::find_if(std::begin(route_policies), std::end(route_policies),
                                    [&](RoutePolicy policy) { return to_string(policy) == name; });
    if (known == std::end(route_policies) || *known == RoutePolicy::pinned) {
      return Error{ErrorCode::invalid_configuration,
                   "'" + name + "' can't be compared; say nearest, least_latency, least_loaded, consistent or hedged"};
    }
    chosen.push_back(*known);
  }
  return chosen;
}

std::string difference(const Estimate& estimate, bool is_first) {
  if (is_first) return "-";
  return fmt::format("{:+.2f} +- {:.2f}{}", estimate.mean, estimate.half_width, estimate.is_clear() ? " *" : "");
}

void print(const std::vector<PolicyOutcome>& outcomes, const ComparePoliciesOptions& options) {
  fmt::print(
      "{}: means of {} runs, seeds {} to {}; differences to {} with 95 % intervals, * where zero lies outside\n\n",
      options.file, options.repeat, options.seed, options.seed + static_cast<std::uint64_t>(options.repeat) - 1,
      outcomes.front().policy);
  TextTable table({"policy", "mean\n(ms)", "p50\n(ms)", "p99\n(ms)", "failed\n(%)", "attempts\nper call",
                   "mean, difference", "p50, difference", "p99, difference"});
  for (const PolicyOutcome& one : outcomes) {
    const bool is_first = &one == &outcomes.front();
    table.add({one.policy, fmt::format("{:.2f}", one.mean.mean_ms), fmt::format("{:.2f}", one.mean.p50_ms),
               fmt::format("{:.2f}", one.mean.p99_ms), fmt::format("{:.2f}", one.mean.failed_share * 100),
               fmt::format("{:.3f}", one.mean.attempts_per_call), difference(one.mean_ms, is_first),
               difference(one.p50_ms, is_first), difference(one.p99_ms, is_first)});
  }
  fmt::print("{}", table.text(140));
}

boost::json::array to_json(const std::vector<PolicyOutcome>& outcomes) {
  boost::json::array all;
  const auto interval = [](const Estimate& one) {
    return boost::json::object{{"mean", one.mean}, {"half_width", one.half_width}};
  };
  for (const PolicyOutcome& one : outcomes) {
    all.push_back(boost::json::object{{"policy", one.policy},
                                      {"mean_ms", one.mean.mean_ms},
                                      {"p50_ms", one.mean.p50_ms},
                                      {"p99_ms", one.mean.p99_ms},
                                      {"failed_share", one.mean.failed_share},
                                      {"attempts_per_call", one.mean.attempts_per_call},
                                      {"mean_ms_difference", interval(one.mean_ms)},
                                      {"p50_ms_difference", interval(one.p50_ms)},
                                      {"p99_ms_difference", interval(one.p99_ms)}});
  }
  return all;
}

}  // namespace

int command_compare_policies(const ComparePoliciesOptions& options) {
  const Result<Scenario> scenario = load_scenario(options.file);
  if (!scenario) return report_error(scenario.error());
  const Result<std::vector<RoutePolicy>> policies = chosen_policies(options.policies);
  if (!policies) return report_error(policies.error());
  watch_stop_signal();
  std::vector<std::string> names;
  std::vector<std::vector<PolicyFigures>> runs;
  int worst = 0;
  for (const RoutePolicy policy : *policies) {
    names.emplace_back(to_string(policy));
    runs.emplace_back();
    const Scenario changed = under(*scenario, policy);
    for (int n = 0; n < options.repeat; ++n) {
      RunOptions run;
      run.file = options.file;
      run.seed = options.seed + static_cast<std::uint64_t>(n);
      run.quiet = true;
      const Result<Report> report = run_scenario(changed, run);
      if (!report) return report_error(report.error());
      if (stop_requested) return 105;
      if (!options.quiet) fmt::print(stderr, "{}, seed {}: done\n", names.back(), *run.seed);
      runs.back().push_back(policy_figures(*report));
      worst = std::max(worst, exit_code(*report));
    }
  }
  const std::vector<PolicyOutcome> outcomes = compare_policies(names, runs);
  if (options.json) {
    fmt::print("{}\n", boost::json::serialize(to_json(outcomes)));
  } else {
    print(outcomes, options);
  }
  return worst;
}

}  // namespace bsn
