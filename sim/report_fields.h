// What stands in a report's JSON, in this order: for writing and for reading it (sim/json_fields.h).
#pragma once

#include "sim/report.h"
#include "sim/report_forms.h"

namespace bsn {

template <class V>
void fields(V& v, In<V, HistogramForm> one) {
  v("min", one.min);
  v("max", one.max);
  v("mean", one.mean);
  v("rest", one.rest);
  v("buckets", one.buckets);
}

template <class V>
void fields(V& v, In<V, LatencySummary> one) {
  v("count", one.count);
  v("min", one.min);
  v("p50", one.p50);
  v("p95", one.p95);
  v("p99", one.p99);
  v("p999", one.p999);
  v("max", one.max);
  v("mean", one.mean);
}

template <class V>
void fields(V& v, In<V, SplitForm> one) {
  v("calls", one.calls);
  v("client", one.client);
  v("gateway_queue", one.gateway_queue);
  v("route", one.route);
  v("wire", one.wire);
  v("node_queue", one.node_queue);
  v("consensus", one.consensus);
  v("return", one.back);
  v.shown("total", [&] { return one.total(); });
}

template <class V>
void fields(V& v, In<V, SecondsForm> one) {
  v("offered", one.offered);
  v("sent", one.sent);
  v("dropped", one.dropped);
  v("succeeded", one.succeeded);
  v("failed", one.failed);
}

template <class V>
void fields(V& v, In<V, MixReport> one) {
  v("network", one.network);
  v("chain", one.chain);
  v("operation", one.operation);
  v("contract", one.contract);
  v("function", one.function);
  v("level", one.level);
  v("sent", one.sent);
  v("succeeded", one.succeeded);
  v("failed", one.failed);
  v("unfinished", one.unfinished);
  v.shown("latency_ns", [&] { return summarize(one.latency); });
  v("split_ns", one.split);
  v("histogram", one.latency);
}

template <class V>
void fields(V& v, In<V, RoundReport> one) {
  v("label", one.label);
  v("start_ns", one.start);
  v("duration_ns", one.duration);
  v("offered", one.offered);
  v("sent", one.sent);
  v("dropped", one.dropped);
  v("succeeded", one.succeeded);
  v("failed", one.failed);
  v("unfinished", one.unfinished);
  v("send_tps", one.send_tps);
  v("throughput_tps", one.throughput_tps);
  v("goodput_tps", one.goodput_tps);
  v.shown("latency_ns", [&] { return summarize(one.latency); });
  v("split_ns", one.split);
  v("send_lateness_ns", one.lateness);
  v("failures", one.failures);
  v("passed_thresholds", one.passed_thresholds);
  v("failed_thresholds", one.failed_thresholds);
  v("mix", one.mix);
  v("seconds", one.seconds);
  v("histogram", one.latency);
  v.shown("hgrm", [&] { return one.latency.to_hgrm(); });
}

template <class V>
void fields(V& v, In<V, PublishedFigure> one) {
  v("figure", one.figure);
  v("value", one.value);
  v("tolerance", one.tolerance);
  v("at_most", one.at_most);
  v("blocks", one.blocks);
  v("source", one.source);
  v("differs", one.differs);
}

template <class V>
void fields(V& v, In<V, NetworkReport> one) {
  v("network", one.network);
  v("chain", one.chain);
  v("family", one.family);
  v("name", one.name);
  v("kind", one.kind);
  v("protocol", one.protocol);
  v("height", one.height);
  v("blocks", one.blocks);
  v("transactions", one.transactions);
  v("block_interval_s", one.block_interval_s);
  v("reorganisations", one.reorganisations);
  v("max_reorganisation_depth", one.max_reorganisation_depth);
  v("stale_blocks", one.stale_blocks);
  v("finality_ns", one.finality);
  v("state_root", one.state_root);
  v("published", one.published);
}

template <class V>
void fields(V& v, In<V, CityNodeReport> one) {
  v("city", one.city);
  v("name", one.name);
  v("province", one.province);
  v("latitude", one.latitude);
  v("longitude", one.longitude);
  v("state", one.state);
  v("provider", one.provider);
  v("overseas", one.overseas);
  v("healthy", one.healthy);
  v("calls", one.calls);
  v("chains", one.chains);
}

template <class V>
void fields(V& v, In<V, InvariantReport> one) {
  v("name", one.name);
  v("checked", one.checked);
  v("violated", one.violated);
  v("examples", one.examples);
}

template <class V>
void fields(V& v, In<V, FaultReport> one) {
  v("kind", one.kind);
  v("at_s", one.at_s);
  v("until_s", one.until_s);
  v("targets", one.targets);
  v("fired", one.fired);
}

template <class V>
void fields(V& v, In<V, Capacity> one) {
  v("tps", one.calls_per_second);
  v("storage_bytes", one.storage);
  v("traffic_bytes_per_day", one.traffic_per_day);
}

template <class V>
void fields(V& v, In<V, ServiceReport> one) {
  v("service", one.service);
  v("framework", one.framework);
  v("project", one.project);
  v("version", one.version);
  v("state", one.state);
  v("validators", one.validators);
  v("followers", one.followers);
  v("contracts", one.contracts);
  v("capacity", one.capacity);
  v("calls", one.calls);
  v("over_capacity", one.over_capacity);
  v("traffic_bytes", one.traffic);
  v("storage_bytes", one.storage);
}

template <class V>
void fields(V& v, In<V, Environment> one) {
  v("cpu", one.cpu);
  v("cores", one.cores);
  v("kernel", one.kernel);
  v("version", one.version);
  v("build", one.build);
  v("compiler", one.compiler);
  v("config_digest", one.config_digest);
}

template <class V>
void fields(V& v, In<V, AttemptCounts> one) {
  v("attempts", one.attempts);
  v("retries", one.retries);
  v("hedges", one.hedges);
  v("compares", one.compares);
}

template <class V>
void fields(V& v, In<V, CrossChainReport::Leg> one) {
  v("name", one.name);
  v("time_ns", one.time);
}

template <class V>
void fields(V& v, In<V, CrossChainReport::EndToEnd> one) {
  v("name", one.name);
  v("time_ns", one.time);
  v("expected_p50_ns", one.expected_p50);
  v("over_expected_p50", one.over_expected_p50);
}

template <class V>
void fields(V& v, In<V, PacketSeconds> one) {
  v("sent", one.sent);
  v("finished", one.finished);
  v.shown("backlog", [&] { return one.backlog(); });
}

template <class V>
void fields(V& v, In<V, CrossChainReport> one) {
  v("sent", one.sent);
  v("received", one.received);
  v("failed", one.failed);
  v("refunded", one.refunded);
  v("finished", one.finished);
  v("under_way", one.under_way);
  v("stuck", one.stuck);
  v("headers", one.headers);
  v("delivered", one.delivered);
  v("refused", one.refused);
  v("given_up", one.given_up);
  v("legs", one.legs);
  v("end_to_end", one.end_to_end);
  v("failures", one.failures);
  v("seconds", one.seconds);
}

template <class V>
void fields(V& v, In<V, Report> one) {
  v.shown("format", [] { return report_format; });
  v.shown("version", [] { return report_version; });
  v("scenario", one.scenario);
  v("description", one.description);
  v("file", one.file);
  v("mode", one.mode);
  v("seed", one.seed);
  v("fingerprint", one.fingerprint);
  v("valid", one.valid);
  v("why_invalid", one.why_invalid);
  v("stopped", one.stopped);
  v.shown("exit_code", [&] { return exit_code(one); });
  v("simulated_seconds", one.simulated_seconds);
  v("wall_seconds", one.wall_seconds);
  v("events", one.events);
  v.shown("command", [&] { return reproduce_command(one); });
  v("environment", one.environment);
  v("rounds", one.rounds);
  v("networks", one.networks);
  v("city_nodes", one.city_nodes);
  v("invariants", one.invariants);
  v("cross_chain", one.cross_chain);
  v("faults", one.faults);
  v("services", one.services);
  v("service_events", one.service_events);
  v("gateway", one.gateway);
  v("scenario_text", one.scenario_text);
}

}  // namespace bsn
