#include "node/bft_vote_memory.h"

#include <algorithm>
#include <utility>

#include "core/check.h"

namespace bsn {

void BftVoteMemory::start_height(Height height) {
  state_ = BftVoteState{};
  state_.height = height;
}

bool BftVoteMemory::has_voted(std::uint32_t round, BftVoteKind kind) const {
  return std::any_of(state_.votes.begin(), state_.votes.end(),
                     [&](const BftVote& vote) { return vote.round == round && vote.kind == kind; });
}

bool BftVoteMemory::has_proposed(std::uint32_t round) const {
  return state_.proposed && state_.proposed->round == round;
}

void BftVoteMemory::vote(const BftVote& vote) {
  BSN_CHECK(vote.height == state_.height && vote.round >= state_.round, "a vote in the past");
  BSN_CHECK(!has_voted(vote.round, vote.kind), "a second vote");
  enter(vote.round);
  state_.votes.push_back(vote);
}

void BftVoteMemory::propose(const BftProposal& proposal) {
  BSN_CHECK(proposal.height == state_.height && proposal.round >= state_.round, "a proposal in the past");
  BSN_CHECK(!has_proposed(proposal.round), "a second proposal");
  enter(proposal.round);
  state_.proposed = proposal;
}

void BftVoteMemory::lock(std::int64_t round, ProposalPtr proposal) {
  state_.locked_round = round;
  state_.locked = std::move(proposal);
}

void BftVoteMemory::set_valid(std::int64_t round, ProposalPtr proposal) {
  state_.valid_round = round;
  state_.valid = std::move(proposal);
}

void BftVoteMemory::enter(std::uint32_t round) {
  state_.round = round;
  const auto is_old = [&](const BftVote& vote) { return vote.round + 1 < round; };
  std::erase_if(state_.votes, [&](const BftVote& vote) { return is_old(vote) && vote.proposal.is_zero(); });
  while (std::count_if(state_.votes.begin(), state_.votes.end(), is_old) > static_cast<int>(max_old_votes)) {
    state_.votes.erase(std::find_if(state_.votes.begin(), state_.votes.end(), is_old));
  }
}

}  // namespace bsn
