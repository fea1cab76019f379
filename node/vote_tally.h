// Counts the votes of one round and one kind: who voted for what, and how many for each value.
//
// The first vote of a validator counts, later ones are ignored: a validator that votes twice is faulty, and counting
// one of its votes keeps "more than two thirds" true. Cost: O(v) per vote, v being the number of different values,
// which is 1 or 2 unless validators lie. Memory: O(m), at most m values.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/digest.h"
#include "core/ids.h"

namespace bsn {

class VoteTally {
 public:
  explicit VoteTally(std::uint32_t validators) : vote_of_(validators, no_vote) {}

  // Counts the vote; false when this validator has voted before. `from` < validators.
  bool add(ValidatorIndex from, const Digest& value);

  // How many voted for this value, and how many voted at all.
  std::uint32_t count(const Digest& value) const;
  std::uint32_t total() const { return total_; }

  // A value other than nil (zero) that has at least `enough` votes. At most one has when enough > m/2.
  std::optional<Digest> value_with(std::uint32_t enough) const;

  bool voted_for(ValidatorIndex from, const Digest& value) const;  // also of who may not vote: false

 private:
  static constexpr std::uint16_t no_vote = 0xffff;
  struct Counted {
    Digest value;
    std::uint32_t votes = 0;
  };

  std::vector<std::uint16_t> vote_of_;  // index into values_
  std::vector<Counted> values_;
  std::uint32_t total_ = 0;
};

}  // namespace bsn
