// Bandwidth: what a place's line carries, what zones of the world have in common, what blocks weigh on the way.
//
// Plain values as read from topology and network files; virtual time counts them (sim/virtual/lines.h), live runs send
// over a real network and don't. All at their defaults: nothing costs time but the distance.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/time.h"

namespace bsn {

// The line of one place to everywhere else.
struct Line {
  double upload_mbit = 0;      // 1,000,000 bits per second; 0: unlimited
  double download_mbit = 0;    // the same
  bool one_at_a_time = false;  // a message waits until the one before has arrived, not only until it has left
  bool is_unlimited() const { return upload_mbit == 0 && download_mbit == 0; }
};

// A part of the world whose places have the same line and known latencies to other zones.
struct Zone {
  std::string name;
  Line line;
  std::vector<Duration> latency{};  // mean, one way, to each zone in the order of Topology::zones; empty: by distance
};

// Blocks whose transactions the receiver has already, for the greatest part (BIP 152): a list of short ids goes first,
// and what is missing is asked for.
struct CompactBlocks {
  std::uint32_t bytes = 0;  // of that list; 0: blocks go whole
  double share = 1;         // of all transfers that go so, 0 ... 1; the others go whole
  double incomplete = 0;    // of these, those where something is missing: they cost a round trip more, 0 ... 1
  double missing = 0;       // how much of the block that is, on average (exponential), 0 ... 1
};

// What the blocks of a network weigh on their way.
struct BlockWeight {
  std::uint32_t bytes = 0;  // besides the transactions that this simulation knows of: those of everybody else
  CompactBlocks compact{};
};

}  // namespace bsn
