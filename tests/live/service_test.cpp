// A service's whole life on a running cluster, by the commands that people use, while it is called all the time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <string>

#include "tests/live/commanded_cluster.h"

namespace bsn {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ServiceOnACluster : public CommandedCluster {
 protected:
  ServiceOnACluster() : CommandedCluster("configs/topologies/small.yaml") {}

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
};

const std::string deploy =
    "service deploy land-registry --framework fabric --project demo --validators guangzhou,hangzhou,ningbo "
    "--followers beijing --tps 100 --contracts kv -q";

TEST_F(ServiceOnACluster, IsDeployedCalledUpgradedMovedAndRetiredWithoutOneFailedCall) {
  expect(deploy, "fabric/land-registry version 1 is running");
  SteadyLoad load(endpoints(), "tests/live/service_calls.yaml");
  expect("service upgrade land-registry --tps 200 --contracts kv,asset", "version 2 is running");
  expect("node commission changde -q", "changde is connected");
  expect("service move land-registry --from beijing --to changde -q", "version 2 is running");
  EXPECT_EQ(kill(endpoints().operator_->pid, SIGKILL), 0);  // the next one remembers
  expect("service list", "land-registry: validators guangzhou hangzhou ningbo; followers changde");
  const RoundReport report = load.finish(31);
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
