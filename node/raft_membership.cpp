// Who votes, and how the leader changes that: one seat at a time, as the engine's header says.
#include <algorithm>
#include <utility>

#include "node/raft_engine.h"
#include "node/seat_sets.h"

namespace bsn {
void RaftEngine::set_voters(std::uint32_t seats, const std::vector<ValidatorIndex>& voters) {
  seats_ = seats;
  wanted_ = wanted_of(seats, voters);
}

std::vector<ValidatorIndex> RaftEngine::committed_voters() const { return log_.voters_at(commit_); }

bool RaftEngine::is_voter(ValidatorIndex seat) const { return contains(log_.voters(), seat); }

std::uint32_t RaftEngine::quorum() const { return majority(static_cast<std::uint32_t>(log_.voters().size())); }

// Who is on its way out may still be needed as a leader until that is committed (4.2.2); who restarted does not know
// what was, so whoever was in then may be.
bool RaftEngine::may_campaign() const { return log_.may_be_voter(self_, commit_); }

// Nobody else to speak to, and nobody to come.
bool RaftEngine::is_alone() const { return progress_.empty() && wanted_ == log_.voters(); }

bool RaftEngine::hears(ValidatorIndex seat, Instant now) const {
  const auto known = progress_.find(seat);
  return known != progress_.end() && now < known->second.heard() + parameters_.election_timeout;
}

// Only upon a configuration that is committed, and with an entry of the own term committed: else two leaders could
// count majorities that do not overlap. A leader that knows less seats than there are voters has an old wish.
bool RaftEngine::may_change_voters() const {
  return role_ == Role::leader && log_.voters_index() <= commit_ && log_.term_at(commit_) == term_ &&
         log_.voters().back().value < seats_;
}

// Who is gone goes first, for it counts as one that is down; then come the new ones; who still serves goes last, the
// leader itself behind all others.
void RaftEngine::pursue_wish(Turn& turn) {
  if (!may_change_voters()) return;
  std::vector<ValidatorIndex> unwanted = without(log_.voters(), wanted_);
  const auto gone = std::find_if(unwanted.begin(), unwanted.end(),
                                 [&](ValidatorIndex seat) { return seat != self_ && !hears(seat, turn.now); });
  if (gone != unwanted.end()) return remove_voter(turn, *gone);
  const std::vector<ValidatorIndex> missing = without(wanted_, log_.voters());
  if (!missing.empty()) return add_voter(turn, missing.front());
  stop_catch_up();
  const auto other = std::find_if(unwanted.begin(), unwanted.end(), [&](ValidatorIndex seat) { return seat != self_; });
  if (!unwanted.empty()) remove_voter(turn, other == unwanted.end() ? self_ : *other);
}

void RaftEngine::add_voter(Turn& turn, ValidatorIndex seat) {
  if (!catch_up_ || catch_up_->seat() != seat) {
    stop_catch_up();
    catch_up_.emplace(seat, log_.last_index(), turn.now);
    progress_.insert_or_assign(seat, RaftProgress(log_.last_index(), turn.now));
    tell_position(turn, seat);
    return;
  }
  if (!catch_up_->done() || !hears(seat, turn.now)) return;
  catch_up_.reset();
  change_voters(turn, with(log_.voters(), seat));
}

void RaftEngine::note_catch_up(const Turn& turn, ValidatorIndex seat) {
  if (!catch_up_ || catch_up_->seat() != seat) return;
  catch_up_->reached(progress_.at(seat).match(), log_.last_index(), turn.now, parameters_.election_timeout);
}

void RaftEngine::stop_catch_up() {
  if (!catch_up_) return;
  progress_.erase(catch_up_->seat());
  catch_up_.reset();
}

// It goes on getting entries until its removal is committed, so that it learns of it.
void RaftEngine::remove_voter(Turn& turn, ValidatorIndex seat) {
  std::vector<ValidatorIndex> voters = log_.voters();
  std::erase(voters, seat);
  if (!voters.empty()) change_voters(turn, std::move(voters));
}

void RaftEngine::change_voters(Turn& turn, std::vector<ValidatorIndex> voters) {
  turn.out.push_back(PersistConsensus{RaftLogWrite{{log_.append(term_, nullptr, std::move(voters))}}});
  replicate_to_all(turn);
  commit_by_counting(turn);
}

// Once a configuration is committed: who is not in it gets nothing any more, and a leader that is not gives up.
void RaftEngine::leave_removed_behind(Turn& turn) {
  if (log_.voters_index() > commit_) return;
  std::erase_if(progress_, [&](const auto& one) {
    return !is_voter(one.first) && !(catch_up_ && catch_up_->seat() == one.first);
  });
  if (!is_voter(self_)) become_follower(turn, term_, std::nullopt);
}

}  // namespace bsn
