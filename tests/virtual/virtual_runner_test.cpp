#include "sim/virtual/virtual_runner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "sim/scenario_file.h"

namespace bsn {
namespace {

Scenario load(const std::string& file) {
  Result<Scenario> scenario = load_scenario("configs/scenarios/" + file);
  return std::move(scenario.value());
}

Report run(const Scenario& scenario, std::uint64_t seed = 1) {
  VirtualOptions options;
  options.seed = seed;
  Result<Report> report = run_virtual(scenario, options);
  return std::move(report.value());
}

// Every judge had work and nothing to say, and the run counts.
void expect_sound(const Report& report) {
  for (const InvariantReport& one : report.invariants) {
    EXPECT_GT(one.checked, 0u) << one.name;
    EXPECT_EQ(one.violated, 0u) << one.name << ": " << (one.examples.empty() ? "" : one.examples.front());
  }
  EXPECT_TRUE(report.valid) << (report.why_invalid.empty() ? "" : report.why_invalid.front());
  EXPECT_EQ(exit_code(report), 0);
}

Fault fault(Duration at, FaultKind kind, std::vector<std::string> targets,
            std::vector<std::vector<std::string>> groups = {}) {
  return {at, kind, std::move(targets), std::move(groups)};
}

TEST(VirtualRunner, TheSameSeedGivesTheSameRun) {
  const Scenario scenario = load("small.yaml");
  const Report first = run(scenario), second = run(scenario);
  EXPECT_EQ(first.fingerprint, second.fingerprint);
  EXPECT_EQ(first.events, second.events);
  EXPECT_EQ(first.rounds[0].latency.to_hgrm(), second.rounds[0].latency.to_hgrm());
}

TEST(VirtualRunner, AnotherSeedGivesAnotherRun) {
  const Scenario scenario = load("small.yaml");
  EXPECT_NE(run(scenario, 1).fingerprint, run(scenario, 2).fingerprint);
}

TEST(VirtualRunner, AnotherCityChangesNobodysLuck) {
  const Scenario scenario = load("small.yaml");
  Scenario larger = scenario;
  City city = scenario.topology.cities.front();
  city.id = "elsewhere";
  city.place.latitude += 1;
  larger.topology.cities.push_back(city);
  EXPECT_EQ(run(scenario).fingerprint, run(larger).fingerprint);
}

TEST(VirtualRunner, TheSmallScenarioHoldsEveryInvariant) {
  const Report report = run(load("small.yaml"));
  expect_sound(report);
  EXPECT_EQ(report.rounds[0].succeeded, report.rounds[0].offered);
  for (const NetworkReport& network : report.networks) EXPECT_GT(network.blocks, 0u) << network.network;
}

TEST(VirtualRunner, ThePartsOfACallAddUpToItsLatency) {
  const RoundReport round = run(load("small.yaml")).rounds[0];
  ASSERT_EQ(round.split.calls, round.latency.count());
  const Duration parts = round.split.sum.total() + round.split.client;
  EXPECT_EQ(parts / static_cast<std::int64_t>(round.split.calls), round.latency.mean());
}

TEST(VirtualRunner, AKilledValidatorComesBackWithoutLosingAnAcknowledgedWrite) {
  Scenario scenario = load("small.yaml");
  const std::string victim = scenario.topology.chains[0].validators[0];
  scenario.faults = {fault(seconds(1), FaultKind::kill, {victim}), fault(seconds(2), FaultKind::restart, {victim})};
  const Report report = run(scenario);
  expect_sound(report);
  EXPECT_EQ(report.faults[0].fired + report.faults[1].fired, 2u);
  EXPECT_GT(report.rounds[0].succeeded, report.rounds[0].offered / 2);
}

TEST(VirtualRunner, EveryNodeMayDieAndAllAcknowledgedWritesAreBack) {
  Scenario scenario = load("small.yaml");
  std::vector<std::string> all;
  for (const City& city : scenario.topology.cities) all.push_back(city.id);
  scenario.faults = {fault(seconds(2), FaultKind::kill, all), fault(milliseconds(2500), FaultKind::restart, all)};
  expect_sound(run(scenario));
}

TEST(VirtualRunner, NodesThatAreStillDeadAtTheEndAreMendedBeforeTheJudgesAsk) {
  Scenario scenario = load("small.yaml");
  const Chain& chain = scenario.topology.chains[0];
  scenario.faults = {fault(seconds(1), FaultKind::kill, {chain.validators[0]}),
                     fault(seconds(1), FaultKind::pause, {chain.validators[1]})};
  expect_sound(run(scenario));
}

TEST(VirtualRunner, APartitionHeals) {
  Scenario scenario = load("small.yaml");
  const std::vector<std::string>& validators = scenario.topology.chains[0].validators;
  scenario.faults = {fault(seconds(1), FaultKind::partition, {}, {{validators[0], validators[1]}}),
                     fault(seconds(3), FaultKind::heal, {})};
  expect_sound(run(scenario));
}

TEST(VirtualRunner, TheSmallerSideOfAPartitionDoesNotAcknowledgeFinalWrites) {
  Scenario scenario = load("small.yaml");
  Round& round = scenario.rounds[0];
  std::erase_if(round.mix, [](const MixEntry& entry) { return entry.operation == Operation::query; });
  std::vector<std::vector<std::string>> alone;
  for (const City& city : scenario.topology.cities) alone.push_back({city.id});
  scenario.faults = {fault({}, FaultKind::partition, {}, alone)};
  for (MixEntry& entry : round.mix) entry.level = Level::final_;
  const Report report = run(scenario);
  EXPECT_EQ(report.rounds[0].succeeded, 0u);
  for (const InvariantReport& one : report.invariants) EXPECT_EQ(one.violated, 0u) << one.name;
}

TEST(VirtualRunner, HoldsEveryInvariantWhileNodesFail) { expect_sound(run(load("node_failure.yaml"))); }

TEST(VirtualRunner, AStopRequestEndsWithAReport) {
  const std::atomic<bool> stop = true;
  VirtualOptions options;
  options.stop = &stop;
  const Result<Report> report = run_virtual(load("small.yaml"), options);
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report->stopped);
  EXPECT_EQ(exit_code(*report), 105);
}

TEST(VirtualRunner, ShowsProgressAgainstRealTimeOnly) {
  double wall = 0;
  VirtualOptions options;
  options.wall_clock = [&] { return wall += 1; };
  std::vector<RunProgress> shown;
  options.progress = [&](const RunProgress& progress) { shown.push_back(progress); };
  const Scenario scenario = load("small.yaml");
  const Result<Report> report = run_virtual(scenario, options);
  ASSERT_TRUE(report.ok());
  ASSERT_GT(shown.size(), 10u);
  EXPECT_EQ(report->fingerprint, run(scenario).fingerprint);
}

// A city that is slow without failing: who goes by the way alone keeps asking it.
TEST(VirtualRunner, PoliciesMeetTheSameArrivalsAndALateCityTellsThemApart) {
  Scenario scenario = load("small.yaml");
  Fault slow = fault(milliseconds(500), FaultKind::latency, {"beijing"});
  slow.delay = milliseconds(80);
  scenario.faults = {slow};
  const auto under = [&](RoutePolicy policy) {
    scenario.topology.routing.choice.policy = policy;
    return run(scenario);
  };
  const Report nearest = under(RoutePolicy::nearest), hedged = under(RoutePolicy::hedged);
  EXPECT_EQ(nearest.rounds[0].offered, hedged.rounds[0].offered);
  EXPECT_EQ(nearest.gateway.hedges, 0u);
  EXPECT_GT(hedged.gateway.hedges, 0u);
  EXPECT_EQ(hedged.gateway.attempts, hedged.rounds[0].sent + hedged.gateway.retries + hedged.gateway.hedges);
  expect_sound(hedged);
}

TEST(VirtualRunner, FinalReadsThatAreComparedAgreeWhileTheChainGrows) {
  Scenario scenario = load("small.yaml");
  scenario.topology.routing.choice.compare = 3;
  const Report report = run(scenario);
  EXPECT_GT(report.gateway.compares, 0u);
  EXPECT_EQ(report.gateway.attempts, report.rounds[0].sent + report.gateway.retries + report.gateway.compares);
  EXPECT_EQ(report.rounds[0].failures.count("DATA_LOSS/PEERS_DISAGREE"), 0u);
  EXPECT_EQ(report.rounds[0].failures.count("ABORTED/PEERS_APART"), 0u);
  expect_sound(report);
}

// ---- between chains ----

const InvariantReport& judged(const Report& report, const std::string& name) {
  const auto found = std::find_if(report.invariants.begin(), report.invariants.end(),
                                  [&](const InvariantReport& one) { return one.name == name; });
  EXPECT_NE(found, report.invariants.end()) << name << " was not judged";
  static const InvariantReport none;
  return found == report.invariants.end() ? none : *found;
}

// Packets were judged, and all of them are finished.
CrossChainReport expect_packets_finished(const Report& report) {
  expect_sound(report);
  EXPECT_TRUE(report.cross_chain);
  if (!report.cross_chain) return {};
  EXPECT_GT(report.cross_chain->sent, 20u) << "too few packets to say anything";
  EXPECT_EQ(report.cross_chain->finished, report.cross_chain->sent);
  for (const char* name : {"PKT", "2PATH", "CONS", "XLIVE"}) EXPECT_GT(judged(report, name).checked, 0u) << name;
  return *report.cross_chain;
}

TEST(VirtualRunner, DocumentsAndPaymentsOfASupplyChainCrossThreeLedgers) {
  const CrossChainReport packets = expect_packets_finished(run(load("supply_chain_finance.yaml")));
  EXPECT_EQ(packets.failed, 0u);
}

TEST(VirtualRunner, AHubThatStandsStillLosesNothingAndWhatIsLateIsRefunded) {
  const Report report = run(load("hub_outage.yaml"));
  const CrossChainReport packets = expect_packets_finished(report);
  EXPECT_GT(packets.refunded, 0u) << "no time-out passed while the hub stood still";
  EXPECT_EQ(packets.stuck, 0u) << "the other hub was concerned";
}

TEST(VirtualRunner, ARelayerThatComesBackFinishesWhatItNeverSaw) {
  const Report report = run(load("relayer_crash.yaml"));
  expect_packets_finished(report);
  ASSERT_EQ(report.faults.size(), 4u);
  for (const FaultReport& one : report.faults) EXPECT_EQ(one.fired, 1u) << one.kind;
}

TEST(VirtualRunner, AStormOfTransfersIsBorne) {
  Scenario scenario = load("transfer_storm.yaml");
  scenario.rounds[0].duration = seconds(10);
  EXPECT_GT(expect_packets_finished(run(scenario)).sent, 300u);
}

}  // namespace
}  // namespace bsn
