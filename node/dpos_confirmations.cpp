#include "node/dpos_confirmations.h"

#include <algorithm>
#include <functional>
#include <initializer_list>

#include "node/quorum.h"

namespace bsn {
namespace {

// The highest of the given heights that more than two thirds of the sets hold; 0: none.
template <class Set>
Height highest_in_quorum(const std::vector<Set>& sets, std::vector<Height> heights) {
  const std::uint32_t quorum = byzantine_quorum(static_cast<std::uint32_t>(sets.size()));
  std::sort(heights.begin(), heights.end(), std::greater<>());
  for (const Height height : heights) {
    if (height == 0) break;
    if (std::count_if(sets.begin(), sets.end(), [&](const Set& one) { return one.holds(height); }) >= quorum) {
      return height;
    }
  }
  return 0;
}

}  // namespace

bool DposConfirmations::may_confirm(ValidatorIndex producer, Height height, const DposClaim& claim) const {
  if (claim.confirms == 0) return claim == DposClaim{};
  if (claim.confirms > height || height - claim.confirms < confirmed_[producer.value].last) return false;
  return claim.since <= height && (claim.since == 0 ? claim.agreed == 0 : claim.agreed < claim.since);
}

// The highest height that a quorum holds is the end of one of the sets.
void DposConfirmations::confirm(ValidatorIndex producer, Height height, const DposClaim& claim) {
  if (claim.confirms == 0) return;
  Range& own = confirmed_[producer.value];
  const Height first = height - claim.confirms + 1;
  own = own.last + 1 == first && own.first <= own.last ? Range{own.first, height} : Range{first, height};
  std::vector<Height> ends;
  for (const Range& range : confirmed_) ends.push_back(range.last);
  proposed_ = std::max(proposed_, highest_in_quorum(confirmed_, std::move(ends)));
  const Implied implied{std::min(claim.agreed, proposed_), {std::max<Height>(claim.since, 1), proposed_}};
  if (implied.last() == 0) return;  // what was implied before stays true
  implied_[producer.value] = implied;
  ends.clear();
  for (const Implied& one : implied_) ends.insert(ends.end(), {one.agreed, one.last()});
  irreversible_ = std::max(irreversible_, highest_in_quorum(implied_, std::move(ends)));
}

}  // namespace bsn
