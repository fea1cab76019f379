#include "sim/workload.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "tests/sim/two_city_scenario.h"

namespace bsn {
namespace {

std::vector<DueCall> all_calls(const Scenario& scenario, std::uint32_t round = 0, Instant start = {}) {
  Workload workload(scenario, round, start);
  std::vector<DueCall> due;
  workload.advance_to(workload.end(), due);
  EXPECT_FALSE(workload.next_wakeup());
  EXPECT_EQ(due.size(), workload.offered());
  return due;
}

void expect_equal(const std::vector<DueCall>& a, const std::vector<DueCall>& b, Duration shift) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].sequence, b[i].sequence);
    EXPECT_EQ(a[i].mix_entry, b[i].mix_entry);
    EXPECT_EQ(a[i].intended + shift, b[i].intended);
    EXPECT_EQ(a[i].origin, b[i].origin);
    EXPECT_EQ(a[i].call, b[i].call);
  }
}

TEST(Workload, TheSameSeedGivesTheSameCallsWheneverTheRoundStarts) {
  const Scenario scenario = two_city_scenario();
  const Instant later{123'456'789};
  expect_equal(all_calls(scenario), all_calls(scenario, 0, later), later - Instant{});
}

TEST(Workload, SmallStepsGiveTheSameCallsAsOneGreatStep) {
  const Scenario scenario = two_city_scenario();
  Workload workload(scenario, 0, Instant{});
  std::vector<DueCall> due;
  while (const auto next = workload.next_wakeup()) {
    const std::size_t before = due.size();
    workload.advance_to(*next - nanoseconds(1), due);
    EXPECT_EQ(due.size(), before) << "nothing is due before its time";
    workload.advance_to(*next, due);
    EXPECT_GT(due.size(), before);
  }
  expect_equal(all_calls(scenario), due, Duration{});
}

TEST(Workload, AnotherSeedOrRoundGivesOtherCalls) {
  Scenario scenario = two_city_scenario();
  scenario.rounds.push_back(scenario.rounds[0]);
  const auto first = all_calls(scenario), second = all_calls(scenario, 1);
  scenario.seed = 8;
  const auto reseeded = all_calls(scenario);
  EXPECT_NE(first[0].call.args, second[0].call.args);
  EXPECT_NE(first[0].call.args, reseeded[0].call.args);
}

TEST(Workload, OffersWhatTheRateSaysOnItsInstants) {
  const auto calls = all_calls(two_city_scenario());
  ASSERT_EQ(calls.size(), 1000U);
  for (std::size_t i = 0; i < calls.size(); ++i) {
    EXPECT_EQ(calls[i].sequence, i);
    EXPECT_EQ(calls[i].intended, Instant{} + milliseconds(10) * static_cast<std::int64_t>(i));
  }
}

TEST(Workload, PoissonOffersWhatItDraws) {
  Scenario scenario = two_city_scenario();
  scenario.rounds[0].rate = PoissonRate{100};
  EXPECT_NEAR(static_cast<double>(all_calls(scenario).size()), 1000, 4 * std::sqrt(1000.0));
}

TEST(Workload, MixFollowsTheWeights) {
  Scenario scenario = two_city_scenario();
  scenario.rounds[0].rate = FixedRate{4000};
  std::map<std::uint32_t, int> counts;
  for (const DueCall& due : all_calls(scenario)) ++counts[due.mix_entry];
  EXPECT_NEAR(counts[0], 10'000, 4 * std::sqrt(40'000 * 0.25 * 0.75));
  EXPECT_EQ(counts[0] + counts[1], 40'000);
}

TEST(Workload, EverySubmitHasAKeyOfItsOwnAndQueriesHaveNone) {
  std::set<std::string> keys;
  for (const DueCall& due : all_calls(two_city_scenario())) {
    EXPECT_EQ(validate(due.call), std::nullopt);
    if (due.call.operation == Operation::query) continue;
    EXPECT_EQ(due.call.idempotency_key, "7-0-" + std::to_string(due.sequence));
    EXPECT_TRUE(keys.insert(due.call.idempotency_key).second);
  }
  EXPECT_GT(keys.size(), 200U);
}

TEST(Workload, CallsCarryTheScenariosProjectOrTheFirst) {
  Scenario scenario = two_city_scenario();
  EXPECT_EQ(all_calls(scenario)[0].call.project, "shop");
  scenario.topology.projects.push_back({"bank", "key2", {"*"}, {}});
  scenario.project = "bank";
  EXPECT_EQ(all_calls(scenario)[0].call.project, "bank");
}

TEST(Workload, OriginsAreDrawnUniformlyOrAreTheGatewaysCity) {
  Scenario scenario = two_city_scenario();
  for (const DueCall& due : all_calls(scenario)) EXPECT_EQ(due.origin, CityIndex{0});
  scenario.rounds[0].origins = {"south", "north"};
  int south = 0;
  for (const DueCall& due : all_calls(scenario)) south += due.origin == CityIndex{1};
  EXPECT_NEAR(south, 500, 4 * std::sqrt(250.0));
}

TEST(Workload, AnotherMixDoesNotMoveArrivalsOrOrigins) {
  Scenario scenario = two_city_scenario();
  scenario.rounds[0].rate = PoissonRate{100};
  scenario.rounds[0].origins = {"south", "north"};
  const auto before = all_calls(scenario);
  scenario.rounds[0].mix[0].args.push_back("{value 100}");
  scenario.rounds[0].mix[1].weight = 20;
  const auto after = all_calls(scenario);
  ASSERT_EQ(before.size(), after.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(before[i].intended, after[i].intended);
    EXPECT_EQ(before[i].origin, after[i].origin);
  }
}

}  // namespace
}  // namespace bsn
