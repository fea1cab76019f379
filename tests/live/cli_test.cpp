// bsnsim as a stranger uses it: the real binary, its words and its exit codes.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "loop/temporary_folder.h"
#include "sim/live/endpoints.h"
#include "sim/report.h"
#include "tests/fixtures/text_file.h"

namespace bsn {
namespace {

struct Outcome {
  int code = -1;
  std::string out, err;
};

// Clusters of this test live in a folder of their own, whatever else runs on the machine.
class Cli : public testing::Test {
 protected:
  Outcome run(const std::string& arguments) const {
    const std::string command = "XDG_RUNTIME_DIR=" + folder_.path() + " " + BSN_BIN_DIR + "/bsnsim " + arguments +
                                " >" + (folder_ / "out") + " 2>" + (folder_ / "err") + " </dev/null";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text_of(folder_ / "out"), text_of(folder_ / "err")};
  }

  void TearDown() override { run("down"); }

  TemporaryFolder folder_;
};

void expect_says(const std::string& text, const std::string& words) {
  EXPECT_NE(text.find(words), std::string::npos) << "expected \"" << words << "\" in:\n" << text;
}

TEST_F(Cli, HelpNamesEveryVerbAndTheExitCodes) {
  const Outcome help = run("--help");
  EXPECT_EQ(help.code, 0);
  for (const char* verb : {"up", "down", "status", "logs", "run", "bench", "validate", "dump", "call", "version"}) {
    expect_says(help.out, std::string("  ") + verb + " ");
  }
  expect_says(help.out, "104 invalid configuration");
}

TEST_F(Cli, AWrongCommandLineIsAnInvalidConfiguration) {
  EXPECT_EQ(run("").code, 104);
  EXPECT_EQ(run("fly").code, 104);
  EXPECT_EQ(run("run configs/scenarios/small.yaml --format pdf").code, 104);
  EXPECT_EQ(run("run configs/scenarios/small.yaml --live --virtual").code, 104);
}

TEST_F(Cli, AWrongScenarioNamesPlaceAndMendAndStartsNothing) {
  write_text(folder_ / "wrong.yaml", "version: 1\nname: wrong\nroundz: []\n");
  const Outcome run_wrong = run("run " + (folder_ / "wrong.yaml") + " --live");
  EXPECT_EQ(run_wrong.code, 104);
  expect_says(run_wrong.err, "wrong.yaml:3");
  expect_says(run_wrong.err, "rounds");
  EXPECT_EQ(run("validate " + (folder_ / "nothing.yaml")).code, 104);
  EXPECT_EQ(run("up " + (folder_ / "nothing.yaml")).code, 104);
  expect_says(run("status").err, "no cluster");
}

TEST_F(Cli, ValidateDumpAndDryRunTouchNothing) {
  EXPECT_EQ(run("validate configs/scenarios/first_light.yaml").code, 0);
  const Outcome dump = run("dump configs/scenarios/first_light.yaml -o json");
  EXPECT_EQ(dump.code, 0);
  EXPECT_EQ(boost::json::parse(dump.out).as_object().at("cities").as_array().size(), 136u);
  const Outcome topology = run("dump configs/topologies/bsn-2020.yaml");
  EXPECT_EQ(topology.code, 0);
  expect_says(topology.out, "hong-kong");
  EXPECT_EQ(run("run configs/scenarios/small.yaml --dry-run").code, 0);
}

TEST_F(Cli, AVirtualRunReportsAsJsonWithTheAgreedFields) {
  const Outcome run_json =
      run("run configs/scenarios/small.yaml --virtual --seed 3 -O json -o " + (folder_ / "r.json"));
  ASSERT_EQ(run_json.code, 0) << run_json.err;
  const auto report = boost::json::parse(text_of(folder_ / "r.json")).as_object();
  for (const char* field : {"mode", "seed", "fingerprint", "valid", "simulated_seconds", "wall_seconds", "environment",
                            "rounds", "networks", "city_nodes", "invariants", "faults"}) {
    EXPECT_TRUE(report.contains(field)) << field;
  }
  EXPECT_EQ(report.at("mode").as_string(), "virtual");
  EXPECT_EQ(report.at("seed").to_number<int>(), 3);
}

TEST_F(Cli, AnUnwritableReportFileIsAnErrorBeforeTheRun) {
  const Outcome outcome = run("run configs/scenarios/small.yaml -o " + (folder_ / "no/such/folder/r.json"));
  EXPECT_EQ(outcome.code, 1);
  expect_says(outcome.err, "no/such/folder");
}

TEST_F(Cli, AClusterIsLaunchedCalledInspectedAndEnded) {
  const Outcome up = run("up configs/topologies/small.yaml");
  ASSERT_EQ(up.code, 0) << up.err;
  expect_says(up.out, "endpoints.json");

  const Outcome second = run("up configs/topologies/small.yaml");
  EXPECT_EQ(second.code, 1);
  expect_says(second.err, "runs already");
  const Outcome beside = run("up configs/topologies/small.yaml --name other");
  EXPECT_EQ(beside.code, 0) << beside.err;
  EXPECT_EQ(run("down --name other").code, 0);

  const Outcome status = run("status --json");
  EXPECT_EQ(status.code, 0);
  const auto nodes = boost::json::parse(status.out).as_object().at("city_nodes").as_array();
  std::string chain;
  for (const auto& node : nodes) {
    const auto& networks = node.as_object().at("networks").as_array();
    if (!networks.empty()) chain = networks[0].as_string().c_str();
  }
  ASSERT_FALSE(chain.empty());

  const std::string put = "call submit " + chain + " kv put colour green --idempotency-key once --json";
  const Outcome first = run(put);
  ASSERT_EQ(first.code, 0) << first.out << first.err;
  const auto written = boost::json::parse(first.out).as_object();
  EXPECT_GT(written.at("height").to_number<int>(), 0);
  const auto again = boost::json::parse(run(put).out).as_object();
  EXPECT_EQ(again.at("height"), written.at("height")) << "the same key was executed twice";
  const Outcome reused = run("call submit " + chain + " kv put colour red --idempotency-key once");
  EXPECT_EQ(reused.code, 1);
  expect_says(reused.out, "ALREADY_EXISTS KEY_REUSED");
  expect_says(run("call query " + chain + " kv get colour --level final").out, "green");

  expect_says(run("call query " + chain + " kv get colour --access-key wrong").out, "UNAUTHENTICATED UNKNOWN_KEY");
  expect_says(run("call query nowhere/main kv get colour").out, "NOT_FOUND UNKNOWN_NETWORK");
  EXPECT_EQ(run("call query " + chain + " kv get colour --level accepted").code, 104);

  EXPECT_EQ(run("logs gateway").code, 0);
  EXPECT_EQ(run("logs atlantis").code, 104);
  const Outcome down = run("down");
  EXPECT_EQ(down.code, 0);
  expect_says(down.out, "ended");
  EXPECT_EQ(run("down").code, 0) << "down is idempotent";
  EXPECT_EQ(run("status").code, 1);
}

TEST_F(Cli, BenchRoutingStartsAClusterAndSplitsTheWaitByCityAndChain) {
  const std::string topology = "bench routing configs/topologies/small.yaml --city beijing --reads 3 -q ";
  const Outcome wrong = run(topology + "-n irisnet -n nowhere");
  EXPECT_EQ(wrong.code, 104);
  expect_says(wrong.err, "no network 'nowhere'");
  const Outcome measured = run(topology + "-n irisnet --json");
  ASSERT_EQ(measured.code, 0) << measured.err;
  const boost::json::value report = boost::json::parse(measured.out);
  ASSERT_EQ(report.at("cells").as_array().size(), 1u);
  const boost::json::value& cell = report.at("cells").at(0);
  EXPECT_EQ(cell.at("city").as_string(), "beijing");
  EXPECT_EQ(cell.at("network").as_string(), "irisnet");
  EXPECT_EQ(cell.at("reads").as_int64(), 3);
  EXPECT_EQ(cell.at("failed").as_int64(), 0);
  const double whole = cell.at("whole").at("p50_ms").as_double();
  EXPECT_GT(cell.at("way").at("p50_ms").as_double(), 0);
  EXPECT_LT(cell.at("in_gateway").at("p50_ms").as_double(), whole);
}

// ---- reports that are none ----

class CliReport : public Cli {
 protected:
  // Neither the file nor a half of it is there after a refusal.
  void expect_refused(const std::string& arguments, const std::string& words) {
    const Outcome outcome = run(arguments + " -O html -o " + (folder_ / "out.html"));
    EXPECT_EQ(outcome.code, 104) << arguments;
    expect_says(outcome.err, words);
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      EXPECT_EQ(entry.path().filename().string().find("out.html"), std::string::npos) << entry.path();
    }
  }
};

