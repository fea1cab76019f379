// Cities join and leave a network that works, in virtual time.
#include <gtest/gtest.h>

#include "sim/scenario_file.h"
#include "sim/virtual/virtual_runner.h"

namespace bsn {
namespace {

Scenario load(const std::string& file) {
  Result<Scenario> scenario = load_scenario("configs/scenarios/" + file);
  return std::move(scenario.value());
}

Report run(const Scenario& scenario) {
  Result<Report> report = run_virtual(scenario, {});
  return std::move(report.value());
}

// All calls succeeded, all invariants hold, each had work.
void expect_flawless(const Report& report) {
  for (const RoundReport& round : report.rounds) EXPECT_EQ(round.succeeded, round.offered) << round.label;
  for (const InvariantReport& one : report.invariants) {
    EXPECT_GT(one.checked, 0u) << one.name;
    EXPECT_EQ(one.violated, 0u) << one.name << ": " << (one.examples.empty() ? "" : one.examples.front());
  }
  EXPECT_EQ(exit_code(report), 0);
}

const CityNodeReport& city(const Report& report, const std::string& id) {
  for (const CityNodeReport& one : report.city_nodes) {
    if (one.city == id) return one;
  }
  throw std::out_of_range(id);
}

Fault fault(Duration at, FaultKind kind, std::vector<std::string> targets) {
  return {at, kind, std::move(targets), {}};
}

TEST(VirtualLifeCycle, ACityJoinsUnderLoadAndIsUsed) {
  Scenario scenario = load("small.yaml");
  scenario.faults = {fault(milliseconds(500), FaultKind::commission, {"changde"})};
  scenario.rounds[0].origins.push_back("changde");
  const Report report = run(scenario);
  expect_flawless(report);
  EXPECT_EQ(city(report, "changde").state, "connected");
  EXPECT_GT(city(report, "changde").calls, 0u);
  EXPECT_TRUE(city(report, "changde").healthy);
  ASSERT_TRUE(report.faults[0].until_s) << "when it was connected: the end of its band on the page";
  EXPECT_GT(*report.faults[0].until_s, 0.5);
  EXPECT_LE(*report.faults[0].until_s, report.simulated_seconds);
}

TEST(VirtualLifeCycle, ACityLeavesUnderLoadAndComesBack) {
  Scenario scenario = load("small.yaml");
  scenario.topology.cities[find_city(scenario.topology, "changde")->value].state = CityState::connected;
  for (const char* chain : {"fabric/supply-chain", "fisco-bcos/government-affairs"}) {
    for (Chain& one : scenario.topology.chains) {
      if (to_string(one.name) == chain) one.followers.push_back("changde");
    }
  }
  scenario.rounds[0].origins.push_back("changde");
  scenario.faults = {fault(milliseconds(500), FaultKind::leave, {"changde"}),
                     fault(milliseconds(2500), FaultKind::commission, {"changde"})};
  const Report report = run(scenario);
  expect_flawless(report);
  EXPECT_EQ(city(report, "changde").state, "connected");
}

TEST(VirtualLifeCycle, ADrainedCityGetsNothingMore) {
  Scenario scenario = load("small.yaml");
  scenario.faults = {fault({}, FaultKind::drain, {"beijing"})};
  const Report report = run(scenario);
  expect_flawless(report);
  EXPECT_EQ(city(report, "beijing").state, "draining");
  EXPECT_LT(city(report, "beijing").calls, 10u);
}

TEST(VirtualLifeCycle, AStepThatCannotBeTakenEndsTheRunWithItsReason) {
  Scenario scenario = load("small.yaml");
  scenario.faults = {fault({}, FaultKind::commission, {"beijing"})};
  const Result<Report> report = run_virtual(scenario, {});
  ASSERT_FALSE(report.ok());
  EXPECT_NE(report.error().message.find("it is connected"), std::string::npos);
}

TEST(VirtualLifeCycle, ACityMayDieWhileItJoins) {
  Scenario scenario = load("small.yaml");
  scenario.faults = {fault(milliseconds(500), FaultKind::commission, {"changde"}),
                     fault(milliseconds(530), FaultKind::kill, {"changde"}),
                     fault(milliseconds(1500), FaultKind::restart, {"changde"})};
  const Report report = run(scenario);
  expect_flawless(report);
  EXPECT_EQ(city(report, "changde").state, "connected");
}

TEST(VirtualLifeCycle, ThirtyCitiesJoinWithoutOneFailedCall) {
  const Report report = run(load("thirty_cities_join.yaml"));
  expect_flawless(report);
  std::size_t serving = 0;
  for (const CityNodeReport& one : report.city_nodes)
    serving += !one.overseas && one.state == "connected" && one.healthy;
  EXPECT_EQ(serving, 128u);
  EXPECT_EQ(report.gateway.retries, 0u);
}

}  // namespace
}  // namespace bsn
