#include "sim/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <sstream>

#include "sim/text_table.h"
#include "tests/sim/some_report.h"
#include "tests/sim/two_city_scenario.h"

namespace bsn {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

namespace json = boost::json;

std::vector<std::string> keys_of(const json::value& value) {
  std::vector<std::string> keys;
  for (const auto& [key, one] : value.as_object()) keys.emplace_back(key);
  return keys;
}

json::value parsed(const Report& report) { return json::parse(report_json(report)); }

// ---- exit codes ----

TEST(ExitCode, IsZeroOnlyForAValidRunThatKeptEverything) { EXPECT_EQ(exit_code(some_report()), 0); }

TEST(ExitCode, ABrokenInvariantComesFirst) {
  Report report = some_report();
  report.stopped = true;
  report.rounds[0].failed_thresholds = {"p99_ms <= 1: was 2"};
  report.invariants[1].violated = 1;
  EXPECT_EQ(exit_code(report), 129);
}

TEST(ExitCode, LostLivenessIsToldFromBrokenSafety) {
  Report report = some_report();
  report.invariants.push_back({"LIVE", 5, 1, {}});
  EXPECT_EQ(exit_code(report), 128);
  report.invariants[0].violated = 1;
  EXPECT_EQ(exit_code(report), 129);
}

TEST(ExitCode, AStoppedRunSaysSo) {
  Report report = some_report();
  report.stopped = true;
  report.rounds.clear();
  EXPECT_EQ(exit_code(report), 105);
}

TEST(ExitCode, AFailedThresholdOrARoundWithoutSuccessFails) {
  Report report = some_report();
  report.rounds[0].failed_thresholds = {"p99_ms <= 1: was 2"};
  EXPECT_EQ(exit_code(report), 99);
  report = some_report();
  report.rounds[0].succeeded = 0;
  EXPECT_EQ(exit_code(report), 99);
}

TEST(ExitCode, AVoidRunIsNotGreen) {
  Report report = some_report();
  report.valid = false;
  EXPECT_EQ(exit_code(report), 1);
}

// ---- validity ----

class ValidityTest : public testing::Test {
 protected:
  ValidityTest() { report.faults.clear(); }

  void judge() { judge_validity(scenario, report); }