TEST_F(CliReport, WhatIsNoWholeReportIsRefusedAndLeavesNoFile) {
  ASSERT_EQ(run("run configs/scenarios/small.yaml -q -O json -o " + (folder_ / "r.json")).code, 0);
  const std::string text = text_of(folder_ / "r.json");
  write_text(folder_ / "cut.json", text.substr(0, text.size() / 2));
  expect_refused("report " + (folder_ / "cut.json"), "ends early");
  write_text(folder_ / "foreign.json", "{\"scenario\": \"x\"}");
  expect_refused("report " + (folder_ / "foreign.json"), "no report of bsnsim");
  const std::string read = std::to_string(report_version);
  write_text(folder_ / "other.json", with(text, "\"version\": " + read, "\"version\": 1"));
  expect_refused("report " + (folder_ / "other.json"), "report of version 1, and this bsnsim reads version " + read);
  expect_refused("report " + (folder_ / "nothing.json"), "can't be read");
  const Outcome compared = run("compare " + (folder_ / "r.json") + " " + (folder_ / "cut.json"));
  EXPECT_EQ(compared.code, 104);
  expect_says(compared.err, "cut.json: ends early");
}

TEST_F(CliReport, AMetricThatOneSideLacksIsSaid) {
  const std::string options = "run configs/scenarios/small.yaml -q -O json -o ";
  ASSERT_EQ(run(options + (folder_ / "a.json")).code, 0);
  write_text(folder_ / "b.json", with(text_of(folder_ / "a.json"), "\"label\": \"mixed\"", "\"label\": \"other\""));
  const Outcome compared = run("compare " + (folder_ / "a.json") + " " + (folder_ / "b.json"));
  EXPECT_EQ(compared.code, 99);
  expect_says(compared.out, "missing");
  EXPECT_EQ(run("compare " + (folder_ / "a.json") + " " + (folder_ / "a.json")).code, 0);
}

TEST_F(CliReport, ARunWithOnlyFailuresIsReportedAndNotGreen) {
  write_text(folder_ / "failing.yaml",
             "version: 1\nname: failing\ninclude: " + std::filesystem::current_path().string() +
                 "/configs/topologies/small.yaml\nproject: demo\nsettle: 5 s\nrounds:\n"
                 "  - label: late\n    duration: 2 s\n    rate: {fixed-rate: {tps: 20}}\n    deadline: 1 ms\n"
                 "    mix:\n      - {chain: irisnet/main, operation: submit, contract: kv, function: put, "
                 "args: [\"k\", \"v\"], level: final}\n");
  const Outcome ran = run("run " + (folder_ / "failing.yaml") + " -q -O json -o " + (folder_ / "f.json"));
  EXPECT_EQ(ran.code, 99) << ran.err;
  const Outcome text = run("report " + (folder_ / "f.json"));
  EXPECT_EQ(text.code, 0);
  expect_says(text.out, "DEADLINE_EXCEEDED");
}

}  // namespace
}  // namespace bsn
