// Who leads: roles, terms and votes of the Raft engine.
#include <algorithm>

#include "node/raft_engine.h"

namespace bsn {

// Nobody leads as far as we know. First the question whether a campaign could succeed at all, which leaves our term
// alone: so a validator that was cut off does not force an election when it comes back.
void RaftEngine::campaign(Turn& turn) {
  role_ = Role::pre_candidate;
  set_leader(turn, std::nullopt);
  restart_election_timer(turn.now);
  votes_.clear();
  ask_for_votes(turn, term_ + 1, true);
  count_vote(turn, self_);
}

void RaftEngine::start_election(Turn& turn) {
  role_ = Role::candidate;
  ++term_;
  voted_for_ = self_;
  vote_changed_ = true;
  restart_election_timer(turn.now);
  votes_.clear();
  ask_for_votes(turn, term_, false);
  count_vote(turn, self_);
}

void RaftEngine::ask_for_votes(Turn& turn, std::uint64_t term, bool pre_vote) {
  if (log_.voters() == std::vector{self_}) return;
  send(turn, std::nullopt, RaftVoteRequest{term, pre_vote, log_.last_index(), log_.last_term(), self_, log_.voters()});
}

void RaftEngine::count_vote(Turn& turn, ValidatorIndex from) {
  if (is_voter(from)) votes_.insert(from);
  if (votes_.size() < quorum()) return;
  if (role_ == Role::pre_candidate) {
    start_election(turn);
  } else if (role_ == Role::candidate) {
    become_leader(turn);
  }
}

// The no-op makes everything before it committable: an entry of an earlier term never is by itself (section 5.4.2).
void RaftEngine::become_leader(Turn& turn) {
  persist_vote(turn);
  role_ = Role::leader;
  votes_.clear();
  progress_.clear();
  catch_up_.reset();
  for (const ValidatorIndex v : log_.voters()) {
    if (v != self_) progress_.emplace(v, RaftProgress(log_.last_index(), turn.now));
  }
  heartbeat_due_ = turn.now + parameters_.heartbeat;
  batcher_.restart(turn.now);
  append_own(turn, nullptr);
  set_leader(turn, self_);
  replicate_to_all(turn);
  commit_by_counting(turn);
}

void RaftEngine::become_follower(Turn& turn, std::uint64_t term, std::optional<ValidatorIndex> leader) {
  if (term > term_) {
    term_ = term;
    voted_for_.reset();
    vote_changed_ = true;
  }
  // A candidate keeps its timer: being told of a higher term is no sign of a leader (section 5.2).
  if (role_ == Role::leader) restart_election_timer(turn.now);
  role_ = Role::follower;
  votes_.clear();
  set_leader(turn, leader);
}

void RaftEngine::follow(Turn& turn, ValidatorIndex leader, std::uint64_t term) {
  if (term > term_ || role_ != Role::follower || leader_ != leader) {
    become_follower(turn, term, leader);
    restart_election_timer(turn.now);
  }
  heard_leader_ = turn.now;
  election_due_ = turn.now + election_timeout_;
}

void RaftEngine::set_leader(Turn& turn, std::optional<ValidatorIndex> leader) {
  if (leader == leader_ && (!leader || announced_term_ == term_)) return;
  leader_ = leader;
  announced_term_ = term_;
  turn.out.push_back(LeaderIs{leader, term_});
}

// Uniform in [1x, 2x), so that elections seldom split (section 5.2).
void RaftEngine::restart_election_timer(Instant now) {
  const Duration least = parameters_.election_timeout;
  election_timeout_ = least + Duration{static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(least.ns)))};
  election_due_ = now + election_timeout_;
}

bool RaftEngine::hears_a_leader(Instant now) const {
  if (role_ == Role::leader) return true;
  return leader_ && now < heard_leader_ + parameters_.election_timeout;
}

bool RaftEngine::hears_a_majority(Instant now) const {
  const auto heard = std::count_if(log_.voters().begin(), log_.voters().end(),
                                   [&](ValidatorIndex v) { return v == self_ || hears(v, now); });
  return static_cast<std::uint32_t>(heard) >= quorum();
}

void RaftEngine::receive(Turn& turn, ValidatorIndex from, const RaftVoteRequest& request) {
  // Asked is who sits on this seat now, by one that sits on that seat now.
  const bool counts_us = std::binary_search(request.voters.begin(), request.voters.end(), self_);
  if (request.candidate != from || !counts_us) return;
  if (request.pre_vote) return answer_pre_vote(turn, from, request);
  if (request.term > term_) {
    if (hears_a_leader(turn.now)) return;
    become_follower(turn, request.term, std::nullopt);
  }
  const bool granted = request.term == term_ && (!voted_for_ || *voted_for_ == from) &&
                       log_.not_ahead_of(request.last_index, request.last_term);
  if (granted && !voted_for_) {
    voted_for_ = from;
    vote_changed_ = true;
    restart_election_timer(turn.now);
  }
  send(turn, from, RaftVoteReply{term_, false, granted, self_});
}

// Nothing is remembered. A refusal carries our term, so that a candidate of the past learns of it.
void RaftEngine::answer_pre_vote(Turn& turn, ValidatorIndex from, const RaftVoteRequest& request) {
  const bool granted =
      request.term > term_ && !hears_a_leader(turn.now) && log_.not_ahead_of(request.last_index, request.last_term);
  send(turn, from, RaftVoteReply{granted ? request.term : term_, true, granted, self_});
}

void RaftEngine::receive(Turn& turn, ValidatorIndex from, const RaftVoteReply& reply) {
  if (reply.voter != from) return;
  if (reply.pre_vote && reply.granted) {
    if (role_ == Role::pre_candidate && reply.term == term_ + 1) count_vote(turn, from);
  } else if (reply.term > term_) {
    become_follower(turn, reply.term, std::nullopt);
  } else if (reply.granted && role_ == Role::candidate && reply.term == term_) {
    count_vote(turn, from);
  }
}

}  // namespace bsn
