// The storm of a swarm: which faults strike when.
#pragma once

#include <vector>

#include "core/random.h"
#include "sim/scenario.h"
#include "sim/swarm/swarm_family.h"

namespace bsn {

// Faults within a storm of this length, in the order of time; they may not fit the states of their cities, see
// tidy_faults. Half of the storms keep within the family's fault bound (no more validators are down, paused or cut off
// at once), half do not. Which links are disturbed, and how much, is drawn for each storm.
std::vector<Fault> draw_storm(const Chain& chain, const SwarmChain& drawn, Duration storm, Random& random);

}  // namespace bsn
