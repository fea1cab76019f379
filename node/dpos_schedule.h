// Who may make a block when, in the dpos family: a function of time alone.
//
// Slots are numbered from 0 (genesis; the first block is slot 1). Slot n belongs to turn n / turn_blocks, and turns go
// round the producers. Between two turns there may be a pause, after the last producer's turn (the end of a term)
// another.
//   EOS: slot % (producers x 12) / 12 is the producer's number (EOSIO/eos:libraries/chain/block_header_state.cpp,
//   get_scheduled_producer). XuperChain: minerScheduling (xuperchain/xuperchain:core/consensus/tdpos/common.go);
//   alternate_interval and term_interval replace the period there, hence a pause here is each of them less one period.
//
// A value. All costs O(1).
#pragma once

#include <cstdint>
#include <optional>

#include "core/engine_dpos.h"
#include "core/ids.h"
#include "core/time.h"

namespace bsn {

class DposSchedule {
 public:
  struct Slot {
    std::uint64_t number = 0;  // of all slots, pauses do not count
    Instant time;
    ValidatorIndex producer;
    bool ends_turn = false;
    bool operator==(const Slot&) const = default;
  };

  // validators >= 1; parameters.slot > 0, turn_blocks >= 1.
  DposSchedule(const DposParameters& parameters, std::uint32_t validators);

  std::uint32_t producers() const { return producers_; }
  bool is_producer(ValidatorIndex validator) const { return validator.value < producers_; }
  std::uint64_t turn(std::uint64_t slot) const { return slot / turn_blocks_; }

  Slot slot(std::uint64_t number) const;

  // The slot that begins exactly then. nullopt: none does.
  std::optional<Slot> at(Instant time) const;

  // The first slot that begins after `time`, of anybody or of one producer. Never slot 0.
  Slot next(Instant time) const;
  Slot next_of(ValidatorIndex producer, Instant time) const;

 private:
  std::uint64_t last_begun(Instant time) const;  // time >= 0

  std::uint32_t producers_;
  std::uint32_t turn_blocks_;
  std::int64_t slot_;   // ns
  std::int64_t turn_;   // ns, with the pause after it
  std::int64_t round_;  // ns, of all turns
};

}  // namespace bsn