  Scenario scenario = two_city_scenario();
  Report report = some_report();
};

TEST_F(ValidityTest, ARunThatWentAsPlannedIsValid) {
  report.valid = false;
  judge();
  EXPECT_TRUE(report.valid);
  EXPECT_THAT(report.why_invalid, IsEmpty());
}

TEST_F(ValidityTest, DroppedCallsVoidTheRun) {
  report.rounds[0].dropped = 3;
  judge();
  EXPECT_FALSE(report.valid);
  EXPECT_THAT(report.why_invalid, ElementsAre(HasSubstr("could not keep its schedule and dropped 3 of 10 calls")));
}

TEST_F(ValidityTest, CallsSentLateVoidTheRun) {
  report.rounds[0].lateness.p99 = most_p99_lateness;
  judge();
  EXPECT_TRUE(report.valid);
  report.rounds[0].lateness.p99 = most_p99_lateness + milliseconds(20);
  judge();
  EXPECT_THAT(report.why_invalid, ElementsAre(HasSubstr("sent more than 120 ms late")));
}

TEST_F(ValidityTest, APlannedFaultThatNeverFiredVoidsTheRun) {
  scenario.faults = {{seconds(1), FaultKind::kill, {"south"}, {}}, {seconds(2), FaultKind::restart, {"south"}, {}}};
  report.faults = {{"kill", 1, {"south"}, 1}, {"restart", 2, {"south"}, 0}};
  judge();
  EXPECT_THAT(report.why_invalid, ElementsAre("the fault 'restart' planned at 2s never fired"));
  report.faults.clear();
  judge();
  EXPECT_EQ(report.why_invalid.size(), 2U);
}

TEST_F(ValidityTest, ARoundThatSentNothingOrDidNotRunVoidsTheRun) {
  report.rounds[0] = RoundReport{};
  report.rounds[0].label = "mixed";
  judge();
  EXPECT_THAT(report.why_invalid, ElementsAre("round 'mixed' sent no call"));
  report.rounds.clear();
  judge();
  EXPECT_THAT(report.why_invalid, ElementsAre("round 'mixed' did not run"));
}

TEST_F(ValidityTest, AStoppedRunIsNotValid) {
  report.stopped = true;
  judge();
  EXPECT_FALSE(report.valid);
}

TEST_F(ValidityTest, ThresholdsAreSortedIntoHeldAndFailed) {
  scenario.rounds[0].thresholds = {{"p50_ms", true, 5.01},      {"p99_ms", true, 9},
                                   {"goodput_tps", false, 0.4}, {"failed_share", true, 0.6},
                                   {"goodput_tps", false, 100}, {"failed_share", true, 0.5}};
  judge();
  EXPECT_THAT(report.rounds[0].passed_thresholds,
              ElementsAre("p50_ms <= 5.01: was 5.001", "goodput_tps >= 0.4: was 0.4", "failed_share <= 0.6: was 0.6"));
  EXPECT_THAT(report.rounds[0].failed_thresholds,
              ElementsAre("p99_ms <= 9: was 10", "goodput_tps >= 100: was 0.4", "failed_share <= 0.5: was 0.6"));
  EXPECT_EQ(exit_code(report), 99);
}

TEST_F(ValidityTest, AThresholdOverNoAnswersFails) {
  scenario.rounds[0].thresholds = {{"p99_ms", true, 50}, {"failed_share", true, 1}, {"goodput_tps", false, 0}};
  RoundReport& round = report.rounds[0];
  round.succeeded = round.failed = 0;
  round.unfinished = 10;
  judge();
  EXPECT_THAT(round.passed_thresholds, IsEmpty());
  EXPECT_EQ(round.failed_thresholds.size(), 3U);
  EXPECT_EQ(round.failed_thresholds[0], "p99_ms <= 50: no call was answered");
}

// ---- JSON ----

TEST(ReportJson, HasTheAgreedFieldsInAFixedOrder) {
  const json::value root = parsed(some_report());
  EXPECT_THAT(keys_of(root),
              ElementsAre("format", "version", "scenario", "description", "file", "mode", "seed", "fingerprint",
                          "valid", "why_invalid", "stopped", "exit_code", "simulated_seconds", "wall_seconds", "events",
                          "command", "environment", "rounds", "networks", "city_nodes", "invariants", "cross_chain",
                          "faults", "services", "service_events", "gateway", "scenario_text"));
  const json::value& round = root.at("rounds").at(0);
  for (const char* key : {"label", "offered", "sent", "dropped", "succeeded", "failed", "unfinished", "goodput_tps"}) {
    EXPECT_THAT(keys_of(round), Contains(key));
  }
  EXPECT_THAT(keys_of(round.at("latency_ns")), ElementsAre("count", "min", "p50", "p95", "p99", "p999", "max", "mean"));
  EXPECT_THAT(keys_of(root.at("invariants").at(0)), ElementsAre("name", "checked", "violated", "examples"));
}

TEST(ReportJson, TimesAreWholeNanoseconds) {
  const json::value root = parsed(some_report());
  const json::value& round = root.at("rounds").at(0);
  EXPECT_EQ(round.at("latency_ns").at("min").as_int64(), 1'000'000);
  EXPECT_EQ(round.at("latency_ns").at("max").as_int64(), 10'000'000);
  EXPECT_EQ(round.at("latency_ns").at("mean").as_int64(), 5'500'000);
  EXPECT_EQ(root.at("networks").at(0).at("finality_ns").at("p50").as_int64(), 5'000'000);
  EXPECT_EQ(root.at("rounds").at(0).at("duration_ns").as_int64(), 10'000'000'000);
}

TEST(ReportJson, PartsOfTheSplitAddUpToItsTotal) {
  const json::value root = parsed(some_report());
  const json::value& split = root.at("rounds").at(0).at("split_ns");
  EXPECT_THAT(keys_of(split), ElementsAre("calls", "client", "gateway_queue", "route", "wire", "node_queue",
                                          "consensus", "return", "total"));
  std::int64_t sum = 0;
  for (const auto& [key, value] : split.as_object()) {
    if (key != "calls" && key != "total") sum += value.as_int64();
  }
  EXPECT_EQ(split.at("total").as_int64(), sum);
  EXPECT_EQ(split.at("consensus").as_int64(), 1'000'000'000);
  EXPECT_EQ(split.at("return").as_int64(), 7'999);
}

TEST(ReportJson, CarriesCountsAndTexts) {
  const json::value root = parsed(some_report());
  EXPECT_EQ(root.at("seed").to_number<std::uint64_t>(), 7U);
  EXPECT_EQ(root.at("valid").as_bool(), true);
  EXPECT_EQ(root.at("command").as_string(), "bsnsim run configs/scenarios/two_cities.yaml --virtual --seed 7");
  EXPECT_EQ(root.at("faults").at(0).at("targets").at(1).as_string(), "north");
  EXPECT_EQ(root.at("rounds").at(0).at("failures").at("UNAVAILABLE/NO_LEADER").to_number<int>(), 3);
  EXPECT_EQ(root.at("rounds").at(0).at("seconds").at("failed").at(1).to_number<int>(), 3);
  EXPECT_EQ(root.at("city_nodes").at(2).at("state").as_string(), "building");
  EXPECT_EQ(root.at("gateway").at("retries").to_number<int>(), 2);
}

TEST(ReportJson, AnEmptyReportIsStillJson) {
  const json::value root = parsed(Report{});
  EXPECT_EQ(root.at("rounds").as_array().size(), 0U);
  EXPECT_EQ(root.at("valid").as_bool(), false);
}

// ---- text ----

TEST(ReportText, StartsWithTheVerdict) {
  EXPECT_THAT(report_text(some_report()),
              testing::StartsWith("two_cities, in virtual time, seed 7\n"
                                  "PASSED\n"
                                  "VALID: the load kept its schedule and every planned fault fired\n"
                                  "thresholds: none set\n"
                                  "invariants: all 2 hold\n"
                                  "12.0 s of scenario in 0.05 s of wall time: 240 simulated seconds a second, 1234 "
                                  "events\n"));
}

TEST(ReportText, SaysWhyARunIsVoidAndWhatFailed) {
  Report report = some_report();
  report.valid = false;
  report.why_invalid = {"the fault 'kill' planned at 2s never fired"};
  report.rounds[0].failed_thresholds = {"p99_ms <= 1: was 2"};
  report.rounds[0].passed_thresholds = {"p50_ms <= 1: was 0.5"};
  report.invariants[0] = {"AGR", 12, 2, {"fabric/trade height 3: a fork"}};
  report.faults[0].fired = 0;
  const std::string text = report_text(report);
  EXPECT_THAT(text, HasSubstr("NOT VALID:\n  the fault 'kill' planned at 2s never fired\n"));
  EXPECT_THAT(text, HasSubstr("thresholds: 1 of 2 hold\n  failed in mixed: p99_ms <= 1: was 2\n"));
  EXPECT_THAT(text, HasSubstr("invariants: BROKEN: AGR\n"));
  EXPECT_THAT(text, HasSubstr("  AGR: fabric/trade height 3: a fork\n"));
  EXPECT_THAT(text, HasSubstr("at 3.5 s kill south north: NEVER FIRED"));
}

TEST(ReportText, SaysInItsSecondLineWhyARunDidNotPass) {
  const auto second_line = [](const Report& report) {
    const std::string text = report_text(report);
    const std::size_t begin = text.find('\n') + 1;
    return text.substr(begin, text.find('\n', begin) - begin);
  };
  Report report = some_report();
  report.valid = false;
  EXPECT_EQ(second_line(report), "NOT PASSED: it says nothing about the network (exit code 1)");
  report.rounds[0].failed_thresholds = {"p99_ms <= 1: was 2"};
  EXPECT_EQ(second_line(report), "NOT PASSED: a threshold failed (exit code 99)");
  report.rounds[0].succeeded = 0;
  EXPECT_EQ(second_line(report), "NOT PASSED: no call of round 'mixed' succeeded (exit code 99)");
  report.stopped = true;
  EXPECT_EQ(second_line(report), "NOT PASSED: it was stopped from outside (exit code 105)");
  report.invariants.push_back({"LIVE", 1, 1, {}});
  EXPECT_EQ(second_line(report), "NOT PASSED: liveness was lost (exit code 128)");
  report.invariants[0].violated = 1;
  EXPECT_EQ(second_line(report), "NOT PASSED: an invariant of safety was broken (exit code 129)");
}

TEST(ReportText, HasTheColumnsThatCalipersUsersKnow) {
  const std::string text = report_text(some_report());
  EXPECT_THAT(text, HasSubstr("Name   Succ  Fail  Send Rate  Max Latency  Min Latency  Avg Latency  Throughput\n"));
  EXPECT_THAT(text, HasSubstr("mixed     4     6        1.0        0.010        0.001        0.005         0.9\n"));
}

TEST(ReportText, CountsTheCityNodesByState) {
  const std::string text = report_text(some_report());
  EXPECT_THAT(text, HasSubstr("3 city nodes: 1 connected, 1 building, 1 overseas, 2 healthy\n"));
  EXPECT_THAT(text, Not(HasSubstr("west"))) << "a node without calls is not among the busiest";
}

TEST(ReportText, SaysHowToRunTheSameAgain) {
  const std::string text = report_text(some_report());
  EXPECT_THAT(text, HasSubstr("again: bsnsim run configs/scenarios/two_cities.yaml --virtual --seed 7\n"));
  EXPECT_THAT(text, HasSubstr("fingerprint " + std::string(64, 'f')));
}

TEST(ReportText, FitsInAHundredColumnsWhateverTheNames) {
  Report report = some_report();
  report.rounds[0].label = std::string(80, 'r');
  report.rounds[0].mix[0].network = std::string(64, 'n');
  report.rounds[0].mix[0].function = std::string(64, 'f');
  report.networks[0].network = std::string(64, 'n');
  report.city_nodes[0].city = std::string(64, 'c');
  report.rounds[0].sent = report.rounds[0].offered = 1'000'000'000;
  report.rounds[0].mix[0].sent = report.rounds[0].mix[0].succeeded = 1'000'000'000;
  report.why_invalid.assign(3, "the load generator could not keep its schedule " + std::string(60, 'x') + " at all");
  report.valid = false;
  for (int i = 0; i < 40; ++i) report.faults[0].targets.push_back("some-city-" + std::to_string(i));
  std::istringstream text(report_text(report));
  for (std::string line; std::getline(text, line);) EXPECT_LE(line.size(), 100U) << line;
}

TEST(ReportText, AnEmptyReportIsStillReadable) { EXPECT_THAT(report_text(Report{}), HasSubstr("NOT VALID")); }

TEST(TextTable, AlignsNamesLeftAndNumbersRight) {
  TextTable table({"Name", "Time\n(ms)", "Calls"});
  EXPECT_TRUE(table.empty());
  table.add({"a", "12.5", "1"});
  table.add({"longest name", "3", "1000"});
  EXPECT_EQ(table.text(100),
            "Name          Time  Calls\n"
            "              (ms)\n"
            "a             12.5      1\n"
            "longest name     3   1000\n");
  EXPECT_THAT(table.text(23), HasSubstr("\nlongest ..     3   1000\n"));
  EXPECT_THAT(table.text(0), HasSubstr("\nlonges..     3   1000\n"));
}

}  // namespace
}  // namespace bsn
