// How a BFT validator gets on after messages were lost, and helps others to do so.
#include <algorithm>
#include <utility>

#include "node/bft_engine.h"

namespace bsn {

// What mends a loss is paced by how long an answer takes, not by how patient the protocol is with a slow validator:
// some wait 10 s and more for votes. So the vote time-out, but at most 1 s: twice the longest round trip between two
// cities.
Duration BftEngine::mending_interval() const { return std::min(bft_.vote_timeout, seconds(1)); }

// Waiting for a proposal in round 0 needs nobody's help: its time-out does.
bool BftEngine::watches_for_stall() const {
  if (announces_itself_ || claims_.any_higher(one_correct())) return true;
  if (waits_) return stalls_ < resends_at_rest;
  if (step_ == Step::propose && round_ == 0) return false;
  return is_running() || stalls_ < resends_at_rest;
}

void BftEngine::made_progress(Instant now) {
  stalls_ = 0;
  stall_at_ = now + time_out(mending_interval()) * 2;
}

void BftEngine::fire_stall(Turn& turn) {
  if (decided_) return;
  if (std::exchange(announces_itself_, false)) {
    resend(turn, std::nullopt);
    made_progress(turn.now);
    return apply_rules(turn, round_);  // what was restored may be enough to get on
  }
  ++stalls_;
  const std::uint32_t backoff = std::min(1u << std::min(stalls_, 16u), max_backoff);
  stall_at_ = turn.now + time_out(mending_interval()) * (2 * backoff);
  resend(turn, std::nullopt);
  fetch(turn);
}

// Own votes and proposal of this height; where there are none, what was decided at the last one.
void BftEngine::resend(Turn& turn, std::optional<ValidatorIndex> to) {
  const BftVoteState& own = memory_.state();
  if (own.height != height_ || show_presence(turn)) return;
  if (own.proposed) send(turn, to, *own.proposed);
  for (const BftVote& vote : own.votes) send(turn, to, vote);
  if (!own.votes.empty()) return;
  tell_decision(turn, to);
}

// Of a block that was fetched before a restart the proposal is not known: whoever needs the block fetches it too.
void BftEngine::tell_decision(Turn& turn, std::optional<ValidatorIndex> to) {
  if (tip_.proposal) send(turn, to, BftDecided{tip_.height, proposal_digest(*tip_.proposal)});
}

// A message of an earlier height or round: if its sender has not come further, shows it what it missed. At most once
// per interval for each.
void BftEngine::help(Turn& turn, ValidatorIndex from, Height height) {
  Instant& until = helped_until_[from.value];
  if (turn.now < until || !claims_.is_behind(from)) return;
  until = turn.now + mending_interval();
  if (height + 1 == height_ && !memory_.state().votes.empty()) tell_decision(turn, from);
  resend(turn, from);
}

// Asks someone who can be expected to have the blocks that are missing here; another one each time.
void BftEngine::fetch(Turn& turn) {
  std::optional<ValidatorIndex> from;
  Height wanted = height_;
  if (const auto higher = claims_.higher_height(one_correct())) {
    from = claims_.someone_higher(fetch_cursor_);
    wanted = *higher - 1;
  } else {
    from = rounds_.precommitter(one_correct(), fetch_cursor_, *config_.self);
  }
  if (!from) return;
  fetch_cursor_ = from->value + 1;
  fetch_again_at_ = turn.now + mending_interval();
  turn.out.emplace_back(FetchBlocks{*from, wanted});
}

// One height behind is a matter of a moment, more than one is not.
void BftEngine::fetch_if_far_behind(Turn& turn) {
  const auto higher = claims_.higher_height(one_correct());
  if (higher && *higher > height_ + 1) fetch(turn);
}

void BftEngine::send(Turn& turn, std::optional<ValidatorIndex> to, ConsensusMessage message) {
  if (seats_ > 1) turn.out.emplace_back(SendConsensus{to, std::move(message)});
}

}  // namespace bsn
