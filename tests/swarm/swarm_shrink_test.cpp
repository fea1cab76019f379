#include "sim/swarm/swarm_shrink.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "sim/swarm/swarm_scenario.h"

namespace bsn {
namespace {

bool has(const Scenario& scenario, FaultKind kind, const std::string& city) {
  return std::any_of(scenario.faults.begin(), scenario.faults.end(), [&](const Fault& fault) {
    return fault.kind == kind && std::count(fault.targets.begin(), fault.targets.end(), city) > 0;
  });
}

// The first seed whose storm fits.
Scenario storm_with(FaultKind kind, const std::string& city) {
  for (std::uint64_t seed = 1;; ++seed) {
    Scenario scenario = draw_swarm_scenario("bft", seed);
    if (scenario.faults.size() > 8 && has(scenario, kind, city)) return scenario;
  }
}

TEST(SwarmShrink, KeepsWhatIsNeededAndDropsTheRest) {
  const Scenario large = storm_with(FaultKind::pause, "validator-0");
  int runs = 0;
  const Scenario small = shrink_swarm_scenario(large, [&](const Scenario& scenario) {
    ++runs;
    return has(scenario, FaultKind::pause, "validator-0");
  });
  EXPECT_TRUE(check(small).empty());
  EXPECT_TRUE(has(small, FaultKind::pause, "validator-0"));
  EXPECT_EQ(small.faults.size(), 2u) << "the pause, and its end";
  EXPECT_EQ(small.topology.chains.front().validators.size(), 1u);
  EXPECT_TRUE(small.topology.chains.front().followers.empty());
  EXPECT_EQ(small.rounds.front().mix.size(), 1u);
  EXPECT_LE(runs, 400);
}

TEST(SwarmShrink, ReturnsWhatItHasWhenTheRunsAreSpent) {
  const Scenario large = storm_with(FaultKind::pause, "validator-0");
  int runs = 0;
  const auto never = [&](const Scenario&) {
    ++runs;
    return false;
  };
  EXPECT_EQ(shrink_swarm_scenario(large, never, 5).faults.size(), large.faults.size());
  EXPECT_EQ(runs, 5);
}

TEST(TidyFaults, DropsWhatDoesNotFitAndMendsAtTheEnd) {
  Scenario scenario = draw_swarm_scenario("raft", 1);
  const Duration end = scenario.rounds.front().duration;
  scenario.faults = {{seconds(1), FaultKind::restart, {"validator-0"}, {}},
                     {seconds(2), FaultKind::kill, {"validator-0"}, {}},
                     {seconds(3), FaultKind::kill, {"validator-0"}, {}}};
  tidy_faults(scenario);
  ASSERT_EQ(scenario.faults.size(), 2u);
  EXPECT_EQ(scenario.faults[0].at, seconds(2));
  EXPECT_EQ(scenario.faults[1].kind, FaultKind::restart);
  EXPECT_EQ(scenario.faults[1].at, end);
  tidy_faults(scenario);
  EXPECT_EQ(scenario.faults.size(), 2u) << "mends are made anew";
}

}  // namespace
}  // namespace bsn
