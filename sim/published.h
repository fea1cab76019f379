// What was published about a network, to hold the simulation against: part of its profile.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bsn {

enum class Figure : std::uint8_t {
  block_interval_s,   // mean time between blocks of the chain
  finality_s,         // from a block's time until a full node of BSN holds it final, mean
  commit_p95_s,       // from when a transaction is offered until that node holds it final, 95th percentile
  finality_blocks,    // blocks upon a block when that node learns that it is final, mean
  capacity_tps,       // final transactions per second when more are offered than fit
  stale_share,        // of all blocks made, those that are not on the chain in the end (forks, uncles, orphans)
  skipped_share,      // of all slots, those without a block on the chain
  propagation_p50_s,  // from a block's time until half of all peers have adopted it
  propagation_p90_s,  // the same for nine in ten
};
std::string_view to_string(Figure figure);

// One published figure. `tolerance` is relative to the value (0.1: ten per cent), or absolute where the value is 0.
struct PublishedFigure {
  Figure figure = Figure::block_interval_s;
  double value = 0;
  double tolerance = 0.1;
  std::string source;
  std::string differs;       // why the simulation can't or need not meet it; empty: it has to
  bool at_most = false;      // a bound: less is as good
  std::uint32_t blocks = 0;  // that it takes to settle: so many are counted at least
};

// How far off a simulated value is, as tolerance counts it.
double deviation(const PublishedFigure& published, double simulated);

}  // namespace bsn
