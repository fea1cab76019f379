// Services come, change, move and go in virtual time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/scenario_file.h"
#include "sim/virtual/virtual_runner.h"

namespace bsn {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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

// The small scenario, and in a second round calls to a service that was deployed in the first.
Scenario with_service(double tps) {
  Scenario scenario = load("small.yaml");
  ServiceOrder order;
  order.id = "land-registry";
  order.framework = "fisco-bcos";
  order.project = "demo";
  order.validators = {"beijing", "guangzhou", "hangzhou", "ningbo"};
  order.capacity.calls_per_second = tps;
  scenario.services = {order};
  scenario.service_events = {{milliseconds(500), ServiceEventKind::deploy, "land-registry", {}, {}}};
  Round round = scenario.rounds.front();
  round.label = "service";
  round.rate = FixedRate{50};
  round.mix = {MixEntry{
      1, {"fisco-bcos", "land-registry"}, Operation::submit, "kv", "put", {"{key 9}", "{value 20}"}, Level::final_}};
  scenario.rounds.push_back(round);
  return scenario;
}

TEST(VirtualService, ADeployedServiceIsCalledThroughTheGatewayAndItsUseIsCounted) {
  const Report report = run(with_service(60));
  expect_flawless(report);
  ASSERT_EQ(report.services.size(), 1u);
  const ServiceReport& service = report.services.front();
  EXPECT_EQ(service.state, "running");
  EXPECT_EQ(service.calls, 200u);
  EXPECT_EQ(service.over_capacity, 0u);
  EXPECT_GT(service.traffic, 200u * 20);
  EXPECT_GT(service.storage, 200u * 20);
  EXPECT_EQ(report.networks.back().chain, "land-registry");
  EXPECT_EQ(report.networks.back().transactions, 200u);
  ASSERT_TRUE(report.service_events.front().until_s) << "when it ran: the end of its band on the page";
  EXPECT_GT(*report.service_events.front().until_s, 0.5);
  EXPECT_LT(*report.service_events.front().until_s, 5);
}

TEST(VirtualService, CallsBeyondItsCapacityAreRefused) {
  const Report report = run(with_service(30));
  // 30 at once and 30 a second for four seconds, less the calls that come before the bucket has refilled at the end.
  const std::uint64_t admitted = report.rounds[1].succeeded;
  EXPECT_NEAR(static_cast<double>(admitted), 150, 2);
  EXPECT_EQ(report.rounds[1].failures.at("RESOURCE_EXHAUSTED/RATE_LIMITED"), 200 - admitted);
  EXPECT_EQ(report.services.front().over_capacity, 200 - admitted);
}

TEST(VirtualService, AStrangersProjectMayNotCallIt) {
  Scenario scenario = with_service(60);
  scenario.services.front().project = "trial";
  const Report report = run(scenario);
  EXPECT_EQ(report.rounds[1].failures.at("PERMISSION_DENIED/NOT_GRANTED"), 200u);
}

TEST(VirtualService, ARetiredServicesCallsFindNothingAndItsNameCanBeUsedAgain) {
  Scenario scenario = with_service(60);
  scenario.service_events.push_back({milliseconds(1500), ServiceEventKind::retire, "land-registry", {}, {}});
  Report report = run(scenario);
  EXPECT_EQ(report.rounds[1].failures.at("NOT_FOUND/UNKNOWN_NETWORK"), 200u);
  EXPECT_EQ(report.services.front().state, "retired");
  EXPECT_GE(*report.service_events.back().until_s, 1.5);
  scenario.service_events.push_back({milliseconds(2500), ServiceEventKind::deploy, "land-registry", {}, {}});
  report = run(scenario);
  expect_flawless(report);
  ASSERT_EQ(report.services.size(), 2u);
  EXPECT_EQ(report.services[1].calls, 200u);
}

// As with_service, on Fabric with a follower that moves from Beijing to Changde while it is called.
Scenario with_move() {
  Scenario scenario = with_service(60);
  scenario.topology.cities[find_city(scenario.topology, "changde")->value].state = CityState::connected;
  ServiceOrder& order = scenario.services.front();
  order.framework = "fabric";
  order.validators = {"guangzhou", "hangzhou", "ningbo"};
  order.followers = {"beijing"};
  scenario.rounds[1].mix.front().chain.network = "fabric";
  scenario.service_events.push_back(
      {milliseconds(5'500), ServiceEventKind::move, "land-registry", {}, {"beijing", "changde"}});
  return scenario;
}

TEST(VirtualService, ItMovesAwayAndBackUnderLoad) {
  Scenario scenario = with_move();
  scenario.service_events.push_back(
      {milliseconds(7'000), ServiceEventKind::move, "land-registry", {}, {"changde", "beijing"}});
  const Report report = run(scenario);
  expect_flawless(report);
  EXPECT_THAT(report.services.front().followers, ElementsAre("beijing"));
  EXPECT_EQ(report.services.front().state, "running");
  const std::optional<double> away = report.service_events[1].until_s, back = report.service_events[2].until_s;
  ASSERT_TRUE(away && back);
  EXPECT_GT(*away, 5.5);
  EXPECT_LT(*away, 7.0);
  EXPECT_GT(*back, 7.0);
}

TEST(VirtualService, ItsNewHostMayDieOnTheWay) {
  Scenario scenario = with_move();
  scenario.faults = {{milliseconds(5'510), FaultKind::kill, {"changde"}, {}},
                     {milliseconds(6'500), FaultKind::restart, {"changde"}, {}}};
  const Report report = run(scenario);
  expect_flawless(report);
  EXPECT_THAT(report.services.front().followers, ElementsAre("changde"));
}

TEST(VirtualService, OfTwoHostsOneMayLeaveTheNetwork) {
  Scenario scenario = with_move();
  scenario.service_events.pop_back();
  scenario.faults = {{milliseconds(5'500), FaultKind::drain, {"hangzhou"}, {}}};
  const Report report = run(scenario);
  expect_flawless(report);
}

TEST(VirtualService, ARefusedStepEndsTheRunWithItsReason) {
  Scenario scenario = with_service(60);
  scenario.services.front().followers = {"changde"};  // under construction
  const Result<Report> report = run_virtual(scenario, {});
  ASSERT_FALSE(report.ok());
  EXPECT_THAT(report.error().message, HasSubstr("changde: the city node is building"));
}

TEST(VirtualService, ValidateSaysBeforehandWhichEventIsRefused) {
  Scenario scenario = with_move();
  scenario.service_events[1].move.from = "ningbo";
  EXPECT_THAT(check(scenario),
              ElementsAre(HasSubstr("service_events[1]: service 'land-registry': 2 of the 3 validators")));
  scenario.service_events[1].service = "land";
  EXPECT_THAT(check(scenario), ElementsAre(HasSubstr("there is no service 'land'")));
}

TEST(VirtualService, TheSameSeedGivesTheSameRun) {
  const Scenario scenario = with_service(30);
  EXPECT_EQ(run(scenario).fingerprint, run(scenario).fingerprint);
}

TEST(VirtualService, ALifeUnderLoadFailsNoCall) {
  const Report report = run(load("service_life.yaml"));
  expect_flawless(report);
  ASSERT_EQ(report.services.size(), 2u);
  const ServiceReport& land = report.services[1];
  EXPECT_EQ(land.service, "land-registry");
  EXPECT_EQ(land.state, "retired");
  EXPECT_EQ(land.version, 2u);
  EXPECT_THAT(land.followers, ElementsAre("guangzhou", "chengdu", "changsha"));
  EXPECT_EQ(land.over_capacity, 0u);
  EXPECT_GT(land.calls, 500u);
  for (const CityNodeReport& city : report.city_nodes) {
    for (const std::string& chain : city.chains) EXPECT_NE(chain, "fisco-bcos/land-registry") << city.city;
  }
  EXPECT_THAT(report.why_invalid, IsEmpty());
}

}  // namespace
}  // namespace bsn
