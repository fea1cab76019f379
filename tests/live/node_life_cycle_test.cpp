// A city's whole life on a running cluster, by the commands that people use, while calls come in all the time.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <atomic>
#include <cstdlib>
#include <string>
#include <thread>

#include "loop/temporary_folder.h"
#include "sim/live/endpoints.h"
#include "sim/live/load_client.h"
#include "sim/scenario_file.h"
#include "tests/fixtures/text_file.h"

namespace bsn {
namespace {

struct Outcome {
  int code = -1;
  std::string out, err;
};

class NodeLifeCycle : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(run("up tests/live/city_life.yaml --no-fsync -q").code, 0); }
  void TearDown() override { run("down"); }

  Outcome run(const std::string& arguments) const {
    const std::string command = "XDG_RUNTIME_DIR=" + folder_.path() + " " + BSN_BIN_DIR + "/bsnsim " + arguments +
                                " >" + (folder_ / "out") + " 2>" + (folder_ / "err") + " </dev/null";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text_of(folder_ / "out"), text_of(folder_ / "err")};
  }

  Endpoints endpoints() const { return read_endpoints(folder_.path() + "/bsnsim/default").value(); }

  // The step is taken, and the city is where the words say.
  void expect_step(const std::string& step, const std::string& words) const {
    const Outcome outcome = run("node " + step + " --timeout 60");
    EXPECT_EQ(outcome.code, 0) << step << ": " << outcome.err;
    EXPECT_NE(outcome.out.find(words), std::string::npos) << step << " said: " << outcome.out;
  }

  TemporaryFolder folder_;
};

TEST_F(NodeLifeCycle, ACityJoinsServesDrainsLeavesAndComesBackWithoutOneFailedCall) {
  auto scenario = load_scenario("tests/live/city_life.yaml");
  ASSERT_TRUE(scenario) << scenario.error().message;
  const Endpoints cluster = endpoints();
  std::atomic<bool> stop = false;
  std::optional<Result<LoadOutcome>> load;
  std::thread caller([&] {
    LoadClient client(cluster.gateway.grpc, cluster.access_key);
    load = client.run({.scenario = &*scenario,
                       .round = 0,
                       .on_answer = [](const Call&, const Reply&) {},
                       .on_second = [](const RunRecorder&) {},
                       .stop = &stop});
  });
  expect_step("commission changde", "changde is connected: ");
  expect_step("drain hangzhou", "hangzhou is draining");
  expect_step("leave hangzhou", "hangzhou is left");
  expect_step("commission hangzhou", "hangzhou is connected: ");
  expect_step("leave changde", "changde is left");
  stop = true;
  caller.join();
  ASSERT_TRUE(load && *load) << (load ? load->error().message : "no outcome");
  const RoundReport& report = (*load)->report;
  EXPECT_GT(report.succeeded, 20u) << "too little load to say anything";
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
  EXPECT_EQ(run("node list --name other").code, 1) << "there is no such cluster";
  const Outcome list = run("node list");
  EXPECT_NE(list.out.find("9 city nodes: 1 building, 8 connected"), std::string::npos) << list.out;
}

}  // namespace
}  // namespace bsn
