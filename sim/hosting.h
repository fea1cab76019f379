// Which city nodes of a live cluster share a process. Virtual time knows no processes.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/topology.h"

namespace bsn {

enum class Hosting : std::uint8_t {
  process_per_node,      // a node can be killed and paused alone
  process_per_provider,  // one for each cloud
  single,                // all in one: what a throughput run uses
};
std::string_view to_string(Hosting hosting);

// All of them by their names, as files and commands spell them.
const std::map<std::string, Hosting>& hostings();

struct HostGroup {
  std::string name;               // of its folder and its log: the city's id, the provider's, "nodes"
  std::vector<CityIndex> cities;  // at least one, ascending
};

// Every city of BSN in exactly one group, in the order of their first cities; cities outside BSN are in none.
std::vector<HostGroup> host_groups(const Topology& topology, Hosting hosting);

}  // namespace bsn
