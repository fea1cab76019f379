// A relayer's figures for Prometheus (rpc/metrics.h).
#pragma once

#include <prometheus/metric_family.h>

#include <vector>

#include "relay/relay_machine.h"

namespace bsn {

std::vector<prometheus::MetricFamily> relayer_metrics(const RelayMachine& machine, Instant now);

}  // namespace bsn
