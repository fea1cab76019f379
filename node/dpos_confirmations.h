// EOS' implied confirmations: which block of a branch is proposed irreversible and which is irreversible, as each block
// of it says how many blocks its producer confirms.
//
// First stage: more than two thirds of the producers have confirmed a height: it is proposed irreversible. Second: more
// than two thirds have then confirmed further blocks upon that: it is irreversible. With 21 producers of 12 blocks the
// last irreversible block is 12*(14+13)+1 = 325 heights below the first block of a turn.
// Source: EOSIO/eos:libraries/chain/block_header_state.cpp (set_confirmed, calc_dpos_last_irreversible).
//
// Tighter than nodeos of 2018-2020: a producer's confirmation counts only over the heights that it confirmed on this
// branch without a gap. Who left the branch and came back has a gap: meanwhile it may have confirmed another block
// there, and nodeos 1.x then could make two branches irreversible. eosnetworkfoundation/mandel counts the same way
// (confirmation_group_v1). Without forks both give the same heights.
//
// A value, one per block. Memory: 32 bytes per producer. Costs: O(producers x log producers) per confirming block.
#pragma once

#include <cstdint>
#include <vector>

#include "core/ids.h"

namespace bsn {

class DposConfirmations {
 public:
  DposConfirmations() : DposConfirmations(0) {}
  explicit DposConfirmations(std::uint32_t producers) : confirmed_(producers), implied_(producers) {}

  // Whether the block at `height` may confirm so many: heights that exist, and that its producer has not confirmed yet.
  bool may_confirm(ValidatorIndex producer, Height height, std::uint32_t count) const;

  // The block at `height` confirms the last `count` heights up to its own; 0 confirms nothing. Only what it may.
  void confirm(ValidatorIndex producer, Height height, std::uint32_t count);

  Height proposed() const { return proposed_; }          // proposed irreversible
  Height irreversible() const { return irreversible_; }  // never above proposed()

  // Whether the producer's last block took part in the second stage for proposed().
  bool implies_proposed(ValidatorIndex producer) const;

 private:
  // Heights first ... last; none when first > last.
  struct Range {
    Height first = 1;
    Height last = 0;
    bool holds(Height height) const { return first <= height && height <= last; }
  };
  static Height highest_in_quorum(const std::vector<Range>& ranges);

  std::vector<Range> confirmed_;  // by producer: its last confirmations without a gap
  std::vector<Range> implied_;    // by producer: for these it took part in the second stage
  Height proposed_ = 0;
  Height irreversible_ = 0;
};

}  // namespace bsn
