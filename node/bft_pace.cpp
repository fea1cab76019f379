// When a BFT validator proposes, waits and rests.
#include <algorithm>

#include "node/bft_engine.h"
#include "node/bft_rules.h"

namespace bsn {

ValidatorIndex BftEngine::proposer_of(std::uint32_t round) const { return bft_proposer(bft_, voters_, tip_, round); }

Duration BftEngine::time_out(Duration base) const { return bft_timeout(bft_, base, round_); }

// Whether a proposal is to be expected at this height, so that waiting for it makes sense.
bool BftEngine::is_running() const {
  return may_vote() && (has_work() || has_step() || makes_empty_blocks() || round_ < awake_until_);
}

// When this round's proposal is due, by all that this validator knows. Only while is_running().
std::optional<Instant> BftEngine::proposal_due() const {
  if (!is_running()) return std::nullopt;
  if (round_ > 0) return std::max(round_started_, running_since_);
  std::optional<Instant> due;
  if (has_work()) due = earlier(due, std::max(sealed_at_ + bft_.interval, work_since_));
  if (has_step()) due = earlier(due, std::max(sealed_at_ + bft_.interval, running_since_));
  if (round_ < awake_until_) due = earlier(due, std::max(sealed_at_ + bft_.interval, woken_at_));
  if (makes_empty_blocks()) due = earlier(due, sealed_at_ + std::max(bft_.interval, bft_.empty_interval));
  return due;
}

// When this validator itself proposes in this round; nullopt: not its turn, done, or nothing to propose.
std::optional<Instant> BftEngine::may_propose_at() const {
  if (decided_ || awaiting_batch_ || step_ != Step::propose || !may_vote()) return std::nullopt;
  if (proposer_ != config_.self || memory_.has_proposed(round_)) return std::nullopt;
  if (valid_ || (round_ > 0 && (has_work() || would_change_voters() || makes_empty_blocks()))) return round_started_;
  std::optional<Instant> due;
  if (has_work()) due = earlier(due, std::max(sealed_at_ + bft_.interval, work_since_));
  if (would_change_voters()) due = earlier(due, sealed_at_ + bft_.interval);
  if (makes_empty_blocks()) due = earlier(due, sealed_at_ + std::max(bft_.interval, bft_.empty_interval));
  return due;
}

// Brings proposal and timers up to date after whatever happened in this turn.
void BftEngine::refresh(Turn& turn) {
  if (decided_) return;
  if (is_running() && !was_running_) running_since_ = turn.now;
  was_running_ = is_running();
  propose_if_due(turn);
  if (decided_) return;
  const auto due = step_ == Step::propose ? proposal_due() : std::nullopt;
  propose_deadline_.reset();
  if (due) propose_deadline_ = *due + time_out(bft_.propose_timeout);  // line 21
  if (!watches_for_stall()) {
    stall_at_.reset();
  } else if (!stall_at_) {
    stall_at_ = turn.now + time_out(mending_interval()) * 2;
  }
  announce_leader(turn);
}

void BftEngine::announce_leader(Turn& turn) {
  if (announced_leader_ == proposer_) return;
  if (proposer_.value >= config_.validators) return;  // the own assignment is behind the chain
  announced_leader_ = proposer_;
  turn.out.emplace_back(LeaderIs{proposer_, round_});
}

}  // namespace bsn
