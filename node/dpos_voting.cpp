// The part of DposEngine that votes and gathers votes (chained BFT).
#include <algorithm>

#include "node/dpos_engine.h"

namespace bsn {

// Algorithm 3 and 4 of the paper: one vote per slot, never for an earlier slot; only for a block that descends from the
// locked one, or whose branch carries a later certificate. The lock then follows the block's branch. All that is on
// disk before the vote leaves.
void DposEngine::vote(Instant now, Outputs& out) {
  const Node& tip = tree().tip();
  if (!may_vote(now, tip)) return;
  const DposState& of_tip = state(tip);
  memory_.voted = of_tip.slot;
  if (of_tip.locked.slot > memory_.lock_slot) {
    memory_.lock_slot = of_tip.locked.slot;
    memory_.lock_height = of_tip.locked.height;
    memory_.lock = of_tip.locked.block;
  }
  persist(out);
  send(now, sign(dpos_vote(of_tip.slot, tip.height, tip.digest)), out);
}

bool DposEngine::may_vote(Instant now, const Node& tip) const {
  const DposState& of_tip = state(tip);
  const DposParameters& parameters = chain_->parameters();
  if (of_tip.slot <= memory_.voted) return false;
  // A vote for a block that others have long built upon helps nobody: it comes while one catches up.
  if (tip.proposal->time + parameters.slot * (parameters.turn_blocks + 3) < now) return false;
  return memory_.lock_height <= tree().root().height || of_tip.certified.slot > memory_.lock_slot ||
         descends_from(tip, memory_.lock_height, memory_.lock);
}

// To the next f + 1 producers in the schedule, the first of whom is up to need it.
void DposEngine::send(Instant now, const TreeVote& vote, Outputs& out) {
  const DposSchedule& schedule = chain_->schedule();
  Slot slot = schedule.slot(vote.round + 1);
  for (std::uint32_t i = 0; i <= fault_bound() && i < schedule.producers(); ++i) {
    if (slot.producer == *config().self) {
      count(now, vote, out);
    } else {
      out.push_back(SendConsensus{slot.producer, vote});
    }
    slot = schedule.slot((schedule.turn(slot.number) + 1) * chain_->parameters().turn_blocks);
  }
}

void DposEngine::on_vote(Instant now, ValidatorIndex, const TreeVote& vote, Outputs& out) {
  const DposSchedule& schedule = chain_->schedule();
  if (!is(DposParameters::Finality::chained_bft) || !produces()) return;
  if (vote.kind != dpos_vote_kind || !vote.extra.empty() || !schedule.is_producer(vote.voter)) return;
  const auto latest = schedule.next(now + allowed_future).number;
  if (vote.round == 0 || vote.round > latest) return;
  count(now, vote, out);
}

void DposEngine::count(Instant now, const TreeVote& vote, Outputs& out) {
  const auto certificate = votes_.add(vote);
  if (!certificate || certificate->slot <= best_certificate_.slot) return;
  best_certificate_ = *certificate;
  follow_best(now, out);
}

}  // namespace bsn
