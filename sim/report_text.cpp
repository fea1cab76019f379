#include <fmt/format.h>

#include <algorithm>

#include "sim/report.h"
#include "sim/service_report.h"
#include "sim/text_table.h"

namespace bsn {
namespace {

constexpr std::size_t busiest_shown = 10;
constexpr std::size_t line_width = 100;

std::string ms(Duration d, int digits = 2) { return fmt::format("{:.{}f}", d.milliseconds(), digits); }

std::string s(Duration d) { return fmt::format("{:.3f}", d.seconds()); }

std::string tps(double rate) { return fmt::format("{:.1f}", rate); }

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

// `text` after `indent` spaces, broken between words so that no line is longer than the report.
std::string wrapped(const std::string& text, std::size_t indent = 2) {
  std::string out;
  std::string line(indent, ' ');
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    if (line.size() > indent && line.size() + 1 + word.size() > line_width) {
      out += line + "\n";
      line.assign(indent + 2, ' ');
    } else if (line.size() > indent) {
      line += " ";
    }
    line += word;
    begin = end + 1;
  }
  return out + line + "\n";
}

std::string section(const std::string& title, const TextTable& table) {
  return table.empty() ? "" : "\n" + title + "\n" + table.text(line_width);
}

// ---- the verdict ----

std::string why_not(const Report& report, int code) {
  if (code == 129) return "an invariant of safety was broken";
  if (code == 128) return "liveness was lost";
  if (code == 105) return "it was stopped from outside";
  if (code == 1) return "it says nothing about the network";
  for (const RoundReport& round : report.rounds) {
    if (round.succeeded == 0) return "no call of round '" + round.label + "' succeeded";
  }
  return "a threshold failed";
}

std::string outcome(const Report& report) {
  const int code = exit_code(report);
  if (code == 0) return "PASSED\n";
  return wrapped(fmt::format("NOT PASSED: {} (exit code {})", why_not(report, code), code), 0);
}

std::string validity(const Report& report) {
  if (report.valid) return "VALID: the load kept its schedule and every planned fault fired\n";
  std::string text = "NOT VALID:\n";
  for (const std::string& why : report.why_invalid) text += wrapped(why);
  return text;
}

std::string thresholds(const Report& report) {
  std::string failed;
  std::size_t held = 0, all = 0;
  for (const RoundReport& round : report.rounds) {
    held += round.passed_thresholds.size();
    all += round.passed_thresholds.size() + round.failed_thresholds.size();
    for (const std::string& one : round.failed_thresholds) failed += wrapped("failed in " + round.label + ": " + one);
    for (const std::string& one : round.passed_thresholds) failed += wrapped("holds in " + round.label + ": " + one);
  }
  if (all == 0) return "thresholds: none set\n";
  return fmt::format("thresholds: {} of {} hold\n{}", held, all, failed);
}

std::string invariants(const Report& report) {
  std::string broken;
  TextTable table({"Invariant", "Checked", "Violated"});
  for (const InvariantReport& one : report.invariants) {
    table.add({one.name, std::to_string(one.checked), std::to_string(one.violated)});
    for (const std::string& example : one.examples) broken += wrapped(one.name + ": " + example);
  }
  return section("INVARIANTS", table) + broken;
}

std::string invariant_verdict(const Report& report) {
  std::string broken;
  for (const InvariantReport& one : report.invariants) {
    if (one.violated > 0) broken += " " + one.name;
  }
  if (report.invariants.empty()) return "invariants: none were checked\n";
  return broken.empty() ? fmt::format("invariants: all {} hold\n", report.invariants.size())
                        : "invariants: BROKEN:" + broken + "\n";
}

std::string speed(const Report& report) {
  std::string text =
      fmt::format("{:.1f} s of scenario in {:.2f} s of wall time", report.simulated_seconds, report.wall_seconds);
  if (report.mode != "virtual" || report.wall_seconds <= 0) return text + "\n";
  return text + fmt::format(": {:.0f} simulated seconds a second, {} events\n",
                            report.simulated_seconds / report.wall_seconds, report.events);
}

std::string verdict(const Report& report) {
  return fmt::format("{}, {}, seed {}\n", report.scenario, report.mode == "live" ? "live" : "in virtual time",
                     report.seed) +
         outcome(report) + validity(report) + thresholds(report) + invariant_verdict(report) + speed(report);
}

// ---- the load ----

// Caliper's columns.
std::string rounds(const Report& report) {
  TextTable table({"Name", "Succ", "Fail", "Send Rate\n(TPS)", "Max Latency\n(s)", "Min Latency\n(s)",
                   "Avg Latency\n(s)", "Throughput\n(TPS)"});
  for (const RoundReport& round : report.rounds) {
    table.add({round.label, std::to_string(round.succeeded), std::to_string(round.failed + round.unfinished),
               tps(round.send_tps), s(round.latency.max()), s(round.latency.min()), s(round.latency.mean()),
               tps(round.throughput_tps)});
  }
  return section("ROUNDS", table);
}

std::string latencies(const Report& report) {
  TextTable table({"Name", "p50\n(ms)", "p95\n(ms)", "p99\n(ms)", "p99.9\n(ms)", "Offered", "Sent", "Dropped",
                   "Unfinished", "Goodput\n(TPS)"});
  for (const RoundReport& round : report.rounds) {
    const LatencySummary latency = summarize(round.latency);
    table.add({round.label, ms(latency.p50), ms(latency.p95), ms(latency.p99), ms(latency.p999),
               std::to_string(round.offered), std::to_string(round.sent), std::to_string(round.dropped),
               std::to_string(round.unfinished), tps(round.goodput_tps)});
  }
  return section("LATENCY, from the intended send; time-outs count with their deadline", table);
}

std::string mix_of(const RoundReport& round) {
  TextTable table({"Call", "Sent", "Succ", "Fail", "p50\n(ms)", "p99\n(ms)", "Max\n(ms)"});
  for (const MixReport& mix : round.mix) {
    const LatencySummary latency = summarize(mix.latency);
    table.add(
        {fmt::format("{}/{} {} {}.{} {}", mix.network, mix.chain, mix.operation, mix.contract, mix.function, mix.level),
         std::to_string(mix.sent), std::to_string(mix.succeeded), std::to_string(mix.failed + mix.unfinished),
         ms(latency.p50), ms(latency.p99), ms(latency.max)});
  }
  return section("MIX of " + round.label, table);
}

std::string failures_of(const RoundReport& round) {
  TextTable table({"Failure", "Calls"});
  for (const auto& [name, count] : round.failures) table.add({name, std::to_string(count)});
  if (round.unfinished > 0) table.add({"unfinished", std::to_string(round.unfinished)});
  return section("FAILURES in " + round.label, table);
}

std::vector<std::string> split_row(std::string name, const SplitSums& split) {
  const auto calls = static_cast<std::int64_t>(std::max<std::uint64_t>(1, split.calls));
  std::vector<std::string> row{std::move(name)};
  Duration total;
  for (const Duration sum : {split.client, split.sum.gateway_queue, split.sum.route, split.sum.wire,
                             split.sum.node_queue, split.sum.consensus, split.sum.back}) {
    const Duration shown = microseconds(sum.ns / calls / 1000);  // so that the parts shown add up to the total shown
    row.push_back(ms(shown, 3));
    total += shown;
  }
  row.push_back(ms(total, 3));
  return row;
}

std::string split(const Report& report) {
  TextTable table({"Name", "Client", "Gateway\nqueue", "Route", "Wire", "Node\nqueue", "Consensus", "Return", "Total"});
  for (const RoundReport& round : report.rounds) {
    table.add(split_row(round.label, round.split));
    for (const MixReport& mix : round.mix) {
      table.add(split_row(fmt::format("  {} {} {}", mix.network, mix.function, mix.level), mix.split));
    }
  }
  return section("WHERE THE TIME WENT, mean of the calls that succeeded, ms", table);
}

// ---- the system ----

// "3 (2)": three changes of branch, the deepest undid two blocks.
std::string reorganisations(const NetworkReport& network) {
  if (network.reorganisations == 0) return "0";
  return fmt::format("{} ({})", network.reorganisations, network.max_reorganisation_depth);
}

std::string networks(const Report& report) {
  TextTable table({"Network/chain", "Engine", "Blocks", "Interval\n(s)", "Stale\nblocks", "Reorgs\n(deepest)",
                   "Trans-\nactions", "Finality\np50 (ms)", "Finality\np95 (ms)"});
  for (const NetworkReport& one : report.networks) {
    const bool known = one.finality.count > 0;
    table.add({one.network + "/" + one.chain, one.family, std::to_string(one.blocks),
               fmt::format("{:.2f}", one.block_interval_s), std::to_string(one.stale_blocks), reorganisations(one),
               std::to_string(one.transactions), known ? ms(one.finality.p50) : "-",
               known ? ms(one.finality.p95) : "-"});
  }
  return section("NETWORKS", table);
}

// "98 connected, 30 building, 8 overseas": a node overseas counts there only.
std::string city_counts(const Report& report) {
  std::map<std::string, std::size_t> counts;
  std::size_t healthy = 0;
  for (const CityNodeReport& node : report.city_nodes) {
    ++counts[node.overseas ? "overseas" : node.state];
    healthy += node.healthy;
  }
  std::string text = fmt::format("{} city nodes:", report.city_nodes.size());
  for (const char* kind : {"connected", "syncing", "draining", "building", "overseas"}) {
    if (counts[kind] > 0) text += fmt::format(" {} {},", counts[kind], kind);
  }
  return text + fmt::format(" {} healthy\n", healthy);
}

std::string city_nodes(const Report& report) {
  if (report.city_nodes.empty()) return "";
  std::vector<const CityNodeReport*> busiest;
  for (const CityNodeReport& node : report.city_nodes) {
    if (node.calls > 0) busiest.push_back(&node);
  }
  std::stable_sort(busiest.begin(), busiest.end(), [](auto* a, auto* b) { return a->calls > b->calls; });
  if (busiest.size() > busiest_shown) busiest.resize(busiest_shown);
  TextTable table({"Busiest", "Calls", "Chains", "Provider"});
  for (const CityNodeReport* node : busiest) {
    table.add({node->city, std::to_string(node->calls), std::to_string(node->chains.size()), node->provider});
  }
  return "\nCITY NODES\n" + city_counts(report) + (table.empty() ? "" : table.text(line_width));
}

std::string faults(const Report& report) {
  if (report.faults.empty()) return "";
  std::string text = "\nFAULTS\n";
  for (const FaultReport& one : report.faults) {
    text += wrapped(fmt::format("at {:.1f} s {} {}: {}", one.at_s, one.kind, joined(one.targets),
                                one.fired > 0 ? fmt::format("fired {}", one.fired) : "NEVER FIRED"));
  }
  return text;
}

std::string end_to_end(const CrossChainReport& report) {
  std::string text;
  for (const CrossChainReport::EndToEnd& one : report.end_to_end) {
    text +=
        wrapped(fmt::format("{}, from the block that sent it: p50 {:.2f} s; the finality times on the way are {:.2f} s "
                            "(p50); each by its own way: p50 {:.2f} times them",
                            one.name, one.time.p50.seconds(), one.expected_p50.seconds(), one.over_expected_p50));
  }
  return text;
}

std::string cross_chain(const Report& report) {
  if (!report.cross_chain || report.cross_chain->sent == 0) return "";
  const CrossChainReport& all = *report.cross_chain;
  std::string text = "\nCROSS-CHAIN\n";
  text += wrapped(
      fmt::format("{} packets sent, {} received, of these {} failed there; {} refunded, {} finished, {} under way",
                  all.sent, all.received, all.failed, all.refunded, all.finished, all.under_way));
  if (all.stuck > 0)
    text += wrapped(fmt::format("{} left their value in escrow: their hub has no acknowledgements", all.stuck));
  text += wrapped(fmt::format("relayers: {} headers, {} calls delivered, {} refused, {} given up", all.headers,
                              all.delivered, all.refused, all.given_up));
  for (const auto& [why, count] : all.failures) text += wrapped(fmt::format("{} x {}", count, why));
  const std::vector<std::uint64_t> backlog = all.seconds.backlog();
  if (!backlog.empty()) {
    const auto most = std::max_element(backlog.begin(), backlog.end());
    text += wrapped(fmt::format("at most {} were under way, in second {}", *most, most - backlog.begin()));
  }
  TextTable table({"leg", "count", "p50 s", "p95 s", "p99 s"});
  const auto in_seconds = [](Duration time) { return fmt::format("{:.2f}", time.seconds()); };
  for (const CrossChainReport::Leg& leg : all.legs) {
    table.add({leg.name, std::to_string(leg.time.count), in_seconds(leg.time.p50), in_seconds(leg.time.p95),
               in_seconds(leg.time.p99)});
  }
  return text + table.text(line_width) + end_to_end(all);
}

std::string services(const Report& report) {
  if (report.services.empty() && report.service_events.empty()) return "";
  std::string text = "\nSERVICES\n";
  for (const FaultReport& one : report.service_events) {
    text += wrapped(fmt::format("at {:.1f} s {} {}{}", one.at_s, one.kind, joined(one.targets),
                                one.fired > 0 ? "" : ": NEVER HAPPENED"));
  }
  return text + service_table(report.services, line_width);
}

std::string environment(const Report& report) {
  const Environment& e = report.environment;
  std::string text = "\nENVIRONMENT\n";
  text += wrapped(fmt::format("{}, {} cores, {}", e.cpu, e.cores, e.kernel));
  text += wrapped(fmt::format("bsnsim {}, {}, {}", e.version, e.build, e.compiler));
  text += wrapped("configuration " + e.config_digest);
  text += wrapped("fingerprint " + (report.fingerprint.empty() ? "none: live runs differ" : report.fingerprint));
  const AttemptCounts& gateway = report.gateway;
  text += wrapped(fmt::format("gateway: {} attempts, {} of them retries, {} hedges, {} compares", gateway.attempts,
                              gateway.retries, gateway.hedges, gateway.compares));
  return text + wrapped("again: " + reproduce_command(report));
}

}  // namespace

std::string report_text(const Report& report) {
  std::string text = verdict(report) + rounds(report) + latencies(report);
  for (const RoundReport& round : report.rounds) text += mix_of(round) + failures_of(round);
  return text + split(report) + networks(report) + city_nodes(report) + cross_chain(report) + services(report) +
         faults(report) + invariants(report) + environment(report);
}

}  // namespace bsn
