#include "sim/report.h"

#include <fmt/format.h>

#include <algorithm>

namespace bsn {
namespace {

// What a threshold looks at; nullopt: nothing was measured, or there is no such metric.
std::optional<double> measured(const std::string& metric, const RoundReport& round) {
  const std::uint64_t answered = round.succeeded + round.failed;
  if (answered == 0) return std::nullopt;
  if (metric == "p50_ms") return round.latency.percentile(50).milliseconds();
  if (metric == "p99_ms") return round.latency.percentile(99).milliseconds();
  if (metric == "goodput_tps") return round.goodput_tps;
  if (metric == "failed_share") {
    return static_cast<double>(round.sent - round.succeeded) / static_cast<double>(round.sent);
  }
  return std::nullopt;
}

void judge_thresholds(const Round& planned, RoundReport& round) {
  for (const Threshold& threshold : planned.thresholds) {
    const std::string wanted =
        fmt::format("{} {} {:g}", threshold.metric, threshold.at_most ? "<=" : ">=", threshold.value);
    const std::optional<double> value = measured(threshold.metric, round);
    if (!value) {
      round.failed_thresholds.push_back(wanted + ": no call was answered");
      continue;
    }
    const bool holds = threshold.at_most ? *value <= threshold.value : *value >= threshold.value;
    (holds ? round.passed_thresholds : round.failed_thresholds)
        .push_back(fmt::format("{}: was {:.4g}", wanted, *value));
  }
}

void judge_schedule(const RoundReport& round, std::vector<std::string>& why) {
  if (round.sent == 0) why.push_back(fmt::format("round '{}' sent no call", round.label));
  if (round.dropped > 0) {
    why.push_back(fmt::format("round '{}': the load generator could not keep its schedule and dropped {} of {} calls",
                              round.label, round.dropped, round.offered));
  }
  if (round.lateness.p99 > most_p99_lateness) {
    why.push_back(
        fmt::format("round '{}': the load generator could not keep its schedule, 1 % of the calls were sent "
                    "more than {:.0f} ms late: it was the limit, not the network",
                    round.label, round.lateness.p99.milliseconds()));
  }
}

}  // namespace

LatencySummary summarize(const Histogram& histogram) {
  LatencySummary summary;
  summary.count = histogram.count();
  if (summary.count == 0) return summary;
  summary.min = histogram.min();
  summary.p50 = histogram.percentile(50);
  summary.p95 = histogram.percentile(95);
  summary.p99 = histogram.percentile(99);
  summary.p999 = histogram.percentile(99.9);
  summary.max = histogram.max();
  summary.mean = histogram.mean();
  return summary;
}

// A series that was tampered with may have more finished than sent: nothing is under way then.
std::vector<std::uint64_t> PacketSeconds::backlog() const {
  std::vector<std::uint64_t> open;
  std::uint64_t sent_so_far = 0, finished_so_far = 0;
  for (std::size_t i = 0; i < std::max(sent.size(), finished.size()); ++i) {
    sent_so_far += i < sent.size() ? sent[i] : 0;
    finished_so_far += i < finished.size() ? finished[i] : 0;
    open.push_back(sent_so_far - std::min(sent_so_far, finished_so_far));
  }
  return open;
}

std::string reproduce_command(const Report& report) {
  const std::string file = report.file.empty() ? report.scenario + ".yaml" : report.file;
  return fmt::format("bsnsim run {} --{} --seed {}", file, report.mode, report.seed);
}

bool is_liveness(const InvariantReport& invariant) { return invariant.name == "LIVE" || invariant.name == "XLIVE"; }

int exit_code(const Report& report) {
  const auto unsafe = [](const InvariantReport& one) { return one.violated > 0 && !is_liveness(one); };
  const auto broken = [](const InvariantReport& one) { return one.violated > 0; };
  const auto failed = [](const RoundReport& one) { return one.succeeded == 0 || !one.failed_thresholds.empty(); };
  if (std::any_of(report.invariants.begin(), report.invariants.end(), unsafe)) return 129;
  if (std::any_of(report.invariants.begin(), report.invariants.end(), broken)) return 128;
  if (report.stopped) return 105;
  if (std::any_of(report.rounds.begin(), report.rounds.end(), failed)) return 99;
  return report.valid ? 0 : 1;
}

void judge_validity(const Scenario& scenario, Report& report) {
  report.why_invalid.clear();
  for (std::size_t i = 0; i < scenario.rounds.size(); ++i) {
    if (i >= report.rounds.size()) {
      report.why_invalid.push_back(fmt::format("round '{}' did not run", scenario.rounds[i].label));
      continue;
    }
    RoundReport& round = report.rounds[i];
    round.passed_thresholds.clear();
    round.failed_thresholds.clear();
    judge_thresholds(scenario.rounds[i], round);
    judge_schedule(round, report.why_invalid);
  }
  for (std::size_t i = 0; i < scenario.faults.size(); ++i) {
    if (i < report.faults.size() && report.faults[i].fired > 0) continue;
    report.why_invalid.push_back(fmt::format("the fault '{}' planned at {} never fired",
                                             to_string(scenario.faults[i].kind), to_string(scenario.faults[i].at)));
  }
  for (std::size_t i = 0; i < scenario.service_events.size(); ++i) {
    if (i < report.service_events.size() && report.service_events[i].fired > 0) continue;
    const ServiceEvent& event = scenario.service_events[i];
    report.why_invalid.push_back(fmt::format("to {} {}, planned at {}, never happened", to_string(event.kind),
                                             event.service, to_string(event.at)));
  }
  if (report.stopped) report.why_invalid.emplace_back("the run was stopped before its end");
  report.valid = report.why_invalid.empty();
}

}  // namespace bsn
