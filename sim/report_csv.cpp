#include <fmt/format.h>

#include "sim/report.h"

namespace bsn {
namespace {

// RFC 4180: quoted where need be, quotes doubled.
std::string cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string times(const LatencySummary& one) {
  return fmt::format("{},{},{}", one.max.seconds(), one.min.seconds(), one.mean.seconds());
}

std::string percentiles(const LatencySummary& one) {
  return fmt::format("{},{},{},{}", one.p50.seconds(), one.p95.seconds(), one.p99.seconds(), one.p999.seconds());
}

std::string round_line(const RoundReport& round) {
  const LatencySummary latency = summarize(round.latency);
  return fmt::format("{},{},{},{},{},{},{},{},{},{},{}\n", cell(round.label), round.succeeded, round.failed,
                     round.send_tps, times(latency), round.throughput_tps, percentiles(latency), round.offered,
                     round.dropped, round.unfinished, round.goodput_tps);
}

// Only a round has rates of its own.
std::string mix_line(const RoundReport& round, const MixReport& mix) {
  const LatencySummary latency = summarize(mix.latency);
  const std::string name = fmt::format("{}: {}/{} {} {}.{} {}", round.label, mix.network, mix.chain, mix.operation,
                                       mix.contract, mix.function, mix.level);
  return fmt::format("{},{},{},,{},,{},,,{},\n", cell(name), mix.succeeded, mix.failed, times(latency),
                     percentiles(latency), mix.unfinished);
}

// Of the packets that took this step.
std::string leg_line(const CrossChainReport::Leg& leg) {
  return fmt::format("{},{},,,{},,{},,,,\n", cell("cross-chain: " + leg.name), leg.time.count, times(leg.time),
                     percentiles(leg.time));
}

}  // namespace

std::string report_csv(const Report& report) {
  std::string text =
      "Name,Succ,Fail,Send Rate (TPS),Max Latency (s),Min Latency (s),Avg Latency (s),Throughput (TPS),"
      "p50 (s),p95 (s),p99 (s),p99.9 (s),Offered,Dropped,Unfinished,Goodput (TPS)\n";
  for (const RoundReport& round : report.rounds) {
    text += round_line(round);
    for (const MixReport& mix : round.mix) text += mix_line(round, mix);
  }
  if (!report.cross_chain) return text;
  for (const CrossChainReport::Leg& leg : report.cross_chain->legs) text += leg_line(leg);
  return text;
}

std::string report_hgrm(const Report& report) {
  Histogram all;
  for (const RoundReport& round : report.rounds) all.merge(round.latency);
  return all.to_hgrm();
}

}  // namespace bsn
