// How a run's progress is told: as a live view on a terminal, as a line elsewhere.
#pragma once

#include <optional>
#include <string>

#include "sim/live_view.h"
#include "sim/run_progress.h"

namespace bsn {

// Seconds of real time that are left, if the rest goes as fast as what is done: `real_s` have passed since the load
// began. nullopt while nothing is known.
std::optional<double> seconds_left(const RunProgress& progress, double real_s);

LiveView view_of(const RunProgress& progress, std::string title, double real_s);

// "52%  round mixed (1/1)  15/28 s, 13 s left | sent 2190 ok 2101 failed 0 open 89 | 151/s, p99 964 ms"; the phase
// alone when it has no numbers.
std::string progress_text(const RunProgress& progress, double real_s);

}  // namespace bsn
