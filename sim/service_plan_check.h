// Whether the events of a scenario's services can happen as planned: they are tried on its topology, in the order of
// time and between the comings and goings of its cities, as if every change were done at once.
#pragma once

#include <string>
#include <vector>

#include "sim/scenario.h"

namespace bsn {

// One sentence for each event that would be refused, beginning with its place in the file; empty: fine. Precondition:
// check(scenario.topology) finds nothing wrong.
std::vector<std::string> check_service_plan(const Scenario& scenario);

}  // namespace bsn
