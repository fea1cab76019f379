#include "sim/swarm/swarm.h"

#include <algorithm>
#include <mutex>
#include <thread>

#include "sim/swarm/swarm_scenario.h"

namespace bsn {
namespace {

std::optional<std::string> judge(const Result<Report>& report) {
  if (!report) return "ERROR: " + report.error().message;
  if (auto finding = swarm_finding(*report)) return finding;
  if (!report->valid) return "VOID: " + report->why_invalid.front();
  return std::nullopt;
}

}  // namespace

SwarmRun run_swarm_seed(const std::string& family, std::uint64_t seed, const RunScenario& run) {
  const Scenario scenario = draw_swarm_scenario(family, seed);
  const Result<Report> report = run(scenario);
  SwarmRun result;
  result.family = family;
  result.seed = seed;
  result.finding = judge(report);
  if (!report) return result;
  result.events = report->events;
  result.faults = scenario.faults.size();
  result.simulated_seconds = report->simulated_seconds;
  result.fingerprint = report->fingerprint;
  return result;
}

std::optional<std::string> judge_swarm_scenario(const Scenario& scenario, const RunScenario& run) {
  return judge(run(scenario));
}

const std::string& swarm_family_of(const SwarmOptions& options, std::uint64_t seed) {
  return options.families[seed % options.families.size()];
}

std::vector<SwarmRun> run_swarm(const SwarmOptions& options, const RunScenario& run) {
  std::mutex mutex;
  std::vector<SwarmRun> runs;
  std::atomic<std::uint64_t> next{0};
  const auto work = [&] {
    for (std::uint64_t n = next++; n < options.seeds && !(options.stop && *options.stop); n = next++) {
      const std::uint64_t seed = options.first_seed + n;
      SwarmRun one = run_swarm_seed(swarm_family_of(options, seed), seed, run);
      const std::lock_guard lock(mutex);
      options.on_run(one);
      runs.push_back(std::move(one));
    }
  };
  std::vector<std::thread> threads;
  for (unsigned job = 1; job < options.jobs; ++job) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  std::sort(runs.begin(), runs.end(), [](const SwarmRun& a, const SwarmRun& b) { return a.seed < b.seed; });
  return runs;
}

}  // namespace bsn
