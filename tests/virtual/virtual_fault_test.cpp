// The faults that only virtual time knows, on the small scenario: all judges stay content, and each fault shows.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "sim/scenario_file.h"
#include "sim/virtual/virtual_cluster.h"
#include "sim/virtual/virtual_runner.h"

namespace bsn {
namespace {

Scenario small() { return std::move(load_scenario("configs/scenarios/small.yaml").value()); }

Report run(const Scenario& scenario) { return std::move(run_virtual(scenario, {}).value()); }

std::vector<std::string> all_cities(const Scenario& scenario) {
  std::vector<std::string> all;
  for (const City& city : scenario.topology.cities) all.push_back(city.id);
  return all;
}

Report run_disturbed(FaultKind kind, Duration delay, double share) {
  Scenario scenario = small();
  Fault fault;
  fault.kind = kind;
  fault.targets = all_cities(scenario);
  fault.delay = delay;
  fault.share = share;
  scenario.faults = {fault};
  const Report report = run(scenario);
  for (const InvariantReport& one : report.invariants) {
    EXPECT_EQ(one.violated, 0u) << one.name << ": " << (one.examples.empty() ? "" : one.examples.front());
  }
  EXPECT_TRUE(report.valid);
  return report;
}

TEST(VirtualFaults, LatencyMakesCallsSlower) {
  const Report calm = run(small());
  const Report slow = run_disturbed(FaultKind::latency, milliseconds(100), 0);
  EXPECT_GT(slow.rounds[0].latency.percentile(50), calm.rounds[0].latency.percentile(50) + milliseconds(300));
}

TEST(VirtualFaults, LossDelaysAndNothingIsLost) {
  const Report calm = run(small());
  const Report report = run_disturbed(FaultKind::loss, {}, 0.2);
  EXPECT_GT(report.rounds[0].latency.percentile(50), calm.rounds[0].latency.percentile(50));
}

TEST(VirtualFaults, BrokenConnectionsAndCopiesAndOvertakingBreakNoInvariant) {
  const std::string calm = run(small()).fingerprint;
  EXPECT_NE(run_disturbed(FaultKind::reset_peer, {}, 0.05).fingerprint, calm);
  EXPECT_NE(run_disturbed(FaultKind::duplicate, {}, 0.3).fingerprint, calm);
  EXPECT_NE(run_disturbed(FaultKind::reorder, milliseconds(200), 0.3).fingerprint, calm);
}

TEST(VirtualFaults, TheSameStormGivesTheSameRun) {
  const auto print = [] { return run_disturbed(FaultKind::reset_peer, {}, 0.05).fingerprint; };
  EXPECT_EQ(print(), print());
}

TEST(VirtualFaults, ClocksMayGoAheadAndBeSetRight) {
  Scenario scenario = small();
  const std::string ahead = scenario.topology.chains[0].validators[0];
  scenario.faults = {{milliseconds(500), FaultKind::clock_skew, {ahead}, {}}, {seconds(2), FaultKind::heal, {}, {}}};
  scenario.faults[0].delay = seconds(1);
  const Report report = run(scenario);
  for (const InvariantReport& one : report.invariants) EXPECT_EQ(one.violated, 0u) << one.name;
  EXPECT_EQ(report.rounds[0].failed, 0u);
}

TEST(VirtualFaults, WhoLostItsDiskFetchesWhatItMissed) {
  Scenario scenario = small();
  const std::string victim = scenario.topology.chains[0].validators[0];
  scenario.faults = {{seconds(2), FaultKind::kill, {victim}, {}},
                     {seconds(2), FaultKind::lose_disk, {victim}, {}},
                     {milliseconds(2500), FaultKind::restart, {victim}, {}}};
  const Report report = run(scenario);
  for (const InvariantReport& one : report.invariants) EXPECT_EQ(one.violated, 0u) << one.name;
}

TEST(VirtualFaults, OnlyADeadCityLosesItsDisk) {
  const Scenario scenario = small();
  VirtualCluster cluster(scenario.topology, 1, Durability::os, {});
  EXPECT_FALSE(cluster.lose_disk({0}).ok());
  ASSERT_TRUE(cluster.kill({0}).ok());
  EXPECT_TRUE(cluster.lose_disk({0}).ok());
  EXPECT_TRUE(cluster.restart({0}).ok());
}

TEST(VirtualFaults, AOneWayPartitionStopsALeaderThatHearsNobody) {
  Scenario scenario = small();
  Fault cut{milliseconds(500), FaultKind::partition, {}, {{scenario.topology.chains[0].validators[0]}}};
  cut.one_way = true;
  scenario.faults = {cut, {seconds(3), FaultKind::heal, {}, {}}};
  const Report report = run(scenario);
  for (const InvariantReport& one : report.invariants) EXPECT_EQ(one.violated, 0u) << one.name;
}

}  // namespace
}  // namespace bsn
