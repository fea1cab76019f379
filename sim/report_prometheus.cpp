#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "sim/report.h"

namespace bsn {
namespace {

// Upper bounds of the latency buckets, in microseconds: from 50 us, two or three to a decade.
constexpr std::array<std::int64_t, 18> bounds_us = {50,      100,       250,       500,        1'000,      2'500,
                                                    5'000,   10'000,    25'000,    50'000,     100'000,    250'000,
                                                    500'000, 1'000'000, 2'500'000, 10'000'000, 30'000'000, 60'000'000};

std::string label(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    out += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return out;
}

void head(std::string& text, const char* name, const char* kind, const char* help) {
  text += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, kind);
}

struct Calls {
  std::uint64_t succeeded = 0, failed = 0, unfinished = 0;
  Histogram latency;
};

// By network and operation, over all rounds.
std::map<std::pair<std::string, std::string>, Calls> by_network(const Report& report) {
  std::map<std::pair<std::string, std::string>, Calls> all;
  for (const RoundReport& round : report.rounds) {
    for (const MixReport& mix : round.mix) {
      Calls& calls = all[{mix.network, mix.operation}];
      calls.succeeded += mix.succeeded;
      calls.failed += mix.failed;
      calls.unfinished += mix.unfinished;
      calls.latency.merge(mix.latency);
    }
  }
  return all;
}

// How many values lie in buckets that end at or below `bound`.
std::uint64_t at_most(const HistogramParts& parts, Duration bound) {
  std::uint64_t count = 0;
  for (const auto& [bucket, times] : parts.counts) {
    if (Histogram::highest_of(bucket) > bound) break;
    count += times;
  }
  return count;
}

void add_latency(std::string& text, const std::string& labels, const Histogram& latency) {
  const HistogramParts parts = latency.parts();
  for (const std::int64_t bound : bounds_us) {
    const Duration limit = microseconds(bound);
    text += fmt::format("bsn_call_latency_seconds_bucket{{{},le=\"{}\"}} {}\n", labels, limit.seconds(),
                        at_most(parts, limit));
  }
  text += fmt::format("bsn_call_latency_seconds_bucket{{{},le=\"+Inf\"}} {}\n", labels, latency.count());
  const double sum = latency.mean().seconds() * static_cast<double>(latency.count());
  text += fmt::format("bsn_call_latency_seconds_sum{{{}}} {}\n", labels, sum);
  text += fmt::format("bsn_call_latency_seconds_count{{{}}} {}\n", labels, latency.count());
}

void add_calls(std::string& text, const Report& report) {
  const auto all = by_network(report);
  head(text, "bsn_calls_total", "counter", "Calls by how they ended.");
  for (const auto& [name, calls] : all) {
    const std::string labels = fmt::format("network=\"{}\",method=\"{}\"", label(name.first), label(name.second));
    text += fmt::format("bsn_calls_total{{{},code=\"ok\"}} {}\n", labels, calls.succeeded);
    text += fmt::format("bsn_calls_total{{{},code=\"failed\"}} {}\n", labels, calls.failed);
    text += fmt::format("bsn_calls_total{{{},code=\"unfinished\"}} {}\n", labels, calls.unfinished);
  }
  head(text, "bsn_call_latency_seconds", "histogram", "From the intended send to the answer; time-outs as deadline.");
  for (const auto& [name, calls] : all) {
    add_latency(text, fmt::format("network=\"{}\",method=\"{}\"", label(name.first), label(name.second)),
                calls.latency);
  }
}

void add_rounds(std::string& text, const Report& report) {
  const auto gauge = [&](const char* name, const char* help, const auto& value) {
    head(text, name, "gauge", help);
    for (const RoundReport& round : report.rounds) {
      text += fmt::format("{}{{round=\"{}\"}} {}\n", name, label(round.label), value(round));
    }
  };
  gauge("bsn_round_offered", "Calls due by the schedule.", [](const RoundReport& one) { return one.offered; });
  gauge("bsn_round_dropped", "Calls due and not sent.", [](const RoundReport& one) { return one.dropped; });
  gauge("bsn_round_goodput_tps", "Succeeded calls a second.", [](const RoundReport& one) { return one.goodput_tps; });
}

void add_judgements(std::string& text, const Report& report) {
  head(text, "bsn_run_valid", "gauge", "1: the load kept its schedule and every planned fault fired.");
  text += fmt::format("bsn_run_valid {}\n", report.valid ? 1 : 0);
  head(text, "bsn_invariant_checked_total", "counter", "How often an invariant was checked.");
  for (const InvariantReport& one : report.invariants) {
    text += fmt::format("bsn_invariant_checked_total{{invariant=\"{}\"}} {}\n", label(one.name), one.checked);
  }
  head(text, "bsn_invariant_violated_total", "counter", "How often it did not hold.");
  for (const InvariantReport& one : report.invariants) {
    text += fmt::format("bsn_invariant_violated_total{{invariant=\"{}\"}} {}\n", label(one.name), one.violated);
  }
  head(text, "bsn_attempts_total", "counter", "Attempts of the gateway at city nodes, by kind.");
  const AttemptCounts& gateway = report.gateway;
  const std::uint64_t first = gateway.attempts - gateway.retries - gateway.hedges - gateway.compares;
  for (const auto& [kind, count] : {std::pair("first", first),
                                    {"retry", gateway.retries},
                                    {"hedge", gateway.hedges},
                                    {"compare", gateway.compares}}) {
    text += fmt::format("bsn_attempts_total{{kind=\"{}\"}} {}\n", kind, count);
  }
}

void add_packets(std::string& text, const CrossChainReport& packets) {
  head(text, "bsn_packets_total", "counter", "Cross-chain packets by what became of them.");
  for (const auto& [state, count] : {std::pair("sent", packets.sent),
                                     {"received", packets.received},
                                     {"failed", packets.failed},
                                     {"refunded", packets.refunded},
                                     {"finished", packets.finished},
                                     {"stuck", packets.stuck}}) {
    text += fmt::format("bsn_packets_total{{state=\"{}\"}} {}\n", state, count);
  }
  const std::vector<std::uint64_t> backlog = packets.seconds.backlog();
  head(text, "bsn_packets_backlog_max", "gauge", "The most packets that were sent and not finished at a time.");
  text += fmt::format("bsn_packets_backlog_max {}\n",
                      backlog.empty() ? 0 : *std::max_element(backlog.begin(), backlog.end()));
  head(text, "bsn_packet_leg_seconds", "summary", "How long each step of a packet took.");
  for (const CrossChainReport::Leg& leg : packets.legs) {
    const std::string name = label(leg.name);
    for (const auto& [quantile, time] :
         {std::pair("0.5", leg.time.p50), {"0.95", leg.time.p95}, {"0.99", leg.time.p99}}) {
      text += fmt::format("bsn_packet_leg_seconds{{leg=\"{}\",quantile=\"{}\"}} {}\n", name, quantile, time.seconds());
    }
    text += fmt::format("bsn_packet_leg_seconds_sum{{leg=\"{}\"}} {}\n", name,
                        leg.time.mean.seconds() * static_cast<double>(leg.time.count));
    text += fmt::format("bsn_packet_leg_seconds_count{{leg=\"{}\"}} {}\n", name, leg.time.count);
  }
}

}  // namespace

std::string report_prometheus(const Report& report) {
  std::string text;
  add_judgements(text, report);
  add_rounds(text, report);
  add_calls(text, report);
  if (report.cross_chain) add_packets(text, *report.cross_chain);
  return text;
}

}  // namespace bsn
