// `bsnsim swarm`: many small networks in bad weather, judged; failing ones are shrunk to files that replay them.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <string>

#include "sim/cli/commands.h"
#include "sim/cli/progress_line.h"
#include "sim/cli/stop_signal.h"
#include "sim/scenario_file.h"
#include "sim/swarm/swarm.h"
#include "sim/swarm/swarm_family.h"
#include "sim/swarm/swarm_scenario.h"
#include "sim/swarm/swarm_shrink.h"
#include "sim/text_table.h"
#include "sim/virtual/virtual_runner.h"

namespace bsn {
namespace {

Result<Report> run_one(const Scenario& scenario) { return run_virtual(scenario, {}); }

std::string kind_of(const std::string& finding) { return finding.substr(0, finding.find(':')); }

std::string replay_command(const SwarmRun& run) {
  return fmt::format("bsnsim swarm --family {} --first-seed {} --seeds 1", run.family, run.seed);
}

struct FamilyTally {
  std::uint64_t runs = 0, findings = 0, faults = 0, events = 0;
  double simulated_seconds = 0;
};

void print_summary(const std::vector<SwarmRun>& runs) {
  std::map<std::string, FamilyTally> tallies;
  for (const SwarmRun& run : runs) {
    FamilyTally& tally = tallies[run.family];
    ++tally.runs;
    tally.findings += run.finding ? 1 : 0;
    tally.faults += run.faults;
    tally.events += run.events;
    tally.simulated_seconds += run.simulated_seconds;
  }
  TextTable table({"family", "seeds", "faults", "events", "simulated s", "failed"});
  for (const auto& [family, tally] : tallies) {
    table.add({family, fmt::to_string(tally.runs), fmt::to_string(tally.faults), fmt::to_string(tally.events),
               fmt::format("{:.0f}", tally.simulated_seconds), fmt::to_string(tally.findings)});
  }
  fmt::print("{}", table.text(110));
}

// Writes the shrunk scenario; what its run shows stands above it.
Result<std::string> write_regression(const SwarmRun& run, const std::string& folder) {
  const std::string kind = kind_of(*run.finding);
  const auto still_fails = [&](const Scenario& scenario) {
    if (!check(scenario).empty()) return false;
    const auto finding = judge_swarm_scenario(scenario, run_one);
    return finding && kind_of(*finding) == kind;
  };
  const Scenario shrunk = shrink_swarm_scenario(draw_swarm_scenario(run.family, run.seed), still_fails);
  const std::string path = fmt::format("{}/{}-{}.yaml", folder, run.family, run.seed);
  std::ofstream file(path);
  file << "# " << judge_swarm_scenario(shrunk, run_one).value_or("nothing") << "\n" << dump_brief_yaml(shrunk);
  file.close();
  if (!file) return Error{ErrorCode::io, "can't write " + path + ": is the folder there and yours to write?"};
  return path;
}

Result<Done> print_finding(const SwarmRun& run, const SwarmCommandOptions& options) {
  fmt::print("\n{} seed {}: {}\n  again: {}\n", run.family, run.seed, *run.finding, replay_command(run));
  if (options.shrink_to.empty()) return Done{};
  const auto path = write_regression(run, options.shrink_to);
  if (!path) return path.error();
  fmt::print("  shrunk: bsnsim run {}\n", *path);
  return Done{};
}

int show(const std::string& family, std::uint64_t seed) {
  fmt::print("{}", dump_brief_yaml(draw_swarm_scenario(family, seed)));
  return 0;
}

int verdict(const std::vector<SwarmRun>& runs) {
  const auto any = [&](const auto& fits) {
    return std::any_of(runs.begin(), runs.end(),
                       [&](const SwarmRun& run) { return run.finding && fits(kind_of(*run.finding)); });
  };
  if (any([](const std::string& kind) { return kind != "LIVE" && kind != "VOID" && kind != "ERROR"; })) return 129;
  if (any([](const std::string& kind) { return kind == "LIVE"; })) return 128;
  return any([](const std::string&) { return true; }) ? 1 : 0;
}

}  // namespace

int command_swarm(const SwarmCommandOptions& options) {
  SwarmOptions swarm;
  swarm.families = options.families.empty() ? swarm_families() : options.families;
  swarm.first_seed = options.first_seed;
  swarm.seeds = options.seeds;
  swarm.jobs = options.jobs;
  if (options.show) return show(swarm_family_of(swarm, swarm.first_seed), swarm.first_seed);
  swarm.stop = &stop_requested;
  watch_stop_signal();
  ProgressLine progress(options.quiet);
  std::uint64_t done = 0, failed = 0;
  swarm.on_run = [&](const SwarmRun& run) {
    failed += run.finding ? 1 : 0;
    if (++done % 10 == 0 || run.finding)
      progress.note(fmt::format("{} of {} seeds, {} failed", done, swarm.seeds, failed));
  };
  const std::vector<SwarmRun> runs = run_swarm(swarm, run_one);
  print_summary(runs);
  for (const SwarmRun& run : runs) {
    if (!run.finding) continue;
    if (auto printed = print_finding(run, options); !printed) return report_error(printed.error());
  }
  if (const int broken = verdict(runs); broken != 0) return broken;
  return stop_requested ? 105 : 0;
}

}  // namespace bsn
