// Measures one chain from outside, block by block: what `bsnsim calibrate` holds against what was published.
//
// It is told when each peer adopts a block (stores it at its tip), when one peer, the observer, learns that a block is
// final, and how long each of that block's transactions was under way. Blocks up to `warm_up` are not counted: chains
// take a while to find their pace. Memory: about 100 bytes and one duration per adoption of each block above the final
// height, those below are reduced to sums; and one duration per transaction. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "core/block.h"
#include "core/time.h"

namespace bsn {

// Of a chain up to the observer's last final block.
struct ChainMeasures {
  std::uint64_t blocks = 0;  // counted
  double interval_mean_s = 0, interval_deviation_s = 0;
  double finality_mean_s = 0;
  double commit_p95_s = 0;
  double finality_blocks = 0;
  double stale_share = 0;
  double propagation_p50_s = 0, propagation_p90_s = 0;
};

class ChainMeter {
 public:
  ChainMeter(Height warm_up, std::size_t peers) : warm_up_(warm_up), peers_(peers) {}

  // A peer has this block at its tip now. May be told again after a reorganisation.
  void adopted(Instant now, const Block& block);
  // The observer's block is final now; in order of height. `tip` is the observer's.
  void final(Instant now, const Block& block, Height tip);

  // The observer has a transaction of the block that became final last, this long after it was offered.
  void committed(Duration under_way);

  Height final_height() const { return final_height_; }
  ChainMeasures measures() const;

 private:
  struct Seen {
    std::map<Digest, std::vector<Duration>> blocks;  // of one height: by hash, the ages at which peers adopted it
  };

  void count(Instant now, const Block& block, Height tip);

  Height warm_up_;
  std::size_t peers_;
  std::map<Height, Seen> open_;  // above the final height
  Height final_height_ = 0;
  Instant first_time_, last_time_;
  std::uint64_t blocks_ = 0, stale_ = 0;
  double interval_squares_ = 0, finality_sum_ = 0, depth_sum_ = 0;
  std::vector<Duration> p50_, p90_;  // of each counted block
  std::vector<Duration> commits_;    // of each transaction in one
};

}  // namespace bsn
