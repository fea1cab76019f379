// The tower of one Solana validator: the votes it is locked on. A vote's lock-out doubles with every vote upon it.
//
// Source: "Tower BFT" (Solana documentation, implemented-proposals/tower-bft); solana-labs/solana:
// programs/vote/src/vote_state (MAX_LOCKOUT_HISTORY 31, INITIAL_LOCKOUT 2).
// Bounds: at most depth - 1 votes; one more drops the oldest, which is rooted: it can't be taken back any more.
// Not for more than one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/byte_fields.h"
#include "core/digest.h"
#include "core/ids.h"

namespace bsn {

class SolanaTower {
 public:
  struct Vote {
    std::uint64_t slot = 0;
    Height height = 0;
    Digest block;
    std::uint8_t confirmations = 1;  // votes upon it, itself included
    bool settled = false;            // its block is final: it can't conflict with anything

    std::uint64_t locked_until() const { return slot + (std::uint64_t{1} << confirmations); }  // inclusive
  };

  explicit SolanaTower(std::uint32_t depth = 32) : depth_(depth) {}

  const std::vector<Vote>& votes() const { return votes_; }  // oldest first
  std::vector<Vote>& votes() { return votes_; }
  const Vote* last() const { return votes_.empty() ? nullptr : &votes_.back(); }

  // Takes votes from the top whose lock-out a vote for this slot outlives.
  void expire(std::uint64_t slot);

  // Votes. The slot is above that of the last vote; expire() was called for it.
  void push(std::uint64_t slot, Height height, const Digest& block);

  std::string bytes() const;
  void write(ByteWriter& writer) const;                                  // the same behind what was written
  static SolanaTower read(std::string_view bytes, std::uint32_t depth);  // of what bytes() gave; else empty

 private:
  std::uint32_t depth_;
  std::vector<Vote> votes_;
};

}  // namespace bsn
