// The weighted votes of one kind in one round: who voted for which block, and what of it is still to be passed on.
//
// A validator whose votes name two blocks equivocates: its weight is taken from the first block and counted apart; from
// then on its further votes are not heard. So a book holds at most two blocks per validator. Not for more than one
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "node/voter_set.h"

namespace bsn {

class VoteBook {
 public:
  struct Target {
    Height height = 0;
    Digest block;
    VoterSet voters;
    std::uint64_t weight = 0;  // of those who do not equivocate
    VoterSet unsent;
    std::optional<ValidatorIndex> source;  // all that is unsent came from there
  };
  using Weigh = std::function<std::uint64_t(ValidatorIndex)>;

  VoteBook() = default;
  explicit VoteBook(std::uint32_t validators) : validators_(validators), voted_(validators), equivocated_(validators) {}

  // Whether any of these votes is news. Votes of weight 0 are none.
  bool add(Height height, const Digest& block, const VoterSet& voters, std::optional<ValidatorIndex> from,
           const Weigh& weigh);

  // Whether all these votes are here already.
  bool has(const Digest& block, const VoterSet& voters) const;

  const std::vector<Target>& targets() const { return targets_; }
  const Target* find(const Digest& block) const;
  bool has_voted(ValidatorIndex voter) const { return voted_.contains(voter); }
  bool empty() const { return targets_.empty(); }
  std::uint64_t equivocating() const { return equivocating_; }  // weight

  // Hands over and forgets what is to be passed on, of every block.
  void take_unsent(const std::function<void(const Target& target, const VoterSet& voters)>& pass_on);
  bool has_unsent() const;

 private:
  bool add_one(Target& target, ValidatorIndex voter, const Weigh& weigh);
  Target& target_of(Height height, const Digest& block);

  std::uint32_t validators_ = 0;
  std::vector<Target> targets_;
  VoterSet voted_, equivocated_;
  std::uint64_t equivocating_ = 0;
};

}  // namespace bsn
