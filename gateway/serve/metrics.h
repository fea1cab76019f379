// The gateway's figures for Prometheus (rpc/metrics.h).
//
// Nothing is counted for it on the path of a call but what the machine counts anyway (gateway/call_meter.h); a scrape
// looks at the machine once, between two of its turns. Labels are network, chain, method and code: names of the
// topology, never what a caller sent.
#pragma once

#include <prometheus/metric_family.h>

#include <vector>

namespace bsn {

class GatewayShell;
namespace h2 {
class Server;
}

// What there is to say of a gateway now. `shell`: nullptr before its commission.
std::vector<prometheus::MetricFamily> gateway_metrics(GatewayShell* shell, const h2::Server& server);

}  // namespace bsn
