#include "node/vote_book.h"

#include <algorithm>

namespace bsn {

bool VoteBook::add(Height height, const Digest& block, const VoterSet& voters, std::optional<ValidatorIndex> from,
                   const Weigh& weigh) {
  const Target* known = find(block);
  if (known != nullptr && known->height != height) return false;
  const VoterSet fresh = known == nullptr ? voters : voters.minus(known->voters);
  if (fresh.minus(equivocated_).empty()) return false;
  Target& target = target_of(height, block);
  const bool had_unsent = !target.unsent.empty();
  bool news = false;
  fresh.for_each([&](ValidatorIndex voter) { news |= add_one(target, voter, weigh); });
  if (!news) {
    if (target.voters.empty()) targets_.pop_back();
    return false;
  }
  if (!had_unsent) {
    target.source = from;
  } else if (target.source != from) {
    target.source.reset();
  }
  return true;
}

bool VoteBook::add_one(Target& target, ValidatorIndex voter, const Weigh& weigh) {
  const std::uint64_t weight = equivocated_.contains(voter) ? 0 : weigh(voter);
  if (weight == 0) return false;
  if (voted_.contains(voter)) {
    const auto first = std::find_if(targets_.begin(), targets_.end(),
                                    [&](const Target& other) { return other.voters.contains(voter); });
    first->weight -= weight;
    equivocated_.add(voter);
    equivocating_ += weight;
  } else {
    voted_.add(voter);
    target.weight += weight;
  }
  target.voters.add(voter);
  target.unsent.add(voter);
  return true;
}

bool VoteBook::has(const Digest& block, const VoterSet& voters) const {
  const Target* known = find(block);
  return known != nullptr && known->voters.contains_all(voters);
}

const VoteBook::Target* VoteBook::find(const Digest& block) const {
  const auto found =
      std::find_if(targets_.begin(), targets_.end(), [&](const Target& target) { return target.block == block; });
  return found == targets_.end() ? nullptr : &*found;
}

VoteBook::Target& VoteBook::target_of(Height height, const Digest& block) {
  if (const Target* known = find(block)) return targets_[static_cast<std::size_t>(known - targets_.data())];
  targets_.push_back({height, block, VoterSet(validators_), 0, VoterSet(validators_), {}});
  return targets_.back();
}

void VoteBook::take_unsent(const std::function<void(const Target&, const VoterSet&)>& pass_on) {
  for (Target& target : targets_) {
    if (target.unsent.empty()) continue;
    pass_on(target, target.unsent);
    target.unsent.clear();
    target.source.reset();
  }
}

bool VoteBook::has_unsent() const {
  return std::any_of(targets_.begin(), targets_.end(), [](const Target& target) { return !target.unsent.empty(); });
}

}  // namespace bsn
