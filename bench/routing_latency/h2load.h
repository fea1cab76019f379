// The same closed loop driven by h2load (nghttp2), which costs a quarter of a gRPC C++ client: what is left of the
// machine goes to what is measured, and calls gather as they do in front of a busy gateway.
#pragma once

#include <optional>
#include <string>

#include "bench/routing_latency/closed_loop.h"

namespace bsn {

// As run_closed_loop, without latencies. h2load sees only that each call was answered: run a closed loop before, which
// sees that the answers are OK. `folder`: for its input. `per_second`: calls of all connections together; 0: as many as
// are answered. nullopt: it is not installed.
std::optional<Result<LoopResult>> run_h2load(const LoopOrder& order, const std::string& folder, double per_second = 0);

}  // namespace bsn
