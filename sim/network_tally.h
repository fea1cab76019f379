// Counts what a run did to each chain and city node: the `networks` and `city_nodes` parts of a report. Used by both
// runners, on one thread.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/block.h"
#include "core/call.h"
#include "sim/histogram.h"
#include "sim/report.h"
#include "sim/topology.h"

namespace bsn {

// How long calls were out to one city and back, without the time in which a chain ordered them.
struct CityPace {
  std::string city;
  std::uint64_t calls = 0;  // answered with OK
  Duration mean;
};

class NetworkTally {
 public:
  explicit NetworkTally(const Topology& topology);

  // The topology as it is now: chains may have appeared behind the others. It outlives the tally or the next learn().
  void learn(const Topology& topology);

  // A client got this answer.
  void answered(const Call& call, const Reply& reply);

  // A peer has this final block; counted once per height, whoever brings it first. Per peer in order of height.
  void block(ChainIndex chain, const BlockPtr& block);

  // A peer changed to another branch and undid these blocks. Memory: 40 bytes for each that does not become final.
  void reorganised(ChainIndex chain, CityIndex peer, std::span<const BlockPtr> undone);

  // What a peer counted itself, when nobody watched it: how often it changed branch, the most blocks that it undid at
  // once, and how many of its own it undid.
  void counted(ChainIndex chain, std::uint64_t reorganisations, std::uint64_t deepest, std::uint64_t own_undone);

  // The cities with the highest means so far, at most so many, the slowest first.
  std::vector<CityPace> slowest(std::size_t most) const;

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
    std::map<CityIndex, std::uint64_t> reorganised;  // how often, by peer
    std::uint64_t most_reorganisations = 0;          // of any peer
    std::uint64_t deepest = 0;
    std::set<std::pair<Height, Digest>> undone;  // and not final, as far as is known
    std::vector<Digest> finals;                  // hashes of the final blocks, by height - 1
    std::uint64_t own_undone = 0;                // of all peers that counted
  };

  struct CityTally {
    std::uint64_t calls = 0;
    Duration spent;
  };

  NetworkReport network_report(const Chain& chain, const ChainTally& tally) const;

  const Topology* topology_;
  std::vector<ChainTally> chains_;                          // by ChainIndex
  std::vector<CityTally> cities_;                           // by CityIndex
  std::map<ChainName, std::uint32_t> chain_of_;             // by a chain's name
  std::unordered_map<std::string, std::uint32_t> city_of_;  // by a city's id; looked up, never walked through
};

}  // namespace bsn
