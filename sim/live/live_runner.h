// Runs a scenario on a live cluster: real processes, real sockets, real disk, real time.
#pragma once

#include <atomic>
#include <optional>
#include <string>

#include "core/result.h"
#include "sim/report.h"
#include "sim/run_progress.h"
#include "sim/scenario.h"

namespace bsn {

struct LiveOptions {
  std::string bin_dir;                // of bsn-node and bsn-gateway
  std::string run_dir;                // made for this run
  std::optional<std::uint64_t> seed;  // instead of the scenario's
  OnProgress progress = [](const RunProgress&) {};
  const std::atomic<bool>* stop = nullptr;  // becomes true: end gracefully, with a report
};

// Starts the cluster, waits until its chains are ready, runs all rounds and faults, judges and stops everything. An
// Error only when there is nothing to report: the cluster did not start, or a process died that no fault had killed.
Result<Report> run_live(const Scenario& scenario, const LiveOptions& options);

}  // namespace bsn
