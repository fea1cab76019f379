// Real processes, sockets and disk. Every wait is for an event and has a deadline.
#include "sim/live/live_cluster.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <utility>

#include "loop/temporary_folder.h"
#include "sim/live/endpoints.h"
#include "sim/live/live_runner.h"
#include "sim/outside.h"
#include "sim/scenario_file.h"
#include "tests/fixtures/text_file.h"

namespace bsn {
namespace {

Topology small_topology() {
  const auto topology = load_topology("configs/topologies/small.yaml");
  EXPECT_TRUE(topology) << topology.error().message;
  return *topology;
}

ClusterOptions options_in(const TemporaryFolder& folder) {
  ClusterOptions options;
  options.bin_dir = BSN_BIN_DIR;
  options.run_dir = folder.path();
  return options;
}

// A folder with a bsn-node that does as `script` says, and the real gateway.
void make_binaries(const TemporaryFolder& folder, const std::string& script) {
  write_text(folder / "bsn-node", "#!/bin/sh\n" + script + "\n");
  std::filesystem::permissions(folder / "bsn-node", std::filesystem::perms::owner_all);
  std::filesystem::create_symlink(std::string(BSN_BIN_DIR) + "/bsn-gateway", folder / "bsn-gateway");
}

TEST(LiveCluster, StartsServesAndLeavesNothingRunning) {
  const TemporaryFolder folder;
  auto cluster = LiveCluster::start(small_topology(), options_in(folder));
  ASSERT_TRUE(cluster) << cluster.error().message;
  const auto endpoints = read_endpoints(folder.path());
  ASSERT_TRUE(endpoints) << endpoints.error().message;
  EXPECT_EQ(endpoints->city_nodes.size(), small_topology().cities.size());
  for (const Endpoint& node : endpoints->city_nodes) EXPECT_TRUE(still_running(node)) << node.name;
  EXPECT_TRUE((*cluster)->check_children());
  (*cluster)->stop();
  for (const Endpoint& node : endpoints->city_nodes) EXPECT_FALSE(still_running(node)) << node.name;
  EXPECT_FALSE(still_running(endpoints->gateway));
  EXPECT_FALSE(read_endpoints(folder.path())) << "the endpoint file says that a cluster runs";
}

TEST(LiveCluster, TwoOfThemRunSideBySide) {
  const TemporaryFolder one, two;
  auto first = LiveCluster::start(small_topology(), options_in(one));
  ASSERT_TRUE(first) << first.error().message;
  auto second = LiveCluster::start(small_topology(), options_in(two));
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_NE((*first)->gateway_address(), (*second)->gateway_address());
  EXPECT_TRUE((*first)->check_children());
  EXPECT_TRUE((*second)->check_children());
}

// A public network of which BSN has followers only. Its validators share a process, and the gateway has no links there.
TEST(LiveCluster, StartsWithValidatorsOutsideOfBsn) {
  Topology topology = small_topology();
  Network& network = topology.networks.back();
  ASSERT_EQ(network.id, "irisnet");
  network.outside.validators = 4;
  topology.world = {{"Frankfurt", "DE", 50.11, 8.68, Region::overseas, 3}};
  Chain& chain = topology.chains.back();
  chain.followers = std::exchange(chain.validators, {});
  const TemporaryFolder folder;
  auto cluster = LiveCluster::start(with_outside_peers(topology, RunMode::live), options_in(folder));
  ASSERT_TRUE(cluster) << cluster.error().message;
  EXPECT_TRUE((*cluster)->check_children());
}

TEST(LiveCluster, AMissingBinaryIsNamedBeforeAnythingStarts) {
  const TemporaryFolder folder, empty;
  ClusterOptions options = options_in(folder);
  options.bin_dir = empty.path();
  const auto cluster = LiveCluster::start(small_topology(), options);
  ASSERT_FALSE(cluster);
  EXPECT_NE(cluster.error().message.find("bsn-node"), std::string::npos) << cluster.error().message;
  EXPECT_FALSE(std::filesystem::exists(folder / "logs"));
}

TEST(LiveCluster, ANodeThatDiesAtStartIsReportedAtOnceWithItsLastLines) {
  const TemporaryFolder folder, binaries;
  make_binaries(binaries, "echo no space left on device >&2; exit 7");
  ClusterOptions options = options_in(folder);
  options.bin_dir = binaries.path();
  const auto start = std::chrono::steady_clock::now();
  const auto cluster = LiveCluster::start(small_topology(), options);
  ASSERT_FALSE(cluster);
  EXPECT_NE(cluster.error().message.find("exited with status 7"), std::string::npos) << cluster.error().message;
  EXPECT_NE(cluster.error().message.find("no space left on device"), std::string::npos) << cluster.error().message;
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20)) << "reported by a time-out";
}

