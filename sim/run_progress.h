// How far a run is: handed to a callback about once a second by both runners, for progress lines.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "core/time.h"
#include "sim/run_recorder.h"
#include "sim/scenario.h"

namespace bsn {

struct RunProgress {
  std::string phase;     // "starting", "settling", "round mixed (1/2)", "draining", "checking"
  double elapsed_s = 0;  // of the scenario's own time
  double total_s = 0;    // planned, drains excluded
  std::uint64_t sent = 0, succeeded = 0, failed = 0, open = 0;  // of the present round
  double tps = 0;                                               // answered in the last second
};

using OnProgress = std::function<void(const RunProgress&)>;

// Where a run stands `spent` after the start of this round.
RunProgress round_progress(const Scenario& scenario, std::uint32_t round, Duration spent, const RunRecorder& recorder);

}  // namespace bsn
