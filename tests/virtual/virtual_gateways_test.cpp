// Several gateways in virtual time: the nearest is called, quotas hold over all of them, crashes are survived.
#include <gtest/gtest.h>

#include <map>
#include <utility>

#include "sim/scenario_file.h"
#include "sim/virtual/virtual_cluster.h"
#include "sim/virtual/virtual_runner.h"

namespace bsn {
namespace {

constexpr std::uint64_t per_day = 300;

Scenario three_gateways() {
  Scenario scenario = std::move(load_scenario("configs/scenarios/small.yaml").value());
  scenario.topology.more_gateways = {"guangzhou", "singapore"};
  return scenario;
}

Report run(const Scenario& scenario) {
  Report report = std::move(run_virtual(scenario, {}).value());
  for (const InvariantReport& one : report.invariants) {
    EXPECT_EQ(one.violated, 0u) << one.name << ": " << (one.examples.empty() ? "" : one.examples.front());
  }
  return report;
}

TEST(VirtualGateways, TheScenarioRunsAsWithOneAndTheSameEachTime) {
  const Report report = run(three_gateways());
  EXPECT_TRUE(report.valid);
  EXPECT_EQ(report.rounds[0].failed, 0u);
  EXPECT_EQ(report.fingerprint, run(three_gateways()).fingerprint);
}

TEST(VirtualGateways, AKilledOneCostsItsOpenCallsAndTheNextNearestServes) {
  Scenario scenario = three_gateways();
  for (Round& round : scenario.rounds) round.origins = {"singapore", "guangzhou"};
  scenario.faults = {{seconds(1), FaultKind::kill, {"gateway-singapore"}, {}},
                     {seconds(3), FaultKind::restart, {"gateway-singapore"}, {}}};
  const Report report = run(scenario);
  ASSERT_EQ(report.faults.size(), 2u);
  EXPECT_EQ(report.faults[0].fired, 1u);
  EXPECT_GT(report.rounds[0].succeeded, report.rounds[0].failed * 10);
}

// Reads through the gateways of these cities until everybody refuses for good.
struct Metered {
  Metered() : cluster(topology(), 1, Durability::os, listener()) { cluster.run_until(Instant{} + seconds(5)); }

  static Topology topology() {
    Topology small = std::move(load_topology("configs/topologies/small.yaml").value());
    small.more_gateways = {"guangzhou", "singapore"};
    small.projects = {{"metered", "metered-key", {"*"}, {0, 0, per_day}}};
    return small;
  }
  VirtualListener listener() {
    VirtualListener listener;
    listener.on_answer = [this](Instant, CallId, const Reply& reply) {
      if (reply.reason == Reason::quota_spent) {
        ++refused;
      } else if (reply.reason == Reason::link_lost) {
        ++lost;
      } else {
        ++admitted;
      }
    };
    return listener;
  }
  void read(const std::string& origin) {
    Call call;
    call.chain = {"fabric", "supply-chain"};
    call.contract = "kv";
    call.function = "get";
    call.args = {"colour"};
    cluster.send({{++last}, "metered-key", origin, call, cluster.now(), cluster.now() + seconds(5)});
    cluster.run_until(cluster.now() + milliseconds(20));
  }

  // Until the answers to all reads have come.
  void settle() { cluster.run_until(cluster.now() + seconds(1)); }

  std::uint64_t admitted = 0, refused = 0, lost = 0, last = 0;
  VirtualCluster cluster;
};

TEST(VirtualGateways, TheCallsOfADayAreExactOverAllOfThem) {
  Metered metered;
  for (int i = 0; i < 600; ++i) metered.read(i % 3 == 0 ? "beijing" : i % 3 == 1 ? "guangzhou" : "singapore");
  metered.settle();
  EXPECT_EQ(metered.admitted, per_day);
}

TEST(VirtualGateways, ACrashMakesADayShorterNeverLonger) {
  Metered metered;
  for (int i = 0; i < 600; ++i) {
    if (i == 50) {
      ASSERT_TRUE(metered.cluster.kill_gateway(1));
    }
    if (i == 80) {
      ASSERT_TRUE(metered.cluster.restart_gateway(1));
    }
    metered.read(i % 2 == 0 ? "guangzhou" : "singapore");
  }
  metered.settle();
  EXPECT_LE(metered.admitted, per_day);
  EXPECT_GE(metered.admitted + 25, per_day) << "a crash costs at most a share";
}

TEST(VirtualGateways, WithTheHolderDownTheOthersFailClosedAndRecover) {
  Metered metered;
  metered.read("singapore");
  metered.settle();
  ASSERT_EQ(metered.admitted, 1u);
  ASSERT_TRUE(metered.cluster.kill_gateway(0));
  for (int i = 0; i < 100; ++i) metered.read("singapore");
  metered.settle();
  const std::uint64_t alone = metered.admitted;
  EXPECT_LE(alone, 25u) << "more than a share";
  EXPECT_GT(metered.refused, 0u);
  ASSERT_TRUE(metered.cluster.restart_gateway(0));
  for (int i = 0; i < 100; ++i) metered.read("singapore");
  metered.settle();
  EXPECT_GT(metered.admitted, alone);
}

TEST(VirtualGateways, ANodeThatIsSilentIsPassedOverBeforeACallFails) {
  Metered metered;
  const auto beijing = *find_city(metered.cluster.topology(), "beijing");
  ASSERT_TRUE(metered.cluster.healthy(beijing));
  ASSERT_TRUE(metered.cluster.pause(beijing));
  metered.cluster.run_until(metered.cluster.now() + seconds(10));
  EXPECT_FALSE(metered.cluster.healthy(beijing));
  ASSERT_TRUE(metered.cluster.resume(beijing));
  metered.cluster.run_until(metered.cluster.now() + seconds(1));
  EXPECT_TRUE(metered.cluster.healthy(beijing));
}

}  // namespace
}  // namespace bsn
