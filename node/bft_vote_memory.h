// What a BFT validator has signed at one height, and what it may still sign: the part of it that must be on disk.
//
// It keeps every own vote of the present and the previous round (others may still need them to get on) and the last few
// votes for a proposal of earlier rounds (proofs of a lock, or of a decision). Bound: 4 + max_old_votes votes.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/durable.h"

namespace bsn {

class BftVoteMemory {
 public:
  static constexpr std::size_t max_old_votes = 8;

  BftVoteMemory() = default;
  explicit BftVoteMemory(BftVoteState state) : state_(std::move(state)) {}

  const BftVoteState& state() const { return state_; }

  // Forgets everything but that nothing below `height` is signed any more.
  void start_height(Height height);

  // Whether a message of this kind was signed at (height of the memory, round).
  bool has_voted(std::uint32_t round, BftVoteKind kind) const;
  bool has_proposed(std::uint32_t round) const;

  // Remembers what is about to be signed: of a round not before the last one, not yet signed. Persist state() then.
  void vote(const BftVote& vote);
  void propose(const BftProposal& proposal);

  void lock(std::int64_t round, ProposalPtr proposal);
  void set_valid(std::int64_t round, ProposalPtr proposal);

 private:
  void enter(std::uint32_t round);

  BftVoteState state_;
};

}  // namespace bsn
