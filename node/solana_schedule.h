// Who leads each slot of a Solana chain, and what a block's seal says: its slot and the votes it contains.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "core/chain_spec.h"
#include "node/slot_engine.h"
#include "node/voter_set.h"

namespace bsn {

// Leaders drawn by stake from the chain's seed, each for slots_per_leader slots. Turns near the last one asked for are
// remembered: at most remembered_max in a row.
class SolanaSchedule {
 public:
  SolanaSchedule(const SolanaParameters& parameters, std::uint64_t chain_seed, const std::vector<std::uint64_t>& stake);

  ValidatorIndex leader(std::uint64_t slot);

  // The first slot from `slot` on that this validator leads, looking at most turns_ahead turns ahead.
  std::optional<std::uint64_t> next_of(ValidatorIndex validator, std::uint64_t slot);

  static constexpr std::uint64_t turns_ahead = 4096;
  std::uint64_t slots_per_leader() const { return slots_per_leader_; }

 private:
  static constexpr std::size_t remembered_max = 2 * turns_ahead;

  ValidatorIndex leader_of_turn(std::uint64_t turn);
  ValidatorIndex draw(std::uint64_t turn) const;

  std::uint64_t slots_per_leader_;
  std::uint64_t chain_seed_;
  StakeDraw stake_;
  std::uint64_t first_turn_ = 0;
  std::deque<ValidatorIndex> turns_;  // from first_turn_ on
};

// Votes of many validators for one ancestor of the block.
struct SolanaVotes {
  Height height = 0;  // of the block voted for
  VoterSet voters;
  std::uint64_t tag_sum = 0;  // of their vote tags
};

struct SolanaSeal {
  static constexpr std::size_t groups_max = 64;

  std::uint64_t slot = 0;
  std::vector<SolanaVotes> votes;  // heights descend

  std::string bytes(std::uint32_t validators) const;
  // nullopt: not what bytes() gives for that many validators.
  static std::optional<SolanaSeal> read(std::string_view bytes, std::uint32_t validators);
  // Of a seal that was read before.
  static std::uint64_t slot_of(std::string_view bytes);
};

// Stands in for the signature of a vote inside a block: 64 bits under a key of the voter's, so that those of hundreds
// of votes can be checked by their sum.
std::uint64_t solana_vote_tag(std::uint64_t chain_seed, ValidatorIndex voter, const Digest& block);

}  // namespace bsn
