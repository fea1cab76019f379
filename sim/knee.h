// The highest rate that a scenario's network holds: found by bisection over trials, each repeated with other seeds.
//
// For each seed by itself the search doubles (or halves) the rate until one trial holds and one breaks, then halves the
// gap between the two until it is small. The seeds' answers give the mean and its 95 % confidence interval. One trial
// is a whole run; what runs it is handed in, so that the search knows neither live nor virtual time.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "sim/policy_comparison.h"
#include "sim/report.h"
#include "sim/scenario.h"

namespace bsn {

struct KneeQuestion {
  double most_p99_ms = 1000;
  double most_loss = 0.01;  // share of the offered calls that did not succeed
  double start_tps = 100;   // of the first trial
  double precision = 0.05;  // the search ends when the lowest rate that broke is so close to the highest that held
  std::uint32_t seeds = 3;  // at least 2
  std::uint32_t most_trials = 24;  // of each seed
  std::uint64_t first_seed = 1;
};

struct KneeTrial {
  double tps = 0;
  std::uint64_t seed = 0;
  bool holds = false;
  bool kept_schedule = true;  // the load generator could; where it could not, the trial says nothing of the network
  double p50_ms = 0, p99_ms = 0, loss = 0, goodput_tps = 0;
  std::string gave_out;  // what gave out first, as far as the report says; empty when it holds
};

struct KneeAnswer {
  std::vector<KneeTrial> trials;   // in the order in which they ran
  std::vector<double> highest;     // by seed: the highest rate that held; 0: none did
  std::optional<Estimate> rate{};  // over the seeds; nullopt: a seed found no limit
  std::string limit;               // why there is no limit: "the load generator gave out before the network"
  std::string gave_out;            // at the lowest rate that broke, what most seeds name
};

// The scenario as one trial: its first round with any call of `network` (empty: its first), with only these calls, at
// this many calls a second and for at least `seconds`; no faults, services or thresholds. invalid_configuration when no
// round calls the network.
Result<Scenario> knee_scenario(const Scenario& scenario, const std::string& network, double tps, Duration shortest);

// Judges one trial's report.
KneeTrial judge_trial(const Report& report, const KneeQuestion& question, double tps);

// `run(tps, seed)` gives a trial's report.
using RunTrial = std::function<Result<Report>(double tps, std::uint64_t seed)>;
using OnTrial = std::function<void(const KneeTrial&)>;
Result<KneeAnswer> find_knee(const KneeQuestion& question, const RunTrial& run, const OnTrial& told);

}  // namespace bsn
