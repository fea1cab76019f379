// The gateway's figures for Prometheus, at http://ADDRESS/metrics, on this machine only.
//
// Nothing is counted for it on the path of a call but what the machine counts anyway (gateway/call_meter.h); a scrape
// looks at the machine once, between two of its turns. Labels are network, chain, method and code: names of the
// topology, never what a caller sent. Threads: its own two for HTTP.
#pragma once

#include <prometheus/collectable.h>
#include <prometheus/exposer.h>
#include <prometheus/metric_family.h>

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

class GatewayShell;
namespace h2 {
class Server;
}

// What there is to say of a gateway now. `shell`: nullptr before its commission.
std::vector<prometheus::MetricFamily> gateway_metrics(GatewayShell* shell, const h2::Server& server);

}  // namespace bsn
