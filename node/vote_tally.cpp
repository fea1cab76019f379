#include "node/vote_tally.h"

#include <algorithm>

namespace bsn {

bool VoteTally::add(ValidatorIndex from, const Digest& value) {
  std::uint16_t& vote = vote_of_[from.value];
  if (vote != no_vote) return false;
  auto at = std::find_if(values_.begin(), values_.end(), [&](const Counted& one) { return one.value == value; });
  if (at == values_.end()) at = values_.insert(at, Counted{value, 0});
  ++at->votes;
  ++total_;
  vote = static_cast<std::uint16_t>(at - values_.begin());
  return true;
}

std::uint32_t VoteTally::count(const Digest& value) const {
  for (const Counted& one : values_) {
    if (one.value == value) return one.votes;
  }
  return 0;
}

std::optional<Digest> VoteTally::value_with(std::uint32_t enough) const {
  for (const Counted& one : values_) {
    if (one.votes >= enough && !one.value.is_zero()) return one.value;
  }
  return std::nullopt;
}

bool VoteTally::voted_for(ValidatorIndex from, const Digest& value) const {
  const std::uint16_t vote = from.value < vote_of_.size() ? vote_of_[from.value] : no_vote;
  return vote != no_vote && values_[vote].value == value;
}

}  // namespace bsn
