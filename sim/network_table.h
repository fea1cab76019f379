// The networks of a topology as a Markdown table, made from their profiles: README holds the one of bsn-2020.yaml.
#pragma once

#include <string>

#include "sim/topology.h"

namespace bsn {

// One line per network, in the topology's order, each ended by a newline, header first.
std::string network_table(const Topology& topology);

}  // namespace bsn
