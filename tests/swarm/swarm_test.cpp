// Two hundred small networks of all families in storms, and every storm that once broke something.
#include "sim/swarm/swarm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "sim/scenario_file.h"
#include "sim/swarm/swarm_family.h"
#include "sim/swarm/swarm_scenario.h"
#include "sim/virtual/virtual_runner.h"

namespace bsn {
namespace {

Result<Report> run(const Scenario& scenario) { return run_virtual(scenario, {}); }

TEST(Swarm, EveryFamilyIsSafeInAStormAndLiveAfterIt) {
  SwarmOptions options;
  options.families = swarm_families();
  options.seeds = 200;
  std::map<std::string, std::uint64_t> seen;
  std::uint64_t faults = 0;
  for (const SwarmRun& one : run_swarm(options, run)) {
    EXPECT_EQ(one.finding.value_or(""), "") << one.family << " seed " << one.seed;
    ++seen[one.family];
    faults += one.faults;
  }
  EXPECT_EQ(seen.size(), swarm_families().size());
  EXPECT_GT(faults, 1000u);  // a swarm in which nothing went wrong shows nothing
}

TEST(Swarm, TheSameSeedGivesTheSameRun) {
  for (const std::string& family : swarm_families()) {
    const SwarmRun first = run_swarm_seed(family, 7, run), second = run_swarm_seed(family, 7, run);
    EXPECT_EQ(first.fingerprint, second.fingerprint) << family;
    EXPECT_NE(first.fingerprint, run_swarm_seed(family, 8, run).fingerprint) << family;
  }
}

TEST(Swarm, DrawsValidScenariosThatAFileReplays) {
  for (std::uint64_t seed = 1; seed <= 90; ++seed) {
    const std::string& family = swarm_families()[seed % swarm_families().size()];
    const Scenario scenario = draw_swarm_scenario(family, seed);
    ASSERT_EQ(check(scenario), std::vector<std::string>{}) << family << " seed " << seed;
    if (seed > 18) continue;
    const std::string path = testing::TempDir() + "swarm.yaml";
    std::ofstream(path) << dump_brief_yaml(scenario);
    const Result<Scenario> again = load_scenario(path);
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_EQ(run(*again)->fingerprint, run(scenario)->fingerprint) << family << " seed " << seed;
  }
}

TEST(Swarm, DrawsEveryKindOfFault) {
  std::set<FaultKind> drawn;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    for (const Fault& fault : draw_swarm_scenario("bft", seed).faults) drawn.insert(fault.kind);
  }
  EXPECT_EQ(drawn.size(), 14u);  // of what operators do commission alone
}

TEST(Swarm, IsTheSameWithSeveralJobs) {
  SwarmOptions options;
  options.families = swarm_families();
  options.seeds = 18;
  const std::vector<SwarmRun> one = run_swarm(options, run);
  options.jobs = 3;
  const std::vector<SwarmRun> several = run_swarm(options, run);
  ASSERT_EQ(one.size(), several.size());
  for (std::size_t n = 0; n < one.size(); ++n) EXPECT_EQ(one[n].fingerprint, several[n].fingerprint);
}

TEST(Swarm, SaysWhatAReportShows) {
  Report report;
  EXPECT_EQ(swarm_finding(report), std::nullopt);
  report.rounds.emplace_back().failed_thresholds = {"failed_share <= 0: was 1"};
  report.rounds.back().sent = 4;
  EXPECT_EQ(swarm_finding(report), "LIVE: of 4 writes after the storm 0 were final in time");
  report.invariants.push_back({"AGR", 10, 1, {"two blocks"}});
  EXPECT_EQ(swarm_finding(report), "AGR: two blocks");
}

TEST(Regressions, WhatOnceBrokeHolds) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator("tests/regressions")) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const std::string& file : files) {
    const Result<Scenario> scenario = load_scenario(file);
    ASSERT_TRUE(scenario.ok()) << scenario.error().message;
    EXPECT_EQ(judge_swarm_scenario(*scenario, run).value_or(""), "") << file;
  }
  EXPECT_FALSE(files.empty());
}

}  // namespace
}  // namespace bsn
