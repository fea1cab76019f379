// Networks whose validators stand outside BSN, in virtual time.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "sim/outside.h"
#include "sim/scenario_file.h"
#include "sim/virtual/virtual_cluster.h"
#include "sim/virtual/virtual_runner.h"

namespace bsn {
namespace {

constexpr std::uint32_t miners = 24;

// The small topology with a quick chain of outside miners, which Tokyo and Sydney follow.
Topology with_miners() {
  Topology topology = std::move(load_topology("configs/topologies/small.yaml").value());
  Network network;
  network.id = "ether";
  network.kind = NetworkKind::public_;
  PowParameters pow;
  pow.interval = seconds(1);
  pow.confirmations = 6;
  network.engine = pow;
  network.outside = {miners, 1};
  topology.networks.push_back(network);
  topology.chains.push_back({{"ether", "main"}, {}, {"tokyo", "sydney"}});
  topology.world = {{"Frankfurt", "DE", 50.11, 8.68, Region::overseas, 3},
                    {"Ashburn", "US", 39.04, -77.49, Region::overseas, 3},
                    {"Hangzhou", "CN", 30.27, 120.16, Region::mainland, 1}};
  return topology;
}

MixEntry transfers(Level level) {
  MixEntry entry;
  entry.chain = {"ether", "main"};
  entry.operation = Operation::submit;
  entry.contract = "asset";
  entry.function = "transfer";
  entry.args = {"{account}", "{other_account}", "{amount 1 5}"};
  entry.level = level;
  return entry;
}

Scenario mining_scenario() {
  Scenario scenario;
  scenario.name = "miners";
  scenario.topology = with_miners();
  Round round;
  round.label = "transfers";
  round.duration = seconds(240);
  round.rate = PoissonRate{5};
  round.deadline = seconds(120);
  round.drain = seconds(120);
  round.mix = {transfers(Level::final_), transfers(Level::committed)};
  scenario.rounds = {round};
  return scenario;
}

TEST(OutsidePeers, TheirBlocksReachBsnAndItsCallersAreAnswered) {
  const Scenario scenario = mining_scenario();
  EXPECT_EQ(check(scenario), std::vector<std::string>{});
  const Result<Report> report = run_virtual(scenario, {});
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_EQ(exit_code(*report), 0) << report_text(*report);
  EXPECT_EQ(report->rounds[0].failed + report->rounds[0].unfinished, 0u);
  EXPECT_EQ(report->city_nodes.size(), scenario.topology.cities.size()) << "BSN counts its own nodes";
  for (const InvariantReport& one : report->invariants) EXPECT_EQ(one.violated, 0u) << one.name;
  const auto chain = std::find_if(report->networks.begin(), report->networks.end(),
                                  [](const NetworkReport& one) { return one.network == "ether"; });
  ASSERT_NE(chain, report->networks.end());
  EXPECT_GT(chain->transactions, 1000u);
  EXPECT_GT(chain->reorganisations, 0u) << "blocks 1 s apart fork on links of 100 ms";
  EXPECT_GT(chain->stale_blocks, 0u) << report_text(*report);
}

// What peers of a chain that work things out once for all of them do, and what those do that work them out each.
void expect_the_same_run(const Topology& topology) {
  std::vector<Digest> fingerprints;
  for (const Execution execution : {Execution::shared, Execution::each}) {
    VirtualCluster cluster(topology, 3, Durability::os, {}, execution);
    const CityIndex follower = *find_city(topology, "tokyo");
    const CityIndex validator{static_cast<std::uint32_t>(topology.cities.size() - 1)};  // outside
    for (std::uint64_t n = 1; n <= 200; ++n) {
      ClientCall call;
      call.id = {n};
      call.access_key = topology.projects.front().key;
      call.origin = "sydney";
      call.call.operation = Operation::submit;
      call.call.chain = {"ether", "main"};
      call.call.contract = "asset";
      call.call.function = "transfer";
      call.call.args = {"account-" + std::to_string(n % 7), "account-" + std::to_string(n % 11 + 20), "3"};
      call.call.idempotency_key = "k" + std::to_string(n);
      call.call.level = n % 2 == 0 ? Level::final_ : Level::committed;
      call.received = cluster.now();
      call.deadline = cluster.now() + seconds(90);
      cluster.send(call);
      cluster.run_until(cluster.now() + milliseconds(300));
      for (const CityIndex city : {follower, validator}) {
        const Result<Done> done = n == 50 ? cluster.kill(city) : n == 90 ? cluster.restart(city) : Result<Done>(Done{});
        ASSERT_TRUE(done.ok());
      }
    }
    cluster.run_until(cluster.now() + seconds(60));
    EXPECT_GT(cluster.final_height(follower, *find_chain(topology, {"ether", "main"})), 20u);
    fingerprints.push_back(cluster.fingerprint());
  }
  EXPECT_EQ(fingerprints[0], fingerprints[1]);
}

TEST(OutsidePeers, ExecutingOnceForAllGivesTheRunThatExecutingEachGives) {
  expect_the_same_run(with_outside_peers(with_miners(), RunMode::virtual_time));
}

TEST(OutsidePeers, CountingVotesOnceForAllGivesTheRunThatCountingEachGives) {
  Topology topology = with_miners();
  topology.networks.back().engine = SlotParameters{SolanaParameters{}};
  expect_the_same_run(with_outside_peers(std::move(topology), RunMode::virtual_time));
}

}  // namespace
}  // namespace bsn
