// A closed loop of unary queries: so many connections, so many calls outstanding on each, as fast as they are answered.
#pragma once

#include <cstdint>
#include <string>

#include "core/result.h"
#include "core/time.h"
#include "sim/histogram.h"

namespace bsn {

struct LoopOrder {
  std::string address;
  std::string method;      // "/bsn.v1.Gateway/Query"
  std::string access_key;  // sent as x-api-key; empty: none
  std::string request;     // a serialized v1.QueryRequest
  int connections = 1;
  int outstanding = 1;  // on each connection
  Duration span = seconds(2);
};

struct LoopResult {
  std::uint64_t calls = 0;
  double seconds = 0;
  double client_cpu = 0;  // seconds of the client's own CPU, where it is a process of its own
  Histogram latency;
};

// Runs it and blocks meanwhile. An Error when a call is refused or fails: a measurement with failures means nothing.
Result<LoopResult> run_closed_loop(const LoopOrder& order);

}  // namespace bsn
