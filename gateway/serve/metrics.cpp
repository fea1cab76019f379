#include "gateway/serve/metrics.h"

#include <fmt/format.h>

#include <future>
#include <limits>
#include <utility>

#include "gateway/call_meter.h"
#include "gateway/serve/gateway_shell.h"
#include "h2/server.h"

namespace bsn {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

class Source final : public prometheus::Collectable {
 public:
  explicit Source(Metrics::Collect collect) : collect_(std::move(collect)) {}
  std::vector<MetricFamily> Collect() const override { return collect_(); }

 private:
  Metrics::Collect collect_;
};

MetricFamily family(const char* name, const char* help, MetricType type) { return {name, help, type, {}}; }

void add(MetricFamily& to, Labels labels, double value) {
  ClientMetric metric;
  metric.label = std::move(labels);
  (to.type == MetricType::Gauge ? metric.gauge.value : metric.counter.value) = value;
  to.metric.push_back(std::move(metric));
}

void add_single(std::vector<MetricFamily>& to, const char* name, const char* help, MetricType type, double value) {
  to.push_back(family(name, help, type));
  add(to.back(), {}, value);
}

void add_histogram(MetricFamily& to, Labels labels, const CallMeter::Cell& cell) {
  ClientMetric metric;
  metric.label = std::move(labels);
  for (std::size_t i = 0; i <= CallMeter::bounds; ++i) {
    metric.histogram.sample_count += cell.took[i];
    const double bound = i < CallMeter::bounds ? static_cast<double>(CallMeter::bound(i).ns) / 1e9
                                               : std::numeric_limits<double>::infinity();
    metric.histogram.bucket.push_back({metric.histogram.sample_count, bound});
  }
  metric.histogram.sample_sum = static_cast<double>(cell.took_ns) / 1e9;
  if (metric.histogram.sample_count > 0) to.metric.push_back(std::move(metric));
}

// One chain's (or no chain's) calls of one kind.
void add_calls(MetricFamily& calls, MetricFamily& latency, const Labels& of, const CallMeter::Cell& cell) {
  for (std::size_t status = 0; status < CallMeter::statuses; ++status) {
    if (cell.ended[status] == 0) continue;
    Labels labels = of;
    labels.push_back({"code", std::string(to_string(static_cast<Status>(status)))});
    add(calls, std::move(labels), static_cast<double>(cell.ended[status]));
  }
  add_histogram(latency, of, cell);
}

std::vector<MetricFamily> of_machine(const Gateway& gateway, Instant now) {
  MetricFamily calls = family("bsn_gateway_calls_total", "Calls that were answered, by code", MetricType::Counter);
  MetricFamily latency = family("bsn_gateway_call_seconds", "From arrival to answer, of calls that went to a city node",
                                MetricType::Histogram);
  MetricFamily healthy = family("bsn_gateway_city_healthy", "Whether the gateway sends calls there", MetricType::Gauge);
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
    add(healthy, {{"city", city.name}}, gateway.healthy(city.index, now) ? 1 : 0);
  }
  std::vector<MetricFamily> all{std::move(calls), std::move(latency), std::move(healthy)};
  const GatewayCounters& counters = gateway.counters();
  const auto count = [&](const char* name, const char* help, std::uint64_t value) {
    add_single(all, name, help, MetricType::Counter, static_cast<double>(value));
  };
  count("bsn_gateway_refused_total", "Calls that were answered without an attempt", counters.refused);
  count("bsn_gateway_attempts_total", "Attempts at city nodes: calls forwarded, retries and hedges", counters.attempts);
  count("bsn_gateway_retries_total", "Attempts after a failed one", counters.retries);
  count("bsn_gateway_hedges_total", "Attempts beside a late one", counters.hedges);
  return all;
}

}  // namespace

Result<std::unique_ptr<Metrics>> Metrics::serve(const std::string& listen, Collect collect) {
  if (!listen.starts_with("127.")) {
    return Error{ErrorCode::invalid_configuration, "metrics are served on 127.x.x.x:PORT only, not on " + listen};
  }
  std::unique_ptr<Metrics> metrics(new Metrics);
  try {
    metrics->exposer_ = std::make_unique<prometheus::Exposer>(listen, 2);
  } catch (const std::exception& error) {  // civetweb reports so; it ends here
    return Error{ErrorCode::already_running, "can't serve metrics on " + listen + ": " + error.what()};
  }
  metrics->source_ = std::make_shared<Source>(std::move(collect));
  metrics->exposer_->RegisterCollectable(metrics->source_);
  const std::vector<int> ports = metrics->exposer_->GetListeningPorts();
  metrics->address_ = fmt::format("{}:{}", listen.substr(0, listen.find(':')), ports.empty() ? 0 : ports.front());
  return metrics;
}

std::vector<MetricFamily> gateway_metrics(GatewayShell* shell, const h2::Server& server) {
  std::vector<MetricFamily> all;
  if (shell) all = shell->look([](Instant now, const Gateway& gateway) { return of_machine(gateway, now); });
  const h2::GuardCounts guard = server.counts();
  add_single(all, "bsn_gateway_connections", "Connections of clients", MetricType::Gauge,
             static_cast<double>(server.connections()));
  const auto count = [&](const char* name, const char* help, std::uint64_t value) {
    add_single(all, name, help, MetricType::Counter, static_cast<double>(value));
  };
  count("bsn_gateway_connections_total", "Connections that were accepted", guard.accepted);
  count("bsn_gateway_guard_ended_connections_total", "Connections ended because a budget was spent", guard.ended);
  count("bsn_gateway_guard_refused_streams_total", "Calls refused before they began, for want of room", guard.refused);
  return all;
}

}  // namespace bsn
