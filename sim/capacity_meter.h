// How many transactions a second a chain takes when more are offered than fit: told each block that one peer adopts.
//
// Counts blocks on the best chain, final or not: how deep a block must lie to be final says nothing about how many
// come. The first `skipped` blocks are not counted, mempools fill meanwhile; of the last `settling` on top some may be
// undone. Memory: 24 bytes a block. One thread.
#pragma once

#include <cstdint>
#include <vector>

#include "core/block.h"

namespace bsn {

class CapacityMeter {
 public:
  static constexpr Height settling = 3;

  explicit CapacityMeter(Height skipped) : skipped_(skipped) {}

  // The peer has this block at its tip now; those that it had from this height on are undone. Heights follow each
  // other.
  // The time counts when it was adopted: a peer that falls behind what others order is what limits the chain.
  void adopted(Instant now, const Block& block);

  // Blocks counted so far.
  Height counted() const;
  // From the last block before the counted ones to the last of these.
  Duration span() const;
  // Of the counted ones: their transactions by the time from the last block before them. 0 without any.
  double transactions_per_second() const;

 private:
  struct Taken {
    Instant when;
    std::uint64_t transactions = 0;
  };
  Height skipped_;
  std::vector<Taken> blocks_;  // by height - 1
};

}  // namespace bsn
