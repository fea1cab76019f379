// The open-loop load client: sends each call when it is due, whatever became of the earlier ones.
//
// A bidi stream to each gateway, on the HTTP/2 of h2/, carries batches: whatever became due during a turn of its loop
// goes out as one. Latency counts from the intended send time, so a client or gateway that falls behind shows.
//
// A call goes to the gateway that is nearest to its origin and up. When a gateway is lost, its open calls are answered
// UNAVAILABLE, as in virtual time, and it is tried again until it is back.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/result.h"
#include "sim/report.h"
#include "sim/run_recorder.h"
#include "sim/workload.h"

namespace bsn {

// What one round's load needs.
struct LoadOrder {
  const Scenario* scenario = nullptr;
  std::uint32_t round = 0;
  // Told of every answer. Both are called by one thread of the client's, never after run() has returned.
  std::function<void(const Call&, const Reply&)> on_answer;
  // Told about once a second.
  std::function<void(const RunRecorder&)> on_second;
  const std::atomic<bool>* stop = nullptr;
};

struct LoadOutcome {
  RoundReport report;
  std::uint64_t answered_once = 0;
  std::uint64_t answered_wrongly = 0;
};

class LoadClient {
 public:
  // `gateways`: of the topology, in its order, each an IP address and a port.
  LoadClient(std::vector<std::string> gateways, std::string access_key)
      : gateways_(std::move(gateways)), access_key_(std::move(access_key)) {}

  // Runs one round from its first call to its last answer (or drain limit) on a thread of its own, and blocks
  // meanwhile. An Error when no gateway has answered anything: then it ends as soon as all of them are lost.
  Result<LoadOutcome> run(const LoadOrder& order);

 private:
  std::vector<std::string> gateways_;
  std::string access_key_;
};

}  // namespace bsn
