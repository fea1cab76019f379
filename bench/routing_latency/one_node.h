// What the programs of this folder measure against: one city node behind a gateway, the WAN switched off.
#pragma once

#include <string>
#include <vector>

#include "sim/scenario.h"

namespace bsn {

// A chain "fabric/bench" with one Raft peer in Beijing, and the project "bench" with the key "bench-key".
Topology one_node();

// The query that is measured, as a serialized v1.QueryRequest: a balance, level local.
std::string query_of_one_node();

// 0 of nothing.
double median(std::vector<double> values);

}  // namespace bsn
