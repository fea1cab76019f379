// Runs a scenario in virtual time: the sibling of live_runner, thousands of times faster and the same to the byte for
// the same seed.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>

#include "core/result.h"
#include "sim/report.h"
#include "sim/run_progress.h"
#include "sim/scenario.h"

namespace bsn {

struct VirtualOptions {
  std::optional<std::uint64_t> seed;        // instead of the scenario's
  const std::atomic<bool>* stop = nullptr;  // becomes true: end gracefully, with a report
  // Seconds of real time, for wall_seconds and to spare progress lines; nothing in the run depends on it.
  std::function<double()> wall_clock = [] { return 0.0; };
  OnProgress progress = [](const RunProgress&) {};
};

// Besides the judges of invariant.h it judges LIVE: every peer reaches, within 120 s of simulated time after the last
// fault was mended, the final height that its chain had then.
//
// Starts the cluster, waits until its chains are ready, runs all rounds and faults, mends what is broken, lets every
// peer catch up and judges. An Error only when a fault does not fit the state of its node.
Result<Report> run_virtual(const Scenario& scenario, const VirtualOptions& options);

}  // namespace bsn
