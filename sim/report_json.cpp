#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "sim/config_text.h"
#include "sim/report.h"
#include "sim/service_report.h"

namespace bsn {
namespace {

namespace json = boost::json;

template <class Items, class ToJson>
json::array list(const Items& items, ToJson to_json) {
  json::array array;
  array.reserve(items.size());
  for (const auto& one : items) array.push_back(to_json(one));
  return array;
}

json::array strings(const std::vector<std::string>& texts) {
  return list(texts, [](const std::string& text) { return json::value(text); });
}

json::object latency_json(const LatencySummary& latency) {
  return {{"count", latency.count}, {"min", latency.min.ns},   {"p50", latency.p50.ns}, {"p95", latency.p95.ns},
          {"p99", latency.p99.ns},  {"p999", latency.p999.ns}, {"max", latency.max.ns}, {"mean", latency.mean.ns}};
}

json::object split_json(const SplitSums& split) {
  const auto calls = static_cast<std::int64_t>(std::max<std::uint64_t>(1, split.calls));
  const std::pair<const char*, Duration> parts[] = {
      {"client", split.client},  {"gateway_queue", split.sum.gateway_queue}, {"route", split.sum.route},
      {"wire", split.sum.wire},  {"node_queue", split.sum.node_queue},       {"consensus", split.sum.consensus},
      {"return", split.sum.back}};
  json::object object{{"calls", split.calls}};
  Duration total;
  for (const auto& [name, sum] : parts) {
    object[name] = (sum / calls).ns;
    total += sum / calls;
  }
  object["total"] = total.ns;
  return object;
}

// One list per class of call, by second: what plotters want, and a line each.
json::object seconds_json(const std::vector<SecondReport>& seconds) {
  const auto column = [&](std::uint64_t SecondReport::*field) {
    return list(seconds, [&](const SecondReport& one) { return json::value(one.*field); });
  };
  return {{"offered", column(&SecondReport::offered)},
          {"sent", column(&SecondReport::sent)},
          {"succeeded", column(&SecondReport::succeeded)},
          {"failed", column(&SecondReport::failed)}};
}

json::object mix_json(const MixReport& mix) {
  return {{"network", mix.network},
          {"chain", mix.chain},
          {"operation", mix.operation},
          {"contract", mix.contract},
          {"function", mix.function},
          {"level", mix.level},
          {"sent", mix.sent},
          {"succeeded", mix.succeeded},
          {"failed", mix.failed},
          {"unfinished", mix.unfinished},
          {"latency_ns", latency_json(mix.latency)},
          {"split_ns", split_json(mix.split)}};
}

json::object round_json(const RoundReport& round) {
  json::object failures;
  for (const auto& [name, count] : round.failures) failures[name] = count;
  return {{"label", round.label},
          {"duration_ns", round.duration.ns},
          {"offered", round.offered},
          {"sent", round.sent},
          {"dropped", round.dropped},
          {"succeeded", round.succeeded},
          {"failed", round.failed},
          {"unfinished", round.unfinished},
          {"send_tps", round.send_tps},
          {"throughput_tps", round.throughput_tps},
          {"goodput_tps", round.goodput_tps},
          {"latency_ns", latency_json(summarize(round.latency))},
          {"split_ns", split_json(round.split)},
          {"send_lateness_ns", latency_json(round.lateness)},
          {"failures", failures},
          {"passed_thresholds", strings(round.passed_thresholds)},
          {"failed_thresholds", strings(round.failed_thresholds)},
          {"mix", list(round.mix, mix_json)},
          {"seconds", seconds_json(round.seconds)},
          {"hgrm", round.latency.to_hgrm()}};
}

json::object network_json(const NetworkReport& network) {
  return {{"network", network.network},
          {"chain", network.chain},
          {"family", network.family},
          {"height", network.height},
          {"blocks", network.blocks},
          {"transactions", network.transactions},
          {"block_interval_s", network.block_interval_s},
          {"reorganisations", network.reorganisations},
          {"max_reorganisation_depth", network.max_reorganisation_depth},
          {"stale_blocks", network.stale_blocks},
          {"finality_ns", latency_json(network.finality)},
          {"state_root", network.state_root}};
}

json::object city_json(const CityNodeReport& city) {
  return {
      {"city", city.city},       {"state", city.state}, {"provider", city.provider},     {"overseas", city.overseas},
      {"healthy", city.healthy}, {"calls", city.calls}, {"chains", strings(city.chains)}};
}

json::object invariant_json(const InvariantReport& invariant) {
  return {{"name", invariant.name},
          {"checked", invariant.checked},
          {"violated", invariant.violated},
          {"examples", strings(invariant.examples)}};
}

json::object fault_json(const FaultReport& fault) {
  return {{"kind", fault.kind}, {"at_s", fault.at_s}, {"targets", strings(fault.targets)}, {"fired", fault.fired}};
}

json::object environment_json(const Environment& environment) {
  return {{"cpu", environment.cpu},
          {"cores", environment.cores},
          {"kernel", environment.kernel},
          {"version", environment.version},
          {"build", environment.build},
          {"compiler", environment.compiler},
          {"config_digest", environment.config_digest}};
}

}  // namespace

std::string report_json(const Report& report) {
  std::string text = json_text(json::object{
      {"scenario", report.scenario},
      {"mode", report.mode},
      {"seed", report.seed},
      {"fingerprint", report.fingerprint},
      {"valid", report.valid},
      {"why_invalid", strings(report.why_invalid)},
      {"stopped", report.stopped},
      {"exit_code", exit_code(report)},
      {"simulated_seconds", report.simulated_seconds},
      {"wall_seconds", report.wall_seconds},
      {"events", report.events},
      {"command", reproduce_command(report)},
      {"environment", environment_json(report.environment)},
      {"rounds", list(report.rounds, round_json)},
      {"networks", list(report.networks, network_json)},
      {"city_nodes", list(report.city_nodes, city_json)},
      {"invariants", list(report.invariants, invariant_json)},
      {"faults", list(report.faults, fault_json)},
      {"services", list(report.services, service_json)},
      {"service_events", list(report.service_events, fault_json)},
      {"gateway", {{"attempts", report.attempts}, {"retries", report.retries}, {"hedges", report.hedges}}}});
  text.pop_back();  // the line break
  return text;
}

}  // namespace bsn
