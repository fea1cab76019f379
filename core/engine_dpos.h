// Parameters of the dpos family: scheduled producers that take turns of several blocks (EOS, XuperChain's TDPoS).
#pragma once

#include <cstdint>

#include "core/time.h"

namespace bsn {

struct DposParameters {
  enum class Finality : std::uint8_t {
    last_irreversible,  // EOS: two rounds of more than two thirds of the producers built upon it
    chained_bft,        // XuperChain: quorum certificates, final when three in a row have them
    confirmations,      // this many blocks stand upon it
  };
  Duration slot = milliseconds(500);  // one block
  std::uint32_t producers = 0;        // in the schedule: the first ones of the chain's validators; 0: all
  std::uint32_t turn_blocks = 12;     // in a row by one producer
  Duration handover_pause{0};         // further silence between two producers (XuperChain: alternate_interval - period)
  Duration term_pause{0};  // instead, after the last one of the schedule (XuperChain: term_interval - period)
  Finality finality = Finality::last_irreversible;
  std::uint32_t confirmations = 0;  // with Finality::confirmations: at least 1
  Duration last_block_early{0};     // the last block of a turn is made so long before its slot (EOS); at most one slot
  std::uint32_t gossip_degree = 8;  // neighbours that a peer draws; 0: all to all
};

}  // namespace bsn
