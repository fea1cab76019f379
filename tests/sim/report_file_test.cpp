// A report read back from its JSON, and its forms for other programs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>

#include "sim/page/report_page.h"
#include "sim/report.h"
#include "tests/sim/some_report.h"

namespace bsn {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

CrossChainReport some_packets() {
  CrossChainReport packets;
  packets.sent = 5;
  packets.received = packets.finished = 4;
  packets.failed = packets.refunded = 1;
  packets.under_way = 1;
  Histogram time;
  time.record(seconds(2));
  time.record(seconds(4));
  packets.legs = {{"source to hub", summarize(time)}};
  packets.end_to_end = {{"sent to received", summarize(time), seconds(3), 1.125}};
  packets.failures = {{"unknown account nobody", 1}};
  packets.seconds = {{3, 0, 2}, {0, 1, 2, 1}};
  return packets;
}

// Every kind of part that a report can have.
Report full_report() {
  Report report = some_report();
  report.description = "two cities";
  report.scenario_text = "version: 1\n";
  report.rounds[0].latency.record(seconds(3601));  // beyond the range
  report.networks[0].published = {{Figure::capacity_tps, 3500, 0.2, "a paper", "", true, 0}};
  ServiceReport service;
  service.service = "land";
  service.framework = "fabric";
  service.validators = {"north"};
  service.capacity = {12.5, 1 << 20, 1 << 21};
  report.services = {service};
  report.service_events = {{"deploy", 1.5, {"land"}, 1}};
  report.invariants.push_back({"LIVE", 5, 1, {"south stayed behind"}});
  report.cross_chain = some_packets();
  return report;
}

std::string problem_of(const std::string& text) {
  const Result<Report> report = parse_report(text);
  EXPECT_FALSE(report.ok());
  if (report.ok()) return "";
  EXPECT_EQ(report.error().code, ErrorCode::invalid_configuration);
  return report.error().message;
}

// The report's JSON after `change`.
template <class Change>
std::string changed(const Change& change) {
  json::value root = json::parse(report_json(full_report()));
  change(root.as_object());
  return json::serialize(root);
}

TEST(ReportFile, ReadsBackWhatWasWritten) {
  const std::string text = report_json(full_report());
  const Result<Report> report = parse_report(text);
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_EQ(report_json(*report), text);
  EXPECT_EQ(report_text(*report), report_text(full_report()));
  EXPECT_EQ(report->rounds[0].latency.to_hgrm(), full_report().rounds[0].latency.to_hgrm());
}

TEST(ReportFile, AnEmptyReportReadsBackToo) {
  const std::string text = report_json(Report{});
  const Result<Report> report = parse_report(text + "\n");
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_EQ(report_json(*report), text);
}

TEST(ReportFile, EveryTruncationIsRefused) {
  const std::string text = report_json(full_report());
  for (std::size_t size = 1; size < text.size(); size += 7) {
    EXPECT_THAT(problem_of(text.substr(0, size)), HasSubstr("ends early")) << size;
  }
}

TEST(ReportFile, OtherTextIsRefused) {
  EXPECT_THAT(problem_of("rounds: []"), HasSubstr("is not JSON"));
  EXPECT_THAT(problem_of("{} {}"), HasSubstr("is not JSON"));
  EXPECT_THAT(problem_of("[1, 2]"), HasSubstr("no report of bsnsim"));
  EXPECT_THAT(problem_of(R"({"scenario": "x"})"), HasSubstr("no report of bsnsim"));
}

TEST(ReportFile, AnotherVersionIsRefused) {
  EXPECT_THAT(problem_of(changed([](json::object& root) { root["version"] = 7; })),
              HasSubstr("report of version 7, and this bsnsim reads version 3"));
  EXPECT_THAT(problem_of(changed([](json::object& root) { root.erase("version"); })), HasSubstr("version unknown"));
}

TEST(ReportFile, WrongPartsAreNamedWithTheirPlace) {
  EXPECT_THAT(problem_of(changed([](json::object& root) { root.erase("rounds"); })), HasSubstr("rounds: is missing"));
  EXPECT_THAT(problem_of(changed([](json::object& root) { root["wind"] = 1; })), HasSubstr("wind: is not known"));
  EXPECT_THAT(problem_of(changed([](json::object& root) { root["rounds"].at(0).at("sent") = -1; })),
              HasSubstr("rounds[0].sent: must be a whole number"));
  EXPECT_THAT(problem_of(changed([](json::object& root) { root["city_nodes"].at(1).at("city") = 5; })),
              HasSubstr("city_nodes[1].city: must be text"));
  EXPECT_THAT(problem_of(changed([](json::object& root) { root["rounds"].at(0).at("seconds").at("sent") = {1}; })),
              HasSubstr("rounds[0].seconds: has lists of different lengths"));
}

TEST(ReportFile, AHistogramThatCanNotBeIsRefused) {
  for (const char* buckets : {"[1]", "[0, 0]", "[18446744073709551615, 1, 5, 1]", "[99999999, 1]", "[7, 1]"}) {
    EXPECT_THAT(problem_of(changed([&](json::object& root) {
                  root["rounds"].at(0).at("histogram").at("buckets") = json::parse(buckets);
                })),
                HasSubstr("histogram: holds what no run can give"))
        << buckets;
  }
}

// ---- forms ----

TEST(ReportForms, CsvHasALineForEachRoundAndItsMix) {
  Report report = some_report();
  report.rounds[0].label = "with, \"quotes\"";
  EXPECT_EQ(report_csv(report),
            "Name,Succ,Fail,Send Rate (TPS),Max Latency (s),Min Latency (s),Avg Latency (s),Throughput (TPS),"
            "p50 (s),p95 (s),p99 (s),p99.9 (s),Offered,Dropped,Unfinished,Goodput (TPS)\n"
            "\"with, \"\"quotes\"\"\",4,5,1,0.01,0.001,0.0055,0.9,0.005001215,0.01,0.01,0.01,10,0,1,0.4\n"
            "\"with, \"\"quotes\"\": fabric/trade submit asset.transfer final\",4,5,,0.01,0.001,0.0055,,"
            "0.005001215,0.01,0.01,0.01,,,1,\n");
}

TEST(ReportForms, CsvHasALineForEachStepOfPackets) {
  Report report;
  report.cross_chain = some_packets();
  const std::string text = report_csv(report);
  const std::string header = text.substr(0, text.find('\n'));
  const std::string line = text.substr(text.find('\n') + 1);
  EXPECT_EQ(line, "cross-chain: source to hub,2,,,4,2,3,,2.000683007,4,4,4,,,,\n");
  EXPECT_EQ(std::count(line.begin(), line.end(), ','), std::count(header.begin(), header.end(), ','));
}

TEST(ReportForms, PrometheusCountsPackets) {
  const std::string text = report_prometheus(full_report());
  EXPECT_THAT(text, HasSubstr("bsn_packets_total{state=\"sent\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("bsn_packets_backlog_max 3\n"));
  EXPECT_THAT(text, HasSubstr("bsn_packet_leg_seconds{leg=\"source to hub\",quantile=\"0.99\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("bsn_packet_leg_seconds_sum{leg=\"source to hub\"} 6\n"));
  EXPECT_THAT(report_prometheus(some_report()), Not(HasSubstr("packet")));
}

TEST(ReportForms, TextTellsWhyPacketsFailedAndHowManyWereUnderWay) {
  const std::string text = report_text(full_report());
  EXPECT_THAT(text, HasSubstr("1 x unknown account nobody\n"));
  EXPECT_THAT(text, HasSubstr("at most 3 were under way, in second 0\n"));
}

TEST(PacketSeconds, BacklogIsWhatWasSentAndNotFinished) {
  EXPECT_THAT(some_packets().seconds.backlog(), testing::ElementsAre(3, 2, 2, 1));
  EXPECT_THAT((PacketSeconds{{}, {1, 0}}).backlog(), testing::ElementsAre(0, 0)) << "more finished than sent: tampered";
  EXPECT_THAT(PacketSeconds{}.backlog(), testing::IsEmpty());
}

TEST(ReportForms, JunitHasACaseForEachJudgement) {
  Report report = some_report();
  report.rounds[0].failed_thresholds = {"p99_ms <= 9: was <10> & \"more\""};
  report.invariants[0].violated = 2;
  const std::string text = report_junit(report);
  EXPECT_THAT(text, HasSubstr("tests=\"5\" failures=\"2\""));
  EXPECT_THAT(text, HasSubstr("<failure message=\"p99_ms &lt;= 9: was &lt;10&gt; &amp; &quot;more&quot;\"/>"));
  EXPECT_THAT(text, HasSubstr("<failure message=\"violated 2 times&#10;\"/>"));
  EXPECT_THAT(text, HasSubstr("<testcase classname=\"invariants\" name=\"HASH\"/>"));
}

TEST(ReportForms, PrometheusBucketsCountUpToTheTotal) {
  const std::string text = report_prometheus(some_report());
  const std::string series = "bsn_call_latency_seconds_bucket{network=\"fabric\",method=\"submit\",le=";
  EXPECT_THAT(text, HasSubstr(series + "\"0.0005\"} 0\n"));
  EXPECT_THAT(text, HasSubstr(series + "\"0.005\"} 4\n")) << "the bucket of 5 ms ends a little above";
  EXPECT_THAT(text, HasSubstr(series + "\"+Inf\"} 10\n"));
  EXPECT_THAT(text, HasSubstr("bsn_calls_total{network=\"fabric\",method=\"submit\",code=\"ok\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("bsn_attempts_total{kind=\"first\"} 10\n"));
}

TEST(ReportForms, HgrmJoinsTheRounds) {
  Report report = some_report();
  report.rounds.push_back(report.rounds[0]);
  EXPECT_THAT(report_hgrm(report), HasSubstr("Total count    =           20]"));
}

// ---- the page ----

TEST(ReportPage, TextNeverBecomesMarkup) {
  Report report = some_report();
  report.scenario = "</script><script>alert(1)</script><!--\xe2\x80\xa8&";
  const std::string page = report_page(report_json(report));
  EXPECT_THAT(page, Not(HasSubstr("alert(1)</script>")));
  EXPECT_THAT(page, HasSubstr("\\u003c/script\\u003e\\u003cscript\\u003ealert(1)"));
  EXPECT_THAT(page, HasSubstr("\\u003c!--\\u2028\\u0026"));
  EXPECT_EQ(json::parse(json_for_html(report_json(report))), json::parse(report_json(report)));
}

TEST(ReportPage, IsOneDocumentThatAsksNobody) {
  const std::string page = report_page(report_json(some_report()));
  EXPECT_THAT(page, StartsWith("<!doctype html>"));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page, Not(HasSubstr("<script src")));
  EXPECT_THAT(page, Not(HasSubstr("\"format\":\"none\"")));
}

}  // namespace
}  // namespace bsn