TEST(LiveCluster, ANodeThatDiesWhileCommissionedIsReportedAtOnce) {
  const TemporaryFolder folder, binaries;
  make_binaries(binaries, "echo listening 127.0.0.1:1; echo gone already >&2; exit 9");
  ClusterOptions options = options_in(folder);
  options.bin_dir = binaries.path();
  const auto start = std::chrono::steady_clock::now();
  const auto cluster = LiveCluster::start(small_topology(), options);
  ASSERT_FALSE(cluster);
  EXPECT_NE(cluster.error().message.find("exited with status 9"), std::string::npos) << cluster.error().message;
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20)) << "reported by a time-out";
}

TEST(LiveCluster, APortInUseIsReportedWithTheGatewaysOwnWords) {
  const TemporaryFolder one, two;
  auto first = LiveCluster::start(small_topology(), options_in(one));
  ASSERT_TRUE(first) << first.error().message;
  ClusterOptions options = options_in(two);
  options.gateway_listen = (*first)->gateway_address();
  const auto second = LiveCluster::start(small_topology(), options);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find("gateway"), std::string::npos) << second.error().message;
  EXPECT_NE(second.error().message.find("in use"), std::string::npos) << second.error().message;
  EXPECT_TRUE((*first)->check_children()) << "the running cluster was disturbed";
}

const InvariantReport& invariant(const Report& report, const std::string& name) {
  for (const InvariantReport& one : report.invariants) {
    if (one.name == name) return one;
  }
  ADD_FAILURE() << name << " was not judged";
  static const InvariantReport none;
  return none;
}

// The promise of the whole: a validator is killed with SIGKILL under load and started again, and every write that was
// acknowledged stands where its answer said, on every peer.
TEST(LiveRunner, KillingACityNodeUnderLoadLosesNoAcknowledgedWrite) {
  auto scenario = load_scenario("tests/live/kill_under_load.yaml");
  ASSERT_TRUE(scenario) << scenario.error().message;
  const TemporaryFolder folder;
  LiveOptions options;
  options.bin_dir = BSN_BIN_DIR;
  options.run_dir = folder.path();
  const auto report = run_live(*scenario, options);
  ASSERT_TRUE(report) << report.error().message;
  for (const InvariantReport& one : report->invariants) {
    EXPECT_EQ(one.violated, 0u) << one.name << ": " << (one.examples.empty() ? "" : one.examples.front());
  }
  EXPECT_GT(invariant(*report, "DUR").checked, 50u) << "too few acknowledged writes to say anything";
  EXPECT_GT(invariant(*report, "AGR").checked, 0u);
  EXPECT_GT(invariant(*report, "BANK").checked, 0u);
  ASSERT_EQ(report->faults.size(), 2u);
  for (const FaultReport& fault : report->faults) EXPECT_EQ(fault.fired, 1u) << fault.kind;
  EXPECT_TRUE(report->valid) << (report->why_invalid.empty() ? "" : report->why_invalid.front());
}

// Both relayers are killed while packets are under way; the one that comes back has nothing but the chains.
TEST(LiveRunner, ValueGoesThereAndBackWhileRelayersAreKilled) {
  auto scenario = load_scenario("tests/live/relayer_crash.yaml");
  ASSERT_TRUE(scenario) << scenario.error().message;
  const TemporaryFolder folder;
  LiveOptions options;
  options.bin_dir = BSN_BIN_DIR;
  options.run_dir = folder.path();
  const auto report = run_live(*scenario, options);
  ASSERT_TRUE(report) << report.error().message;
  for (const InvariantReport& one : report->invariants) {
    EXPECT_EQ(one.violated, 0u) << one.name << ": " << (one.examples.empty() ? "" : one.examples.front());
  }
  for (const char* name : {"PKT", "2PATH", "CONS", "XLIVE"}) EXPECT_GT(invariant(*report, name).checked, 20u);
  ASSERT_TRUE(report->cross_chain);
  EXPECT_EQ(report->cross_chain->sent, 40u);
  EXPECT_EQ(report->cross_chain->finished, 40u);
  EXPECT_EQ(report->cross_chain->failed, 0u);
  for (const FaultReport& fault : report->faults) EXPECT_EQ(fault.fired, 1u) << fault.kind;
  EXPECT_TRUE(report->valid) << (report->why_invalid.empty() ? "" : report->why_invalid.front());
}

TEST(LiveRunner, AWishToStopStillGivesAReport) {
  auto scenario = load_scenario("configs/scenarios/small.yaml");
  ASSERT_TRUE(scenario) << scenario.error().message;
  const TemporaryFolder folder;
  std::atomic<bool> stop = false;
  LiveOptions options;
  options.bin_dir = BSN_BIN_DIR;
  options.run_dir = folder.path();
  options.stop = &stop;
  options.progress = [&](const RunProgress& progress) { stop = stop || progress.sent > 0; };
  const auto report = run_live(*scenario, options);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->stopped);
  EXPECT_EQ(exit_code(*report), 105);
  EXPECT_GT(report->rounds.at(0).sent, 0u);
}

}  // namespace
}  // namespace bsn
