// Makes a failing scenario of a swarm smaller, as long as it fails in the same way.
//
// Takes out faults (halves first, then ever smaller pieces, down to single ones), targets, followers, validators and
// kinds of calls; again until nothing more can go. Bound: `runs_max` runs; what is left then is
// returned.
#pragma once

#include <functional>

#include "sim/scenario.h"

namespace bsn {

// Whether the scenario still shows what is being looked for; one that can't run does not.
using StillFails = std::function<bool(const Scenario&)>;

// Precondition: the scenario came from draw_swarm_scenario and fails.
Scenario shrink_swarm_scenario(Scenario scenario, const StillFails& still_fails, int runs_max = 400);

}  // namespace bsn
