#include "relay/serve/relayer_metrics.h"

#include <string>
#include <utility>

#include "rpc/metrics.h"

namespace bsn {

using prometheus::MetricFamily;
using prometheus::MetricType;

namespace {

MetricFamily step_times(const RelayMeter& meter) {
  MetricFamily family = metric_family("bsn_relayer_step_seconds",
                                      "From the final block that asks for a step to its execution on the next chain",
                                      MetricType::Histogram);
  std::vector<double> bounds;
  for (std::size_t i = 0; i < RelayMeter::bounds; ++i) bounds.push_back(RelayMeter::bound(i).seconds());
  for (std::size_t step = 0; step < RelayMeter::steps; ++step) {
    const RelayMeter::Cell& cell = meter.cells[step];
    add_histogram(family, {{"step", std::string(to_string(static_cast<RelayStep>(step)))}},
                  {cell.took.begin(), cell.took.end()}, bounds, static_cast<double>(cell.took_ns) / 1e9);
  }
  return family;
}

}  // namespace

std::vector<MetricFamily> relayer_metrics(const RelayMachine& machine, Instant now) {
  std::vector<MetricFamily> all{step_times(machine.relayer().meter())};
  const auto gauge = [&](const char* name, const char* help, double value) {
    add_metric(all, name, help, MetricType::Gauge, value);
  };
  const auto count = [&](const char* name, const char* help, std::uint64_t value) {
    add_metric(all, name, help, MetricType::Counter, static_cast<double>(value));
  };
  const std::optional<Instant> oldest = machine.relayer().oldest();
  gauge("bsn_relayer_backlog", "Steps of packets that wait or are under way",
        static_cast<double>(machine.relayer().backlog()));
  gauge("bsn_relayer_oldest_pending_seconds", "Age of the step that waits longest; 0: none waits",
        oldest ? (now - *oldest).seconds() : 0);
  gauge("bsn_relayer_open_calls", "Calls to the gateway without an answer", static_cast<double>(machine.open_calls()));
  gauge("bsn_relayer_frozen_clients", "Ways on which the source contradicted itself",
        static_cast<double>(machine.relayer().frozen()));
  gauge("bsn_relayer_stalled_ways", "Ways on which the last ten headers were not taken",
        static_cast<double>(machine.relayer().stalled().size()));
  const RelayCounters counters = machine.relayer().counters();
  count("bsn_relayer_headers_total", "Headers made known to other chains", counters.headers);
  count("bsn_relayer_delivered_total", "Calls that were executed", counters.delivered);
  count("bsn_relayer_refused_total", "Calls that a contract refused; most often another relayer was faster",
        counters.refused);
  count("bsn_relayer_failed_total", "Calls and questions without an answer", counters.failed);
  count("bsn_relayer_rested_total", "Steps that were put to rest after ten tries", counters.given_up);
  return all;
}

}  // namespace bsn
