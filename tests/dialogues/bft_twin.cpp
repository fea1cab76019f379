#include "tests/dialogues/bft_twin.h"

#include <memory>

namespace bsn {

ProposalPtr twin_of(const Proposal& proposal, std::int64_t nanoseconds_later) {
  auto twin = std::make_shared<Proposal>(proposal);
  twin->time = twin->time + nanoseconds(nanoseconds_later);
  return twin;
}

void SecondFace::see(const ConsensusMessage& message) {
  const auto* proposal = std::get_if<BftProposal>(&message);
  if (!proposal) return;
  auto& twin = twins_[proposal_digest(*proposal->proposal)];
  if (!twin) twin = twin_of(*proposal->proposal);
}

ConsensusMessage SecondFace::turn(ConsensusMessage message) const {
  if (auto* proposal = std::get_if<BftProposal>(&message)) {
    const auto at = twins_.find(proposal_digest(*proposal->proposal));
    if (at != twins_.end()) proposal->proposal = at->second;
  }
  if (auto* vote = std::get_if<BftVote>(&message)) {
    const auto at = twins_.find(vote->proposal);
    if (at != twins_.end()) vote->proposal = proposal_digest(*at->second);
  }
  return message;
}

}  // namespace bsn
