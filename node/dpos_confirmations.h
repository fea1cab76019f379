// EOS' implied confirmations: which block of a branch is proposed irreversible and which is irreversible, as each block
// of it says how many blocks its producer confirms.
//
// First stage: more than two thirds of the producers have confirmed a height: it is proposed irreversible. Second: more
// than two thirds have then confirmed further blocks upon that: it is irreversible. With 21 producers of 12 blocks the
// last irreversible block is 12*(14+13)+1 = 325 heights below the first block of a turn.
// Source: EOSIO/eos:libraries/chain/block_header_state.cpp (set_confirmed, calc_dpos_last_irreversible).
//
// Tighter than nodeos of 2018-2020, where a producer that confirmed one branch, then another, counts in the second
// stage of both, so that two branches could become irreversible in a bad enough network. Here a block also says where
// its producer's confirmations on other branches conflict with this one, and counts in the second stage only elsewhere.
// eosnetworkfoundation/mandel (confirmation_group_v1) tightened it too, by confirmations without a gap. Without forks
// all three give the same heights.
//
// A value, one per block. Memory: 40 bytes per producer. Costs: O(producers x log producers) per confirming block.
#pragma once

#include <cstdint>
#include <vector>

#include "core/ids.h"

namespace bsn {

// What a block says of its producer's confirmations.
struct DposClaim {
  std::uint32_t confirms = 0;  // the last heights up to the block's own; 0: none
  // Whatever the producer confirmed on other branches descends from this branch's block at `agreed`, and lies below
  // height `since`. Both 0: it confirmed nothing elsewhere.
  Height agreed = 0;
  Height since = 0;
  bool operator==(const DposClaim&) const = default;
};

class DposConfirmations {
 public:
  DposConfirmations() : DposConfirmations(0) {}
  explicit DposConfirmations(std::uint32_t producers) : confirmed_(producers), implied_(producers) {}

  // Whether the block at `height` may claim this: heights that exist, and that its producer has not confirmed yet.
  bool may_confirm(ValidatorIndex producer, Height height, const DposClaim& claim) const;

  // The block at `height` confirms. Only what it may.
  void confirm(ValidatorIndex producer, Height height, const DposClaim& claim);

  Height proposed() const { return proposed_; }          // proposed irreversible
  Height irreversible() const { return irreversible_; }  // never above proposed()

 private:
  // Heights first ... last; none when first > last.
  struct Range {
    Height first = 1;
    Height last = 0;
    bool holds(Height height) const { return first <= height && height <= last; }
  };
  // Heights 1 ... agreed, and a range above.
  struct Implied {
    Height agreed = 0;
    Range above = {};
    Height last() const { return above.first <= above.last ? above.last : agreed; }
    bool holds(Height height) const { return height <= agreed || above.holds(height); }
  };

  std::vector<Range> confirmed_;  // by producer: its last confirmations without a gap
  std::vector<Implied> implied_;  // by producer: for these it took part in the second stage
  Height proposed_ = 0;
  Height irreversible_ = 0;
};

}  // namespace bsn
