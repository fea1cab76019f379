// Who votes, and how the proposers change that: one seat a block, as the engine's header says.
#include <algorithm>
#include <utility>

#include "node/bft_engine.h"
#include "node/seat_sets.h"

namespace bsn {
namespace {

// Whoever was heard of at a height no further back than this is up and has its blocks.
constexpr Height recent_heights = 2;

}  // namespace

void BftEngine::set_voters(std::uint32_t seats, const std::vector<ValidatorIndex>& voters) {
  config_.validators = seats;
  wanted_ = wanted_of(seats, voters);
  grow();
  compare_voters();
  announces_itself_ = true;  // at its next wake-up, which is now: what there is to do is another thing
  stall_at_ = sealed_at_;
}

void BftEngine::compare_voters() {
  changing_ = voters_.seats() != wanted_;
  votes_ = voters_.has(*config_.self);
  waits_ = !votes_ && contains(wanted_, *config_.self);
}

// What is kept for each seat, for those that are known by the assignment or vote. O(1) but when there are more.
void BftEngine::grow() {
  const std::uint32_t seats = std::max(config_.validators, voters_.seats().back().value + 1);
  if (seats <= seats_) return;
  seats_ = seats;
  helped_until_.resize(seats);
  kept_of_.resize(seats);
  last_heard_.resize(seats);
  claims_.grow(seats);
  rounds_.grow(seats);
}

// The set of the height behind the tip. Only voters' claims count.
void BftEngine::follow_voters() {
  BftVoters next(founders_of_chain_, tip_);
  if (next.seats() == voters_.seats()) return;
  for (const ValidatorIndex gone : without(voters_.seats(), next.seats())) claims_.forget(gone);
  voters_ = std::move(next);
  grow();
  compare_voters();
}

bool BftEngine::is_up(ValidatorIndex seat) const {
  return seat == config_.self || (last_heard_[seat.value] > 0 && last_heard_[seat.value] + recent_heights >= height_);
}

// The voters of the next height as this validator would have them: one step towards what is wanted, or the same. First
// come the new ones, each once it is there, so that there are never fewer voters than at the start or the end: with
// fewer, fewer liars are borne. Then goes who is gone already, then who still serves, this validator itself last.
std::vector<ValidatorIndex> BftEngine::next_voters() const {
  const std::vector<ValidatorIndex>& now = voters_.seats();
  if (const auto missing = without(wanted_, now); !missing.empty()) {
    const auto there = std::find_if(missing.begin(), missing.end(), [&](ValidatorIndex seat) { return is_up(seat); });
    return there == missing.end() ? now : with(now, *there);
  }
  const std::vector<ValidatorIndex> leaving = without(now, wanted_);
  if (leaving.empty()) return now;
  auto first = std::find_if(leaving.begin(), leaving.end(), [&](ValidatorIndex seat) { return !is_up(seat); });
  if (first == leaving.end()) first = leaving.begin() + (leaving.front() == config_.self && leaving.size() > 1 ? 1 : 0);
  return without(now, {*first});
}

// In every second round only: a change that the others do not want yet keeps nothing up.
bool BftEngine::would_change_voters() const { return round_ % 2 == 0 && has_step(); }

// Whether this validator would have the change of a valid proposal too; no change always is welcome. What others may be
// locked on must be voted for even so, or nothing is ever decided: so is what it has voted for itself before the wish
// changed, and what f+1 have voted for at this height. The first correct one among them wanted it.
bool BftEngine::is_welcome(const BftKnownProposal& proposal) const {
  if (is_wanted(*proposal.proposal)) return true;
  const std::vector<ValidatorIndex> supporters = rounds_.supporters(proposal.digest);
  return supporters.size() >= one_correct() || contains(supporters, *config_.self);
}

bool BftEngine::is_wanted(const Proposal& proposal) const {
  const auto next = voters_.after(proposal.seal);
  if (!next) return false;
  const std::vector<ValidatorIndex> come = without(*next, voters_.seats());
  const std::vector<ValidatorIndex> go = without(voters_.seats(), *next);
  return without(come, wanted_).empty() && without(go, wanted_) == go;
}

// A seat that is to vote and does not yet shows that it is there, and how far: by the vote for nothing, which nobody
// counts at a height at which it has no vote. False: it has done so, or need not.
bool BftEngine::show_presence(Turn& turn) {
  if (!waits_ || memory_.state().height != height_ || memory_.has_voted(0, BftVoteKind::prevote)) return false;
  const BftVote here{height_, 0, BftVoteKind::prevote, Digest{}};
  memory_.vote(here);
  persist(turn);
  send(turn, std::nullopt, here);
  return true;
}

}  // namespace bsn
