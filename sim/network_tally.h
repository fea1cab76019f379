// Counts what a run did to each chain and city node: the `networks` and `city_nodes` parts of a report. Used by both
// runners, on one thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/block.h"
#include "core/call.h"
#include "sim/histogram.h"
#include "sim/report.h"
#include "sim/topology.h"

namespace bsn {

class NetworkTally {
 public:
  explicit NetworkTally(const Topology& topology);

  // A client got this answer.
  void answered(const Call& call, const Reply& reply);

  // A peer has this block; counted once per height, whoever brings it first. Per peer in order of height.
  void block(ChainIndex chain, const BlockPtr& block);

  // Appends one NetworkReport per chain and one CityNodeReport per city. `healthy` by CityIndex; a city
  // beyond its end counts as unhealthy. `now` is the topology at the end: states and hosts may have changed.
  void fill(const Topology& now, const std::vector<bool>& healthy, Report& report) const;

 private:
  struct ChainTally {
    Height height = 0;
    std::uint64_t transactions = 0;
    Instant first_time, last_time;
    Digest state_root;
    Histogram finality;
  };

  NetworkReport network_report(const Chain& chain, const ChainTally& tally) const;

  const Topology& topology_;
  std::vector<ChainTally> chains_;                          // by ChainIndex
  std::vector<std::uint64_t> calls_;                        // by CityIndex
  std::map<ChainName, std::uint32_t> chain_of_;             // by a chain's name
  std::unordered_map<std::string, std::uint32_t> city_of_;  // by a city's id; looked up, never walked through
};

}  // namespace bsn
