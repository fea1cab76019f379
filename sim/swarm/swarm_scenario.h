// One seed of a swarm as a scenario: a small network, a load, a storm of faults; then all is mended and judged.
//
// The scenario has three rounds: `storm`, in which the faults strike; `recover`, at whose beginning everything is
// mended; `after`, whose every write must be final in time. It is a value like any other: `bsnsim run` runs it, and a
// file of it replays it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sim/report.h"
#include "sim/scenario.h"

namespace bsn {

// The scenario of this seed: the same for ever, as long as this code stays.
Scenario draw_swarm_scenario(const std::string& family, std::uint64_t seed);

// Drops what does not fit the state that earlier faults left a city in (to restart one that runs ...) and mends, when
// the first round is over, what is still broken then.
void tidy_faults(Scenario& scenario);

// What a run of such a scenario showed: nullopt: nothing wrong. Else "AGR: ..." with the name of an invariant, LIVE for
// a write of the last round that was not final in time or a peer that stayed behind.
std::optional<std::string> swarm_finding(const Report& report);

}  // namespace bsn
