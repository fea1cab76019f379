#include "rpc/metrics.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

namespace bsn {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;

class Source final : public prometheus::Collectable {
 public:
  explicit Source(Metrics::Collect collect) : collect_(std::move(collect)) {}
  std::vector<MetricFamily> Collect() const override { return collect_(); }

 private:
  Metrics::Collect collect_;
};

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

void add_metric(MetricFamily& to, MetricLabels labels, double value) {
  ClientMetric metric;
  metric.label = std::move(labels);
  (to.type == prometheus::MetricType::Gauge ? metric.gauge.value : metric.counter.value) = value;
  to.metric.push_back(std::move(metric));
}

void add_metric(std::vector<MetricFamily>& to, const char* name, const char* help, prometheus::MetricType type,
                double value) {
  to.push_back(metric_family(name, help, type));
  add_metric(to.back(), {}, value);
}

void add_histogram(MetricFamily& to, MetricLabels labels, const std::vector<std::uint64_t>& took,
                   const std::vector<double>& bounds, double sum_seconds) {
  ClientMetric metric;
  metric.label = std::move(labels);
  for (std::size_t i = 0; i < took.size(); ++i) {
    metric.histogram.sample_count += took[i];
    const double bound = i < bounds.size() ? bounds[i] : std::numeric_limits<double>::infinity();
    metric.histogram.bucket.push_back({metric.histogram.sample_count, bound});
  }
  metric.histogram.sample_sum = sum_seconds;
  if (metric.histogram.sample_count > 0) to.metric.push_back(std::move(metric));
}

}  // namespace bsn
