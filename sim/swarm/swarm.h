// A swarm: many seeds, each a small network in a storm of its own (swarm_scenario.h), run and judged one by one.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "sim/report.h"
#include "sim/scenario.h"

namespace bsn {

// How a scenario is run: run_virtual but for tests. Called from several threads at once.
using RunScenario = std::function<Result<Report>(const Scenario&)>;

struct SwarmRun {
  std::string family;
  std::uint64_t seed = 0;
  // What is wrong, "AGR: ..."; also VOID where the run does not count and ERROR where it did not end. nullopt: nothing.
  std::optional<std::string> finding;
  std::uint64_t events = 0;
  std::uint64_t faults = 0;  // that struck
  double simulated_seconds = 0;
  std::string fingerprint;
};

// Draws, runs and judges one seed.
SwarmRun run_swarm_seed(const std::string& family, std::uint64_t seed, const RunScenario& run);

// Judges a run of a scenario that came from a swarm.
std::optional<std::string> judge_swarm_scenario(const Scenario& scenario, const RunScenario& run);

struct SwarmOptions {
  std::vector<std::string> families;  // of swarm_families(); seed s takes the one at s modulo their number
  std::uint64_t first_seed = 1;
  std::uint64_t seeds = 1;
  unsigned jobs = 1;                                                     // threads
  const std::atomic<bool>* stop = nullptr;                               // becomes true: no further seed is begun
  std::function<void(const SwarmRun&)> on_run = [](const SwarmRun&) {};  // one call at a time, in no fixed order
};

// The family of a seed.
const std::string& swarm_family_of(const SwarmOptions& options, std::uint64_t seed);

// All runs, in the order of their seeds; fewer when stopped.
std::vector<SwarmRun> run_swarm(const SwarmOptions& options, const RunScenario& run);

}  // namespace bsn
