// Parameters of the pow family: mining by hash power, the heaviest chain wins, blocks are final k deep.
#pragma once

#include <cstdint>

#include "core/time.h"

namespace bsn {

struct PowParameters {
  enum class Adjustment : std::uint8_t {
    ethash,  // Ethereum's Homestead/Byzantium rule, block by block
    nc_max,  // Nervos: epoch by epoch, steered to an orphan rate
  };
  enum class Relay : std::uint8_t {
    blocks,  // a block goes to all neighbours at once
    offers,  // its digest does, as Bitcoin's `inv`; the block goes to those who ask, as by `getdata`
  };
  Duration interval = seconds(13);  // mean time between blocks aimed at
  Adjustment adjustment = Adjustment::ethash;
  std::uint32_t confirmations = 12;
  std::uint32_t max_uncles = 2;   // in one block; 0: none
  std::uint32_t uncle_depth = 6;  // how many generations back an uncle may stand

  // nc_max
  double orphan_target = 0.025;
  Duration epoch_duration = seconds(4 * 3600);
  std::uint32_t epoch_blocks_min = 300;
  std::uint32_t epoch_blocks_max = 1800;
  std::uint32_t proposal_window_close = 2;  // two-step confirmation: a transaction is committed this many blocks ...
  std::uint32_t proposal_window_far = 10;   // ... up to this many after it was proposed

  std::uint32_t gossip_degree = 8;  // neighbours that a peer draws; 0: all to all
  Relay relay = Relay::blocks;
};

}  // namespace bsn
