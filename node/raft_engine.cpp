#include "node/raft_engine.h"

#include <algorithm>
#include <utility>

#include "core/check.h"
#include "core/voters_seal.h"
#include "node/seat_sets.h"

namespace bsn {
namespace {

// The entries count up from behind `previous_index`, in terms that never fall and never exceed the leader's.
bool well_formed(const RaftAppend& append) {
  std::uint64_t index = append.previous_index;
  std::uint64_t term = append.previous_term;
  for (const RaftEntry& entry : append.entries) {
    if (entry.index != ++index || entry.term < term) return false;
    term = entry.term;
  }
  return term <= append.term;
}

}  // namespace

RaftEngine::RaftEngine(const EngineConfig& config, const DurableState& durable, const BlockSealed& tip, Instant now)
    : self_(config.self.value()),
      seats_(config.validators),
      parameters_(std::get<RaftParameters>(config.parameters)),
      random_(config.random),
      log_(durable.raft_trim, durable.raft_log, founders_of(config)),
      commit_(log_.base().index),
      decided_(tip.height),
      sealed_(tip),
      batcher_(config.block, parameters_.batch_timeout) {
  set_voters(seats_, config.voters);
  BSN_CHECK(self_.value < seats_, "a validator is one of the validators");
  BSN_CHECK(tip.height >= log_.base().height, "entries are trimmed behind sealed blocks only");
  if (durable.raft_vote) {
    term_ = durable.raft_vote->term;
    voted_for_ = durable.raft_vote->voted_for;
  }
  restart_election_timer(now);
  if (is_voter(self_) && quorum() == 1) election_due_ = now;  // nobody else could lead
}

void RaftEngine::step(Instant now, const EngineInput& input, std::vector<EngineOutput>& out) {
  Turn turn{now, out};
  std::visit([&](const auto& one) { on(turn, one); }, input);
  persist_vote(turn);
}

void RaftEngine::advance_to(Instant now, std::vector<EngineOutput>& out) {
  Turn turn{now, out};
  if (role_ == Role::leader) {
    if (!is_alone() && heartbeat_due_ <= now) heartbeat(turn);
    cut_if_due(turn);
  } else if (may_campaign() && election_due_ <= now) {
    campaign(turn);
  }
  persist_vote(turn);
}

std::optional<Instant> RaftEngine::next_wakeup() const {
  if (role_ != Role::leader) return may_campaign() ? std::optional(election_due_) : std::nullopt;
  const std::optional<Instant> batch = may_cut() ? batcher_.due() : std::nullopt;
  return is_alone() ? batch : earlier(heartbeat_due_, batch);
}

// ---- inputs ----

void RaftEngine::on(Turn& turn, const MessageArrived& input) {
  if (input.from == self_ || input.from.value >= seats_) return;
  std::visit([&](const auto& message) { receive(turn, input.from, message); }, *input.message);
}

void RaftEngine::on(Turn& turn, const WorkWaiting& input) {
  batcher_.waiting(turn.now, input);
  cut_if_due(turn);
}

void RaftEngine::on(Turn& turn, const BatchOffered& input) {
  if (!std::exchange(batch_wanted_, false)) return;
  batcher_.cut(turn.now, input);
  if (role_ != Role::leader || input.transactions.empty()) return;
  auto proposal = std::make_shared<Proposal>();
  proposal->height = log_.last_height() + 1;
  proposal->time = std::max(turn.now, log_.last_proposal_time().value_or(sealed_.time));
  proposal->proposer = self_;
  proposal->transactions = input.transactions;
  proposal->seal = voters_seal(log_.voters());
  append_own(turn, std::move(proposal));
  replicate_to_all(turn);
  commit_by_counting(turn);
  cut_if_due(turn);
}

void RaftEngine::on(Turn& turn, const BlockSealed& input) {
  if (input.height <= sealed_.height) return;
  sealed_ = input;
  decided_ = std::max(decided_, input.height);
  if (pending_install_ && pending_install_->height <= sealed_.height) adopt_install(turn);
  trim(turn);
}

// ---- the leader's half of replication ----

void RaftEngine::append_own(Turn& turn, ProposalPtr proposal) {
  turn.out.push_back(PersistConsensus{RaftLogWrite{{log_.append(term_, std::move(proposal))}}});
}

void RaftEngine::heartbeat(Turn& turn) {
  if (!hears_a_majority(turn.now)) return become_follower(turn, term_, std::nullopt);
  heartbeat_due_ = turn.now + parameters_.heartbeat;
  for (const auto& one : progress_) tell_position(turn, one.first);
  pursue_wish(turn);
}

// Whether anything went out.
bool RaftEngine::replicate(Turn& turn, ValidatorIndex to) {
  RaftProgress& follower = progress_.at(to);
  bool sent = false;
  while (follower.may_send() && follower.next() <= log_.last_index()) {
    sent = true;
    if (follower.next() <= log_.base().index) {
      tell_position(turn, to);
      break;
    }
    std::vector<RaftEntry> entries = log_.slice(follower.next(), {});
    const std::uint64_t last = entries.back().index;
    send_append(turn, to, std::move(entries));
    follower.sent(last);
  }
  return sent;
}

void RaftEngine::replicate_to_all(Turn& turn) {
  for (const auto& one : progress_) replicate(turn, one.first);
}

// Where we believe the follower to be, without entries: a heartbeat, or the way to the blocks if its next entry is
// gone.
void RaftEngine::tell_position(Turn& turn, ValidatorIndex to) {
  RaftProgress& follower = progress_.at(to);
  if (follower.next() > log_.base().index) return send_append(turn, to, {});
  follower.installing();
  const std::uint64_t index = sealed_index();
  send(turn, to, RaftInstall{term_, index, *log_.term_at(index), log_.height_at(index), log_.voters_at(index)});
}

void RaftEngine::send_append(Turn& turn, ValidatorIndex to, std::vector<RaftEntry> entries) {
  const std::uint64_t previous = progress_.at(to).next() - 1;
  send(turn, to, RaftAppend{term_, previous, *log_.term_at(previous), commit_, std::move(entries)});
}

void RaftEngine::receive(Turn& turn, ValidatorIndex from, const RaftAppendReply& reply) {
  if (reply.follower != from) return;
  if (reply.term > term_) return become_follower(turn, reply.term, std::nullopt);
  if (role_ != Role::leader || reply.term < term_ || reply.match > log_.last_index()) return;
  const auto known = progress_.find(from);
  if (known == progress_.end()) return;
  RaftProgress& follower = known->second;
  follower.heard_at(turn.now);
  if (reply.success) {
    const bool news = follower.accepted(reply.match);
    note_catch_up(turn, from);
    if (news && commit_by_counting(turn)) return cut_if_due(turn);
  } else if (!follower.refused(reply.match, log_.base().index)) {
    return;
  }
  replicate(turn, from);
  if (catch_up_ && catch_up_->done()) pursue_wish(turn);
}

// Commits what a majority has, if it is of our own term: an older entry on a majority could still be overwritten
// (section 5.4.2, figure 8); it is committed along with the first own one behind it. Whether anything was.
bool RaftEngine::commit_by_counting(Turn& turn) {
  const std::uint64_t index = on_a_majority();
  if (index <= commit_ || log_.term_at(index) != term_) return false;
  commit_to(turn, index);
  for (const auto& [seat, follower] : progress_) {
    const bool agreeing = follower.state() == RaftProgress::State::replicate;
    if (agreeing && !replicate(turn, seat)) send_append(turn, seat, {});
  }
  leave_removed_behind(turn);
  return true;
}

// The last entry that a majority of the voters has.
std::uint64_t RaftEngine::on_a_majority() const {
  std::vector<std::uint64_t> has;
  has.reserve(log_.voters().size());
  for (const ValidatorIndex v : log_.voters()) has.push_back(v == self_ ? log_.last_index() : progress_.at(v).match());
  const auto nth = has.begin() + (quorum() - 1);
  std::nth_element(has.begin(), nth, has.end(), std::greater<>());
  return *nth;
}

bool RaftEngine::may_cut() const {
  const Height uncommitted = log_.last_height() - log_.height_at(commit_);
  return role_ == Role::leader && !batch_wanted_ && uncommitted < parameters_.max_inflight_batches;
}

void RaftEngine::cut_if_due(Turn& turn) {
  const std::optional<Instant> due = batcher_.due();
  if (!due || *due > turn.now || !may_cut()) return;
  batch_wanted_ = true;
  turn.out.push_back(WantBatch{log_.last_height() + 1});
}

// ---- the follower's half ----

void RaftEngine::receive(Turn& turn, ValidatorIndex from, const RaftAppend& append) {
  if (append.term < term_) return reply_to_append(turn, from, false, 0);
  if (!well_formed(append) || (append.term == term_ && role_ == Role::leader)) return;
  follow(turn, from, append.term);
  if (!agrees_before(append)) {
    const std::uint64_t hint = std::max(log_.before_conflict(append.previous_index), commit_);
    return reply_to_append(turn, from, false, hint);
  }
  if (!take_entries(turn, append)) return;
  const std::uint64_t agreed = std::max(append.previous_index + append.entries.size(), commit_);
  commit_to(turn, std::min(append.commit, agreed));
  reply_to_append(turn, from, true, agreed);
}

// What is committed here is in every later leader's log (section 5.4.3), so it needs no comparing.
bool RaftEngine::agrees_before(const RaftAppend& append) const {
  return append.previous_index <= commit_ || log_.term_at(append.previous_index) == append.previous_term;
}

bool RaftEngine::take_entries(Turn& turn, const RaftAppend& append) {
  std::optional<std::vector<RaftEntry>> fresh = log_.take(append.entries, commit_);
  if (!fresh) return false;
  if (!fresh->empty()) turn.out.push_back(PersistConsensus{RaftLogWrite{std::move(*fresh)}});
  return true;
}

// The entries that we miss are gone at the leader. It is told at once where we are, and once more when the blocks came.
void RaftEngine::receive(Turn& turn, ValidatorIndex from, const RaftInstall& install) {
  if (install.term < term_) return reply_to_append(turn, from, false, 0);
  if (install.last_term > install.term || install.voters.empty()) return;
  if (install.term == term_ && role_ == Role::leader) return;
  follow(turn, from, install.term);
  if (install.last_index > commit_ && log_.term_at(install.last_index) == install.last_term) {
    commit_to(turn, install.last_index);
  }
  if (install.last_index <= commit_) return reply_to_append(turn, from, true, commit_);
  if (!pending_install_) pending_install_ = install;
  if (pending_install_->height <= sealed_.height) return adopt_install(turn);
  turn.out.push_back(FetchBlocks{from, pending_install_->height});
  reply_to_append(turn, from, false, commit_);
}

void RaftEngine::adopt_install(Turn& turn) {
  const RaftInstall install = *std::exchange(pending_install_, std::nullopt);
  if (install.last_index > commit_) {
    const RaftLogTrim base{install.last_index, install.last_term, install.height, install.voters};
    log_.reset_to(base);
    commit_ = base.index;
    turn.out.push_back(PersistConsensus{base});
  }
  if (leader_ && role_ == Role::follower) reply_to_append(turn, *leader_, true, commit_);
}

// ---- both ----

// Heights that the ledger already has, because blocks were fetched or replayed, are not decided again.
void RaftEngine::commit_to(Turn& turn, std::uint64_t index) {
  while (commit_ < index) {
    const ProposalPtr& proposal = log_.at(++commit_).proposal;
    if (!proposal || proposal->height <= decided_) continue;
    decided_ = proposal->height;
    turn.out.push_back(Decide{proposal});
  }
  trim(turn);
}

// The last committed entry whose block, and all before it, are sealed.
std::uint64_t RaftEngine::sealed_index() const {
  std::uint64_t index = commit_;
  while (index > log_.base().index && log_.height_at(index) > sealed_.height) --index;
  return index;
}

// In steps of a quarter of what is kept, so that not every block costs a write.
void RaftEngine::trim(Turn& turn) {
  const std::uint64_t step = parameters_.kept_entries / 4 + 1;
  const std::uint64_t index = sealed_index();
  if (index - log_.base().index < parameters_.kept_entries + step) return;
  log_.trim_to(index - parameters_.kept_entries);
  turn.out.push_back(PersistConsensus{log_.base()});
}

void RaftEngine::persist_vote(Turn& turn) {
  if (!std::exchange(vote_changed_, false)) return;
  turn.out.push_back(PersistConsensus{RaftVoteState{term_, voted_for_}});
}

void RaftEngine::send(Turn& turn, std::optional<ValidatorIndex> to, ConsensusMessage message) {
  persist_vote(turn);
  turn.out.push_back(SendConsensus{to, std::move(message)});
}

void RaftEngine::reply_to_append(Turn& turn, ValidatorIndex to, bool success, std::uint64_t match) {
  send(turn, to, RaftAppendReply{term_, success, match, self_});
}

}  // namespace bsn
