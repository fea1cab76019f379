// How the calls of a running cluster go, between two looks at its gateway.
#pragma once

#include <string>

#include "core/gateway_pace.h"
#include "core/time.h"
#include "sim/live_view.h"

namespace bsn {

// The latency that `percentile` (0 ... 100] percent of these calls do not exceed, taken as evenly spread within their
// class; the bound of the last class for what took longer; 0 without calls.
Duration percentile_of(const LatencyCounts& took, double percentile);

// `now` was seen `between` after `before`. Chains of one network are one row; those without a call are left out.
LiveView view_of(const GatewayPace& before, const GatewayPace& now, Duration between, std::string title,
                 std::string condition);

}  // namespace bsn
