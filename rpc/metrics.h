// Figures of a process for Prometheus, at http://ADDRESS/metrics, on this machine only.
//
// Threads: the server's own two for HTTP, on which `collect` is called.
#pragma once

#include <prometheus/collectable.h>
#include <prometheus/exposer.h>
#include <prometheus/metric_family.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"

namespace bsn {

class Metrics {
 public:
  using Collect = std::function<std::vector<prometheus::MetricFamily>()>;

  // `listen`: "127.0.0.1:0" and the like; port 0: the system chooses. Error: invalid_configuration for an address that
  // is not a loopback one, already_running when it is taken.
  static Result<std::unique_ptr<Metrics>> serve(const std::string& listen, Collect collect);

  // "127.0.0.1:40001".
  const std::string& address() const { return address_; }

 private:
  Metrics() = default;

  std::shared_ptr<prometheus::Collectable> source_;
  std::unique_ptr<prometheus::Exposer> exposer_;
  std::string address_;
};

// Building what `collect` returns.
using MetricLabels = std::vector<prometheus::ClientMetric::Label>;

inline prometheus::MetricFamily metric_family(const char* name, const char* help, prometheus::MetricType type) {
  return {name, help, type, {}};
}

// A gauge or a counter.
void add_metric(prometheus::MetricFamily& to, MetricLabels labels, double value);

// A family of one gauge or counter without labels.
void add_metric(std::vector<prometheus::MetricFamily>& to, const char* name, const char* help,
                prometheus::MetricType type, double value);

// Adds one histogram, unless nothing was counted: `took` are the counts by class, not summed up, `bounds` the upper
// bounds in seconds of all classes but the last, which has none.
void add_histogram(prometheus::MetricFamily& to, MetricLabels labels, const std::vector<std::uint64_t>& took,
                   const std::vector<double>& bounds, double sum_seconds);

}  // namespace bsn
