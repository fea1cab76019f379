// The open-loop load client: sends each call when it is due, whatever became of the earlier ones.
//
// One bidi stream to the gateway carries batches: whatever became due while the last write was in flight goes with the
// next one. Latency counts from the intended send time, so a client or gateway that falls behind shows.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "core/result.h"
#include "sim/report.h"
#include "sim/run_recorder.h"
#include "sim/workload.h"

namespace bsn {

// What one round's load needs.
struct LoadOrder {
  const Scenario* scenario = nullptr;
  std::uint32_t round = 0;
  // Told of every answer, on the thread that runs the round.
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
  LoadClient(std::string gateway_address, std::string access_key);
  ~LoadClient();

  // Runs one round from its first call to its last answer (or drain limit) and blocks meanwhile. An Error when the
  // stream to the gateway broke and could not be opened again.
  Result<LoadOutcome> run(const LoadOrder& order);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bsn
