// How far every other validator has come, by its own messages: what a round skip and catching up rest on.
//
// A claim alone proves nothing, since f validators may lie; f + 1 claims contain a true one. Memory: O(m), whatever is
// claimed. Cost: O(1) per message, O(m) when this engine moves or a threshold is passed.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/ids.h"

namespace bsn {

class BftClaims {
 public:
  explicit BftClaims(std::uint32_t validators) : claims_(validators) {}

  // `from` sent a message of this height and round.
  void note(ValidatorIndex from, Height height, std::uint32_t round);

  // There are so many validators now, not fewer than before.
  void grow(std::uint32_t validators) { claims_.resize(validators); }

  // What this one said counts no more. Until move_to() the thresholds still count it.
  void forget(ValidatorIndex who) { claims_[who.value] = {}; }

  // This engine is now here; claims are counted against it.
  void move_to(Height height, std::uint32_t round);

  // Whether at least `enough` validators are above this engine's height. O(1).
  bool any_higher(std::uint32_t enough) const { return higher_ >= enough; }

  // The greatest height that at least `enough` validators have reached, when it is above this engine's.
  std::optional<Height> higher_height(std::uint32_t enough) const;

  // The greatest round of this engine's height that at least `enough` validators have reached, when it is a later one.
  std::optional<std::uint32_t> later_round(std::uint32_t enough) const;

  // Whether all that `from` has said is of earlier heights or rounds than this engine's.
  bool is_behind(ValidatorIndex from) const { return claims_[from.value] < here_; }

  // The next validator at or behind `start`, going round, that claims to be above this engine's height.
  std::optional<ValidatorIndex> someone_higher(std::uint32_t start) const;

 private:
  struct Claim {
    Height height = 0;
    std::uint32_t round = 0;
    auto operator<=>(const Claim&) const = default;
  };
  bool is_higher(const Claim& claim) const { return claim.height > here_.height; }
  bool is_later(const Claim& claim) const { return claim.height == here_.height && claim.round > here_.round; }

  std::vector<Claim> claims_;
  Claim here_;
  std::uint32_t higher_ = 0;  // how many claims are higher, and how many later
  std::uint32_t later_ = 0;
};

}  // namespace bsn
