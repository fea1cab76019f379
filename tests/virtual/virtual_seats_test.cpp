// Validators of Raft and BFT chains that come, go, move and come back without their disk, in virtual time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/scenario_file.h"
#include "sim/seat_life.h"
#include "sim/virtual/virtual_cluster.h"
#include "sim/virtual/virtual_runner.h"

namespace bsn {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* supply_chain = "fabric/supply-chain";

// The small scenario, with Changde on a cloud of its own: too many validators on one are refused.
Scenario small() {
  Scenario scenario = std::move(load_scenario("configs/scenarios/small.yaml").value());
  scenario.topology.cities[find_city(scenario.topology, "changde")->value].place.provider = Provider::microsoft_azure;
  return scenario;
}

Topology with_newcomer(const std::string& chain) {
  Topology topology = small().topology;
  topology.cities[find_city(topology, "changde")->value].validates = {chain};
  return topology;
}

const Chain& chain_of(const VirtualCluster& cluster) {
  return cluster.topology().chains[find_chain(cluster.topology(), {"fabric", "supply-chain"})->value];
}

CityIndex at(const VirtualCluster& cluster, const char* city) { return *find_city(cluster.topology(), city); }

// All calls succeeded, all invariants hold.
void expect_flawless(const Report& report) {
  for (const RoundReport& round : report.rounds) EXPECT_EQ(round.succeeded, round.offered) << round.label;
  for (const InvariantReport& one : report.invariants) {
    EXPECT_EQ(one.violated, 0u) << one.name << ": " << (one.examples.empty() ? "" : one.examples.front());
  }
  EXPECT_EQ(exit_code(report), 0);
}

void run_for(VirtualCluster& cluster, Duration span) { cluster.run_until(cluster.now() + span); }

TEST(VirtualSeats, ACommissionedCityBecomesAValidatorAndCounts) {
  VirtualCluster cluster(with_newcomer(supply_chain), 1, Durability::os, {});
  run_for(cluster, seconds(3));
  ASSERT_TRUE(cluster.commission(at(cluster, "changde")).ok());
  run_for(cluster, seconds(5));
  EXPECT_THAT(chain_of(cluster).validators, ElementsAre("guangzhou", "hangzhou", "ningbo", "changde"));
  EXPECT_FALSE(cluster.changing()) << "its seat is committed";
  // Three of four are a majority only if the newcomer is one of them.
  ASSERT_TRUE(cluster.kill(at(cluster, "hangzhou")).ok());
  run_for(cluster, seconds(3));
  Topology next = reseat(cluster.topology(), {"fabric", "supply-chain"}, "hangzhou").value();
  cluster.assign(std::move(next), VirtualCluster::First::nodes);
  run_for(cluster, seconds(3));
  EXPECT_FALSE(chain_of(cluster).reseating) << "the dead one is voted out by the three";
}

TEST(VirtualSeats, UnderLoadNoCallFails) {
  Scenario scenario = small();
  scenario.topology = with_newcomer(supply_chain);
  scenario.faults = {{milliseconds(500), FaultKind::commission, {"changde"}, {}}};
  scenario.rounds[0].origins.push_back("changde");
  const Result<Report> report = run_virtual(scenario, {});
  ASSERT_TRUE(report.ok()) << report.error().message;
  expect_flawless(*report);
}

TEST(VirtualSeats, ANewValidatorMayDieBeforeItsSeatIsOpen) {
  for (int late = 0; late < 12; ++late) {
    VirtualCluster cluster(with_newcomer(supply_chain), 1, Durability::os, {});
    run_for(cluster, seconds(3));
    ASSERT_TRUE(cluster.commission(at(cluster, "changde")).ok());
    run_for(cluster, milliseconds(200 + 37 * late));
    ASSERT_TRUE(cluster.kill(at(cluster, "changde")).ok());
    run_for(cluster, seconds(2));
    ASSERT_TRUE(cluster.restart(at(cluster, "changde")).ok());
    run_for(cluster, seconds(6));
    EXPECT_FALSE(cluster.changing()) << late;
    EXPECT_THAT(chain_of(cluster).validators, ElementsAre("guangzhou", "hangzhou", "ningbo", "changde")) << late;
  }
}

TEST(VirtualSeats, WhoLostItsDiskGetsANewSeat) {
  VirtualCluster cluster(small().topology, 1, Durability::os, {});
  run_for(cluster, seconds(3));
  const CityIndex victim = at(cluster, "hangzhou");
  ASSERT_TRUE(cluster.kill(victim).ok());
  ASSERT_TRUE(cluster.lose_disk(victim).ok());
  ASSERT_TRUE(cluster.restart(victim).ok());
  run_for(cluster, seconds(8));
  EXPECT_FALSE(cluster.changing());
  EXPECT_THAT(chain_of(cluster).seats, ElementsAre("guangzhou", "hangzhou", "ningbo", "hangzhou"));
  EXPECT_THAT(chain_of(cluster).validators, ElementsAre("guangzhou", "ningbo", "hangzhou"));
  // It counts: the chain goes on without one of the others, which can be voted out by the two.
  ASSERT_TRUE(cluster.kill(at(cluster, "ningbo")).ok());
  run_for(cluster, seconds(3));
  cluster.assign(reseat(cluster.topology(), {"fabric", "supply-chain"}, "ningbo").value(),
                 VirtualCluster::First::nodes);
  run_for(cluster, seconds(3));
  EXPECT_FALSE(chain_of(cluster).reseating);
}

TEST(VirtualSeats, OneDiskAfterTheOtherMayBeLostUnderLoad) {
  Scenario scenario = small();
  const auto lose = [&](Duration when, const char* city) {
    scenario.faults.push_back({when, FaultKind::kill, {city}, {}});
    scenario.faults.push_back({when, FaultKind::lose_disk, {city}, {}});
    scenario.faults.push_back({when + milliseconds(100), FaultKind::restart, {city}, {}});
  };
  scenario.rounds[0].duration = seconds(30);
  scenario.rounds[0].mix.resize(2);  // the Raft chain; the others would lose more disks than they bear
  lose(seconds(2), "guangzhou");
  lose(seconds(10), "hangzhou");
  lose(seconds(18), "ningbo");
  const Result<Report> report = run_virtual(scenario, {});
  ASSERT_TRUE(report.ok()) << report.error().message;
  for (const InvariantReport& one : report->invariants) {
    EXPECT_EQ(one.violated, 0u) << one.name << ": " << (one.examples.empty() ? "" : one.examples.front());
  }
  EXPECT_GT(report->rounds[0].succeeded, report->rounds[0].offered * 9 / 10);
}

// ---- BFT ----

constexpr const char* affairs = "fisco-bcos/government-affairs";

const Chain& bft_chain_of(const VirtualCluster& cluster) {
  return cluster.topology().chains[find_chain(cluster.topology(), {"fisco-bcos", "government-affairs"})->value];
}

TEST(VirtualSeats, ACommissionedCityBecomesAValidatorOfABftChainAndCounts) {
  VirtualCluster cluster(with_newcomer(affairs), 1, Durability::os, {});
  run_for(cluster, seconds(3));
  ASSERT_TRUE(cluster.commission(at(cluster, "changde")).ok());
  run_for(cluster, seconds(8));
  EXPECT_THAT(bft_chain_of(cluster).validators, ElementsAre("beijing", "guangzhou", "hangzhou", "ningbo", "changde"));
  EXPECT_FALSE(cluster.changing()) << "its seat is sealed";
  // Four of five are a quorum only if the newcomer is one of them.
  ASSERT_TRUE(cluster.kill(at(cluster, "hangzhou")).ok());
  run_for(cluster, seconds(3));
  Topology next = reseat(cluster.topology(), {"fisco-bcos", "government-affairs"}, "hangzhou").value();
  cluster.assign(std::move(next), VirtualCluster::First::nodes);
  run_for(cluster, seconds(8));
  EXPECT_FALSE(bft_chain_of(cluster).reseating) << "the dead one is voted out by the four";
}

TEST(VirtualSeats, ANewBftValidatorMayDieBeforeItsSeatIsOpen) {
  for (int late = 0; late < 12; ++late) {
    VirtualCluster cluster(with_newcomer(affairs), 1, Durability::os, {});
    run_for(cluster, seconds(3));
    ASSERT_TRUE(cluster.commission(at(cluster, "changde")).ok());
    run_for(cluster, milliseconds(200 + 37 * late));
    ASSERT_TRUE(cluster.kill(at(cluster, "changde")).ok());
    run_for(cluster, seconds(2));
    ASSERT_TRUE(cluster.restart(at(cluster, "changde")).ok());
    run_for(cluster, seconds(12));
    EXPECT_FALSE(cluster.changing()) << late;
    EXPECT_THAT(bft_chain_of(cluster).validators, ElementsAre("beijing", "guangzhou", "hangzhou", "ningbo", "changde"))
        << late;
  }
}

TEST(VirtualSeats, ABftChainGetsAValidatorUnderLoadAndNoCallFails) {
  Scenario scenario = small();
  scenario.topology = with_newcomer(affairs);
  scenario.faults = {{milliseconds(500), FaultKind::commission, {"changde"}, {}}};
  scenario.rounds[0].origins.push_back("changde");
  const Result<Report> report = run_virtual(scenario, {});
  ASSERT_TRUE(report.ok()) << report.error().message;
  expect_flawless(*report);
}

// ---- a service's validator moves ----

Scenario with_moved_validator(const char* framework = "fabric") {
  Scenario scenario = small();
  scenario.topology.cities[find_city(scenario.topology, "changde")->value].state = CityState::connected;
  ServiceOrder order;
  order.id = "land-registry";
  order.framework = framework;
  order.project = "demo";
  order.validators = {"beijing", "guangzhou", "hangzhou"};
  if (order.framework != "fabric") order.validators.push_back("ningbo");
  order.capacity.calls_per_second = 60;
  scenario.services = {order};
  scenario.service_events = {
      {milliseconds(500), ServiceEventKind::deploy, "land-registry", {}, {}},
      {milliseconds(5'500), ServiceEventKind::move, "land-registry", {}, {"hangzhou", "changde"}}};
  Round round = scenario.rounds.front();
  round.label = "service";
  round.duration = seconds(12);
  round.rate = FixedRate{50};
  round.mix = {MixEntry{
      1, {framework, "land-registry"}, Operation::submit, "kv", "put", {"{key 9}", "{value 20}"}, Level::final_}};
  scenario.rounds.push_back(round);
  return scenario;
}

TEST(VirtualSeats, AServiceMovesAValidatorUnderLoad) {
  const Result<Report> report = run_virtual(with_moved_validator(), {});
  ASSERT_TRUE(report.ok()) << report.error().message;
  expect_flawless(*report);
  EXPECT_EQ(report->services.front().state, "running");
  EXPECT_THAT(report->services.front().validators, ElementsAre("beijing", "guangzhou", "changde"));
  EXPECT_TRUE(report->services.front().followers.empty());
}

TEST(VirtualSeats, AServiceMovesAValidatorOfABftChainUnderLoad) {
  const Result<Report> report = run_virtual(with_moved_validator("fisco-bcos"), {});
  ASSERT_TRUE(report.ok()) << report.error().message;
  expect_flawless(*report);
  EXPECT_EQ(report->services.front().state, "running");
  EXPECT_THAT(report->services.front().validators, ElementsAre("beijing", "guangzhou", "ningbo", "changde"));
  EXPECT_TRUE(report->services.front().followers.empty());
}

TEST(VirtualSeats, AMovedValidatorMayBeTheLeader) {
  for (const char* from : {"beijing", "guangzhou", "hangzhou"}) {
    Scenario scenario = with_moved_validator();
    scenario.service_events[1].move.from = from;
    const Result<Report> report = run_virtual(scenario, {});
    ASSERT_TRUE(report.ok()) << report.error().message;
    expect_flawless(*report);
    EXPECT_EQ(report->services.front().state, "running") << from;
  }
}

// ---- light clients follow the validators ----

// Transfers by both hubs from and to this chain.
Scenario transfers_of(const ChainName& chain) {
  Scenario scenario = std::move(load_scenario("configs/scenarios/alliance_to_public.yaml").value());
  const auto transfer = [](const ChainName& from, const ChainName& to, const char* hub, const char* timeout) {
    return MixEntry{
        1,
        from,
        Operation::submit,
        "xchain",
        "transfer",
        {hub, to_string(to), "{account}", "{other_account}", to_string(from), "{amount 1 100}", "none", timeout},
        Level::final_};
  };
  scenario.topology.outside_scale = 0.05;  // who votes elsewhere does not matter here
  const ChainName neo{"neo", "main"};
  Round& round = scenario.rounds.front();
  round.mix = {transfer(chain, neo, "irita-hub/main", "+600s"), transfer(neo, chain, "irita-hub/main", "+600s"),
               transfer(chain, neo, "poly-enterprise/main", "none"),
               transfer(neo, chain, "poly-enterprise/main", "none")};
  return scenario;
}

void expect_all_packets_finish(const Report& report, std::uint64_t at_least) {
  for (const InvariantReport& one : report.invariants) {
    EXPECT_EQ(one.violated, 0u) << one.name << ": " << (one.examples.empty() ? "" : one.examples.front());
  }
  ASSERT_TRUE(report.cross_chain);
  EXPECT_GT(report.cross_chain->sent, at_least);
  EXPECT_EQ(report.cross_chain->finished, report.cross_chain->sent);
  EXPECT_EQ(report.cross_chain->refunded, 0u);
}

// In the end none of those who validated at genesis is left: whoever believes only them is lost.
TEST(VirtualSeats, HubsFollowAChainWhoseValidatorsAreAllReplacedWhileTransfersFlow) {
  Scenario scenario = transfers_of({"fabric", "trade-finance"});
  scenario.rounds[0].duration = seconds(60);
  Duration when = seconds(5);
  for (const char* city : {"shanghai", "tianjin", "dalian"}) {
    scenario.faults.push_back({when, FaultKind::kill, {city}, {}});
    scenario.faults.push_back({when, FaultKind::lose_disk, {city}, {}});
    scenario.faults.push_back({when + milliseconds(100), FaultKind::restart, {city}, {}});
    when = when + seconds(18);
  }
  const Result<Report> report = run_virtual(scenario, {});
  ASSERT_TRUE(report.ok()) << report.error().message;
  expect_all_packets_finish(*report, 200);
}

TEST(VirtualSeats, ACityJoinsAsAValidatorAndAnotherLeavesWhileTransfersFlow) {
  Scenario scenario = transfers_of({"fabric", "trade-finance"});
  scenario.rounds[0].duration = seconds(40);
  Topology& topology = scenario.topology;
  const CityIndex newcomer = *find_city(topology, "changde");
  ASSERT_NE(topology.cities[newcomer.value].state, CityState::connected);
  topology.cities[newcomer.value].validates = {"fabric/trade-finance"};
  topology.cities[newcomer.value].place.provider = Provider::microsoft_azure;
  scenario.faults.push_back({seconds(3), FaultKind::commission, {"changde"}, {}});
  scenario.faults.push_back({seconds(15), FaultKind::leave, {"dalian"}, {}});
  const Result<Report> report = run_virtual(scenario, {});
  ASSERT_TRUE(report.ok()) << report.error().message;
  for (const FaultReport& one : report->faults) EXPECT_EQ(one.fired, 1u) << one.kind;
  expect_all_packets_finish(*report, 100);
}

// Poly's chain of seven gets three more, then three of the first are gone: the four that are left are no two thirds of
// seven, so whoever believes only the founders is lost.
TEST(VirtualSeats, ChainsFollowAHubWhoseValidatorsChangeWhileTransfersFlow) {
  Scenario scenario = transfers_of({"fabric", "trade-finance"});
  scenario.rounds[0].duration = seconds(60);
  std::erase_if(scenario.rounds[0].mix,
                [](const MixEntry& entry) { return entry.args.front() != "poly-enterprise/main"; });
  Topology& topology = scenario.topology;
  constexpr Provider rooms[] = {Provider::china_unicom, Provider::china_unicom, Provider::china_telecom};
  std::size_t newcomers = 0;
  for (City& city : topology.cities) {
    if (city.state != CityState::building || newcomers == std::size(rooms)) continue;
    city.validates = {"poly-enterprise/main"};
    city.place.provider = rooms[newcomers];
    scenario.faults.push_back({seconds(3 + 8 * static_cast<int>(newcomers)), FaultKind::commission, {city.id}, {}});
    ++newcomers;
  }
  scenario.faults.push_back({seconds(35), FaultKind::kill, {"guangzhou", "shenzhen", "xiamen"}, {}});
  const Result<Report> report = run_virtual(scenario, {});
  ASSERT_TRUE(report.ok()) << report.error().message;
  for (const FaultReport& one : report->faults) EXPECT_GE(one.fired, 1u) << one.kind;
  expect_all_packets_finish(*report, 100);
}

}  // namespace
}  // namespace bsn
