#include "tests/node/bft_liar.h"

#include <algorithm>
#include <memory>

namespace bsn {

std::optional<ConsensusMessage> BftLiar::tell(std::uint32_t from, std::uint32_t to, const ConsensusMessage& truth) {
  if (const auto* proposal = std::get_if<BftProposal>(&truth)) {
    values_[proposal->height].push_back(proposal_digest(*proposal->proposal));
  }
  if (std::count(liars_.begin(), liars_.end(), from) == 0) return truth;
  if (random_.chance(0.05) && old_.size() < 1000) old_.push_back(truth);
  if (!random_.chance(share_)) return truth;
  ++lies_;
  if (random_.chance(0.1) && !old_.empty()) return old_[random_.below(old_.size())];
  if (const auto* vote = std::get_if<BftVote>(&truth)) {
    if (random_.chance(0.1)) return claim(to, vote->height);
    return lie(to, *vote);
  }
  if (const auto* proposal = std::get_if<BftProposal>(&truth)) return lie(to, *proposal);
  return truth;
}

// That something is decided which may not be, to each something else.
BftDecided BftLiar::claim(std::uint32_t to, Height height) {
  const auto& values = values_[height];
  return {height, values.empty() ? sha256("nothing") : values[(to + random_.below(2)) % values.size()]};
}

std::optional<ConsensusMessage> BftLiar::lie(std::uint32_t to, BftVote vote) {
  const auto& values = values_[vote.height];
  switch (random_.below(8)) {
    case 0:
      return std::nullopt;
    case 1:
      vote.round += static_cast<std::uint32_t>(random_.below(3) == 0 ? 1'000'000 : 1);
      return vote;
    case 2:
      vote.height += random_.below(3) == 0 ? 1'000'000 : 1;
      return vote;
    case 3:
      vote.kind = vote.kind == BftVoteKind::prevote ? BftVoteKind::precommit : BftVoteKind::prevote;
      return vote;
    case 4:
      vote.proposal = sha256(std::to_string(random_.next()));  // of a proposal that nobody made
      return vote;
    case 5:
      vote.proposal = Digest{};
      return vote;
    default:  // for one value to these and for another to those
      if (!values.empty()) vote.proposal = values[(to + random_.below(2)) % values.size()];
      return vote;
  }
}

std::optional<ConsensusMessage> BftLiar::lie(std::uint32_t to, BftProposal message) {
  switch (random_.below(6)) {
    case 0:
      return std::nullopt;
    case 1:
      message.valid_round = static_cast<std::int64_t>(random_.below(message.round + 2)) - 1;
      return message;
    case 2:
      message.round += 1;
      return message;
    case 3: {
      auto wrong = std::make_shared<Proposal>(*message.proposal);
      wrong->parent = sha256("another chain");
      message.proposal = wrong;
      return message;
    }
    default:
      message.proposal = twin_of(*message.proposal, 1 + to % 2);
      values_[message.height].push_back(proposal_digest(*message.proposal));
      return message;
  }
}

}  // namespace bsn
