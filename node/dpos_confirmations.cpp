#include "node/dpos_confirmations.h"

#include <algorithm>
#include <functional>

#include "node/quorum.h"

namespace bsn {

bool DposConfirmations::may_confirm(ValidatorIndex producer, Height height, std::uint32_t count) const {
  return count == 0 || (count <= height && height - count >= confirmed_[producer.value].last);
}

void DposConfirmations::confirm(ValidatorIndex producer, Height height, std::uint32_t count) {
  if (count == 0) return;
  Range& own = confirmed_[producer.value];
  const Height first = height - count + 1;
  own = own.last + 1 == first && own.first <= own.last ? Range{own.first, height} : Range{first, height};
  proposed_ = std::max(proposed_, highest_in_quorum(confirmed_));
  if (own.first > proposed_) return;
  implied_[producer.value] = {own.first, proposed_};
  irreversible_ = std::max(irreversible_, highest_in_quorum(implied_));
}

bool DposConfirmations::implies_proposed(ValidatorIndex producer) const {
  return proposed_ > 0 && implied_[producer.value].holds(proposed_);
}

// The highest height that more than two thirds of the ranges hold; 0: none. It is the end of one of them, and not above
// the end that so many reach.
Height DposConfirmations::highest_in_quorum(const std::vector<Range>& ranges) {
  std::vector<Height> ends;
  ends.reserve(ranges.size());
  for (const Range& range : ranges) ends.push_back(range.last);
  const std::uint32_t quorum = byzantine_quorum(static_cast<std::uint32_t>(ranges.size()));
  std::sort(ends.begin(), ends.end(), std::greater<>());
  for (std::size_t i = quorum - 1; i < ends.size() && ends[i] > 0; ++i) {
    const auto holders =
        std::count_if(ranges.begin(), ranges.end(), [&](const auto& one) { return one.holds(ends[i]); });
    if (holders >= quorum) return ends[i];
  }
  return 0;
}

}  // namespace bsn
