// A city's whole life on a running cluster, by the commands that people use, while calls come in all the time.
#include <signal.h>

#include <string>

#include "tests/live/commanded_cluster.h"

namespace bsn {
namespace {

class NodeLifeCycle : public CommandedCluster {
 protected:
  explicit NodeLifeCycle(const char* topology = "tests/live/city_life.yaml") : CommandedCluster(topology) {}

  // The step is taken, and the city is where the words say.
  void expect_step(const std::string& step, const std::string& words) const {
    const Outcome outcome = run("node " + step + " --timeout 60");
    EXPECT_EQ(outcome.code, 0) << step << ": " << outcome.err;
    EXPECT_NE(outcome.out.find(words), std::string::npos) << step << " said: " << outcome.out;
  }
};

TEST_F(NodeLifeCycle, ACityJoinsServesDrainsLeavesAndComesBackWithoutOneFailedCall) {
  SteadyLoad load(endpoints(), "tests/live/city_life.yaml");
  expect_step("commission changde", "changde is connected: ");
  expect_step("drain hangzhou", "hangzhou is draining");
  expect_step("leave hangzhou", "hangzhou is left");
  // Its disk is new: of the Raft chain it gets another seat, and votes when the step is done.
  expect_step("commission hangzhou", "hangzhou is connected: fabric/supply-chain (validator");
  expect_step("leave changde", "changde is left");
  const RoundReport report = load.finish(101);
  EXPECT_GT(report.succeeded, 100u) << "too little load to say anything";
  EXPECT_EQ(report.failed, 0u) << (report.failures.empty() ? "" : report.failures.begin()->first);
  EXPECT_EQ(report.unfinished, 0u);
}

class BftLifeCycle : public NodeLifeCycle {
 protected:
  BftLifeCycle() : NodeLifeCycle("tests/live/bft_life.yaml") {}
};

// Real processes and disks: the newcomer votes, for without it four of five are no quorum when another is gone.
TEST_F(BftLifeCycle, ACityBecomesAValidatorOfABftChainUnderLoadAndCounts) {
  SteadyLoad load(endpoints(), "tests/live/bft_life.yaml");
  expect_step("commission changsha --validator fisco-bcos/government-affairs",
              "fisco-bcos/government-affairs (validator");
  expect_step("drain hangzhou", "hangzhou is draining");
  expect_step("leave hangzhou", "hangzhou is left");
  const RoundReport report = load.finish(101);
  EXPECT_GT(report.succeeded, 100u) << "too little load to say anything";
  EXPECT_EQ(report.failed, 0u) << (report.failures.empty() ? "" : report.failures.begin()->first);
  EXPECT_EQ(report.unfinished, 0u);
}

TEST_F(NodeLifeCycle, AnOperatorThatIsKilledIsStartedAgainAndRemembers) {
  expect_step("drain hangzhou", "hangzhou is draining");
  ASSERT_EQ(kill(endpoints().operator_->pid, SIGKILL), 0);
  const Outcome refused = run("node drain ningbo");
  EXPECT_EQ(refused.code, 1) << "it forgot that hangzhou drains already";
  EXPECT_NE(refused.err.find("can do without 1"), std::string::npos) << refused.err;
  expect_step("leave hangzhou", "hangzhou is left");
}

TEST_F(NodeLifeCycle, WhatCannotBeIsRefusedInWords) {
  const Outcome unknown = run("node commission changd");
  EXPECT_EQ(unknown.code, 104);
  EXPECT_NE(unknown.err.find("did you mean 'changde'?"), std::string::npos) << unknown.err;
  const Outcome twice = run("node commission hangzhou");
  EXPECT_EQ(twice.code, 1);
  EXPECT_NE(twice.err.find("it is connected, not building or left"), std::string::npos) << twice.err;
  // Hangzhou's provider would have two of five, and its failure would stop the chain.
  const Outcome bft = run("node commission changde --validator fisco-bcos/government-affairs");
  EXPECT_EQ(bft.code, 1);
  EXPECT_NE(bft.err.find("China Telecom"), std::string::npos) << bft.err;
  EXPECT_EQ(run("node list --name other").code, 1) << "there is no such cluster";
  const Outcome list = run("node list");
  EXPECT_NE(list.out.find("9 city nodes: 1 building, 8 connected"), std::string::npos) << list.out;
}

// Two loops of one process, so that the gateway has two streams to all nodes.
class NodesOfOneProcess : public NodeLifeCycle {
 protected:
  NodesOfOneProcess() : NodeLifeCycle("tests/live/city_life.yaml --hosting single") {}
};

TEST_F(NodesOfOneProcess, ComeAndGoWithoutOneFailedCallToTheOthers) {
  SteadyLoad load(endpoints(), "tests/live/city_life.yaml");
  expect_step("commission changde", "changde is connected: ");
  expect_step("leave hangzhou", "hangzhou is left");
  expect_step("commission hangzhou", "hangzhou is connected: fabric/supply-chain (validator");
  const RoundReport report = load.finish(101);
  EXPECT_EQ(report.failed, 0u) << (report.failures.empty() ? "" : report.failures.begin()->first);
  EXPECT_EQ(report.unfinished, 0u);
  const Outcome status = run("status gateway");
  EXPECT_EQ(status.code, 0) << status.err;
  EXPECT_NE(status.out.find("healthy"), std::string::npos) << status.out;
}

}  // namespace
}  // namespace bsn
