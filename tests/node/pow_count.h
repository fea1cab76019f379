// What a chain of the pow family says about itself: how blocks and uncles came, who made them.
#pragma once

#include <map>

#include "node/pow_seal.h"
#include "tests/dialogues/engine_network.h"

namespace bsn {

struct PowCount {
  std::uint64_t blocks = 0;
  std::uint64_t uncles = 0;
  Duration span{};                            // from the block before the first counted to the last
  std::map<std::uint32_t, std::uint64_t> by;  // blocks per miner
  PowState last;

  double mean_interval() const { return span.seconds() / static_cast<double>(blocks); }
  double uncle_rate() const { return static_cast<double>(uncles) / static_cast<double>(blocks); }  // per chain block
};

// The stored blocks of heights `from` ... `to`, from > 1.
inline PowCount count_pow(const DurableState& durable, Height from, Height to) {
  PowCount count;
  for (Height height = from; height <= to; ++height) {
    const BlockHeader& header = durable.blocks.at(height - 1)->header;
    const auto seal = decode_pow_seal(header.seal);
    if (!seal) break;
    ++count.blocks;
    count.uncles += seal->uncles.size();
    ++count.by[header.proposer.value];
    count.last = seal->state;
  }
  count.span = durable.blocks.at(to - 1)->header.time - durable.blocks.at(from - 2)->header.time;
  return count;
}

}  // namespace bsn
