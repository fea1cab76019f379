// How far a run is: handed to a callback about once a second by both runners, for whoever watches it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/time.h"
#include "sim/network_tally.h"
#include "sim/run_recorder.h"
#include "sim/scenario.h"

namespace bsn {

struct NetworkProgress {  // of the present round
  std::string network;
  std::uint64_t sent = 0, succeeded = 0, failed = 0;
  Duration p50, p99;  // 0 before the first answer
};

struct RunProgress {
  std::string phase;     // "starting", "settling", "round mixed (1/2)", "draining", "checking"
  double elapsed_s = 0;  // of the scenario's own time
  double total_s = 0;    // planned, drains excluded; 0: a phase without numbers
  std::uint64_t sent = 0, succeeded = 0, failed = 0, open = 0;  // of the present round
  double tps = 0;                                               // answered in the last second
  Duration p50{}, p99{};                                        // of the present round; 0 before the first answer
  std::vector<NetworkProgress> networks{};
  std::vector<CityPace> slowest{};  // cities, of the whole run
};

// As many slowest cities are told.
inline constexpr std::size_t slowest_told = 5;

using OnProgress = std::function<void(const RunProgress&)>;

// Where a run stands `spent` after the start of this round.
RunProgress round_progress(const Scenario& scenario, std::uint32_t round, Duration spent, const RunRecorder& recorder,
                           const NetworkTally& tally);

}  // namespace bsn
