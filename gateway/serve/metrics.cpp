#include "gateway/serve/metrics.h"

#include <utility>

#include "gateway/call_meter.h"
#include "gateway/serve/gateway_shell.h"
#include "h2/server.h"
#include "rpc/metrics.h"

namespace bsn {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = MetricLabels;

void add_latency(MetricFamily& to, Labels labels, const CallMeter::Cell& cell) {
  std::vector<double> bounds;
  for (std::size_t i = 0; i < CallMeter::bounds; ++i) bounds.push_back(CallMeter::bound(i).seconds());
  add_histogram(to, std::move(labels), {cell.took.begin(), cell.took.end()}, bounds,
                static_cast<double>(cell.took_ns) / 1e9);
}

// One chain's (or no chain's) calls of one kind.
void add_calls(MetricFamily& calls, MetricFamily& latency, const Labels& of, const CallMeter::Cell& cell) {
  for (std::size_t status = 0; status < CallMeter::statuses; ++status) {
    if (cell.ended[status] == 0) continue;
    Labels labels = of;
    labels.push_back({"code", std::string(to_string(static_cast<Status>(status)))});
    add_metric(calls, std::move(labels), static_cast<double>(cell.ended[status]));
  }
  add_latency(latency, of, cell);
}

std::vector<MetricFamily> of_machine(const Gateway& gateway, Instant now) {
  MetricFamily calls =
      metric_family("bsn_gateway_calls_total", "Calls that were answered, by code", MetricType::Counter);
  MetricFamily latency = metric_family(
      "bsn_gateway_call_seconds", "From arrival to answer, of calls that went to a city node", MetricType::Histogram);
  MetricFamily healthy =
      metric_family("bsn_gateway_city_healthy", "Whether the gateway sends calls there", MetricType::Gauge);
  for (const Operation operation : {Operation::submit, Operation::query}) {
    const std::string method(to_string(operation));
    add_calls(calls, latency, {{"network", ""}, {"chain", ""}, {"method", method}},
              gateway.meter().cell(std::nullopt, operation));
    for (const RouteSpec& route : gateway.spec().routes) {
      add_calls(calls, latency, {{"network", route.name.network}, {"chain", route.name.chain}, {"method", method}},
                gateway.meter().cell(route.index, operation));
    }
  }
  for (const CitySpec& city : gateway.spec().cities) {
    add_metric(healthy, {{"city", city.name}}, gateway.healthy(city.index, now) ? 1 : 0);
  }
  std::vector<MetricFamily> all{std::move(calls), std::move(latency), std::move(healthy)};
  const GatewayCounters& counters = gateway.counters();
  const auto count = [&](const char* name, const char* help, std::uint64_t value) {
    add_metric(all, name, help, MetricType::Counter, static_cast<double>(value));
  };
  count("bsn_gateway_refused_total", "Calls that were answered without an attempt", counters.refused);
  count("bsn_gateway_attempts_total", "Attempts at city nodes: calls forwarded, retries, hedges and compares",
        counters.attempts);
  count("bsn_gateway_retries_total", "Attempts after a failed one", counters.retries);
  count("bsn_gateway_hedges_total", "Attempts beside a late one", counters.hedges);
  count("bsn_gateway_compares_total", "Attempts of reads at level final beside the first, to compare their answers",
        counters.compares);
  count("bsn_gateway_unequal_reads_total", "Reads at level final whose peers answered unequally", counters.unequal);
  return all;
}

}  // namespace

std::vector<MetricFamily> gateway_metrics(GatewayShell* shell, const h2::Server& server) {
  std::vector<MetricFamily> all;
  if (shell) all = shell->look([](Instant now, const Gateway& gateway) { return of_machine(gateway, now); });
  const h2::GuardCounts guard = server.counts();
  add_metric(all, "bsn_gateway_connections", "Connections of clients", MetricType::Gauge,
             static_cast<double>(server.connections()));
  const auto count = [&](const char* name, const char* help, std::uint64_t value) {
    add_metric(all, name, help, MetricType::Counter, static_cast<double>(value));
  };
  count("bsn_gateway_connections_total", "Connections that were accepted", guard.accepted);
  count("bsn_gateway_guard_ended_connections_total", "Connections ended because a budget was spent", guard.ended);
  count("bsn_gateway_guard_refused_streams_total", "Calls refused before they began, for want of room", guard.refused);
  count("bsn_gateway_tls_handshakes_failed_total", "Connections without TLS or a certificate that is believed",
        guard.handshakes_failed);
  return all;
}

}  // namespace bsn
