// A service's whole life on a running cluster, by the commands that people use, while it is called all the time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <atomic>
#include <cstdlib>
#include <optional>
#include <string>
#include <thread>

#include "loop/temporary_folder.h"
#include "sim/live/endpoints.h"
#include "sim/live/load_client.h"
#include "sim/scenario_file.h"
#include "tests/fixtures/text_file.h"

namespace bsn {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Outcome {
  int code = -1;
  std::string out, err;
};

class ServiceOnACluster : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(run("up configs/topologies/small.yaml --no-fsync -q").code, 0); }
  void TearDown() override { run("down"); }

  Outcome run(const std::string& arguments) const {
    const std::string command = "XDG_RUNTIME_DIR=" + folder_.path() + " " + BSN_BIN_DIR + "/bsnsim " + arguments +
                                " >" + (folder_ / "out") + " 2>" + (folder_ / "err") + " </dev/null";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text_of(folder_ / "out"), text_of(folder_ / "err")};
  }

  void expect(const std::string& arguments, const std::string& words) const {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, 0) << arguments << ": " << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr(words)) << arguments;
  }

  void expect_refusal(const std::string& arguments, int code, const std::string& words) const {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, code) << arguments << ": " << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(words)) << arguments;
  }

  Endpoints endpoints() const { return read_endpoints(folder_.path() + "/bsnsim/default").value(); }

  TemporaryFolder folder_;
};

const std::string deploy =
    "service deploy land-registry --framework fabric --project demo --validators guangzhou,hangzhou,ningbo "
    "--followers beijing --tps 100 --contracts kv -q";

TEST_F(ServiceOnACluster, IsDeployedCalledUpgradedMovedAndRetiredWithoutOneFailedCall) {
  expect(deploy, "fabric/land-registry version 1 is running");
  auto scenario = load_scenario("tests/live/service_calls.yaml");
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
  expect("service upgrade land-registry --tps 200 --contracts kv,asset", "version 2 is running");
  expect("node commission changde -q", "changde is connected");
  expect("service move land-registry --from beijing --to changde -q", "version 2 is running");
  EXPECT_EQ(kill(endpoints().operator_->pid, SIGKILL), 0);  // the next one remembers
  expect("service list", "land-registry: validators guangzhou hangzhou ningbo; followers changde");
  stop = true;
  caller.join();
  ASSERT_TRUE(load && *load) << (load ? load->error().message : "no outcome");
  const RoundReport& report = (*load)->report;
  EXPECT_GT(report.succeeded, 30u) << "too little load to say anything";
  EXPECT_EQ(report.failed, 0u) << (report.failures.empty() ? "" : report.failures.begin()->first);
  expect("service retire land-registry -q", "version 2 is retired");
  EXPECT_THAT(run("call query fabric/land-registry kv get key-1").out, HasSubstr("NOT_FOUND"));
  EXPECT_THAT(run("status").out, Not(HasSubstr("land-registry")));
}

// With processes instead of virtual time, judges included: they read the chain's blocks before it is gone.
TEST_F(ServiceOnACluster, AScenarioDeploysUpgradesAndRetiresIt) {
  const Outcome outcome = run("run tests/live/service_run.yaml --live -q");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("invariants: all 7 hold"));
  EXPECT_THAT(outcome.out, HasSubstr("at 8.5 s retire land-registry\n"));
  EXPECT_THAT(outcome.out, HasSubstr("retired"));
}

TEST_F(ServiceOnACluster, WhatCannotBeIsRefusedInWordsAndNothingIsHalfDeployed) {
  const std::string fabric = "service deploy x --framework fabric --validators guangzhou,hangzhou,ningbo ";
  expect_refusal(fabric + "--followers changde", 1, "changde: the city node is building (under construction)");
  expect_refusal(fabric + "--followers bejing", 104, "did you mean 'beijing'?");
  expect_refusal(fabric + "--tps 5000", 1, "does not fit on guangzhou: the city node has 2000 of calls per second");
  expect_refusal("service deploy x --framework fabrik --validators ningbo", 104, "did you mean 'fabric'?");
  expect_refusal("service deploy x --framework fabric --validators ningbo", 1, "needs at least 3 validators");
  expect_refusal("service retire x", 104, "there is no service 'x'; none is deployed");
  expect("service list", "no service was deployed");
  EXPECT_THAT(run("status").out, Not(HasSubstr("fabric/x")));
}

}  // namespace
}  // namespace bsn
