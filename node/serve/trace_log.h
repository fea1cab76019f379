// A line in the node's log for each answered call of a trace that its caller records (the flag "sampled" of W3C Trace
// Context): how it ended here and how long it took, under the span that the gateway gave it.
//
// Bound: 20 lines in a second; how many were left out stands in the next line. Threads: its owner's.
#pragma once

#include <cstdint>
#include <string>

#include "core/call.h"
#include "core/time.h"
#include "core/trace_context.h"

namespace bsn {

// What is kept of a call for its line.
struct TracedCall {
  TraceContext trace;
  std::string what;  // "fabric/trade kv get"
};

class TraceLog {
 public:
  static constexpr std::uint32_t lines_per_second = 20;

  void answered(Instant now, const TracedCall& call, const Reply& reply);

  // The line; public for tests.
  static std::string line(const TracedCall& call, const Reply& reply, std::uint64_t left_out);

 private:
  Instant second_began_;
  std::uint32_t lines_ = 0;  // since then
  std::uint64_t left_out_ = 0;
};

}  // namespace bsn
