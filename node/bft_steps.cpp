// Algorithm 1 of arXiv:1807.04938: what a validator does upon what it has heard.
#include <utility>

#include "node/bft_engine.h"
#include "node/bft_rules.h"

namespace bsn {

// StartRound, lines 11 to 21. The proposal itself and the time-out for it follow in refresh(), when they are due.
void BftEngine::begin_round(Turn& turn, std::uint32_t round) {
  learn_valid(round_);
  round_ = round;
  proposer_ = proposer_of(round);
  step_ = Step::propose;
  round_started_ = turn.now;
  awaiting_batch_ = false;
  propose_deadline_.reset();
  prevote_deadline_.reset();
  precommit_deadline_.reset();
  claims_.move_to(height_, round);
  rounds_.trim(round, memory_.state().locked_round, memory_.state().valid_round);
  made_progress(turn.now);
}

// Whatever a message or an own vote of `round` makes possible now.
void BftEngine::apply_rules(Turn& turn, std::uint32_t round) {
  if (decided_ || try_to_decide(turn, round)) return;
  if (round < round_) learn_valid(round);
  // Line 55: f+1 validators are in a later round, so a correct one is. Where they are in different rounds, the one
  // that f+1 have reached.
  if (const auto later = claims_.later_round(one_correct())) begin_round(turn, *later);
  while (!try_to_decide(turn, round_) && move_on(turn)) {
  }
}

// Line 49: of any round.
bool BftEngine::try_to_decide(Turn& turn, std::uint32_t round) {
  if (decided_) return true;
  const BftRound* heard = rounds_.find(round);
  const auto value = heard ? heard->precommits.value_with(quorum()) : std::nullopt;
  const BftKnownProposal* known = value ? rounds_.content(*value) : nullptr;
  if (!known || !known->valid) return false;
  decided_ = known->proposal;
  turn.out.emplace_back(Decide{known->proposal});
  return true;
}

// Lines 42 and 43 for a round that is over: votes that come late tell of a valid value too. Without this only those
// that saw the prevotes in time propose the value on which some may be locked.
void BftEngine::learn_valid(std::uint32_t round) {
  const BftRound* heard = rounds_.find(round);
  if (!heard || !may_vote() || memory_.state().valid_round >= round) return;
  auto value = heard->prevotes.value_with(quorum());
  if (!value) value = heard->precommits.value_with(one_correct());
  const BftKnownProposal* known = value ? rounds_.content(*value) : nullptr;
  if (!known || !known->valid) return;
  valid_ = value;
  memory_.set_valid(round, known->proposal);
}

// One move within the present round; false: nothing more to do.
bool BftEngine::move_on(Turn& turn) {
  if (!may_vote()) return false;
  const BftRound& heard = rounds_.at(round_);
  // Line 47.
  if (!precommit_deadline_ && heard.precommits.total() >= quorum()) {
    precommit_deadline_ = turn.now + time_out(bft_.vote_timeout);
  }
  return step_ == Step::propose ? try_to_prevote(turn, heard) : try_to_precommit(turn, heard);
}

// Lines 22 to 33.
bool BftEngine::try_to_prevote(Turn& turn, const BftRound& heard) {
  if (!heard.proposal) return false;
  const BftKnownProposal& proposal = *heard.proposal;
  const bool fits_lock = !locked_ || *locked_ == proposal.digest;
  const std::int64_t locked_round = memory_.state().locked_round;
  if (proposal.valid && !fits_lock && proposal.valid_round >= locked_round && !justifies_unlocking(proposal)) {
    return false;  // its prevotes may still come, up to the time-out
  }
  const bool wanted = proposal.valid && (fits_lock || proposal.valid_round >= locked_round) && is_welcome(proposal);
  step_ = Step::prevote;
  vote(turn, BftVoteKind::prevote, wanted ? proposal.digest : Digest{});
  return true;
}

// Line 28 with its 2f+1 prevotes, or f+1 precommits, of the valid round.
bool BftEngine::justifies_unlocking(const BftKnownProposal& proposal) const {
  const BftRound* then = rounds_.find(static_cast<std::uint32_t>(proposal.valid_round));
  if (!then) return false;
  return then->prevotes.count(proposal.digest) >= quorum() || then->precommits.count(proposal.digest) >= one_correct();
}

// Lines 34 to 46.
bool BftEngine::try_to_precommit(Turn& turn, const BftRound& heard) {
  const bool has_proof =
      heard.proposal && heard.proposal->valid && heard.prevotes.count(heard.proposal->digest) >= quorum();
  if (has_proof && memory_.state().valid_round != round_) {  // lines 36 to 43
    valid_ = heard.proposal->digest;
    memory_.set_valid(round_, heard.proposal->proposal);
    if (step_ == Step::precommit) {
      persist(turn);
      return false;
    }
    locked_ = valid_;
    memory_.lock(round_, heard.proposal->proposal);
    step_ = Step::precommit;
    vote(turn, BftVoteKind::precommit, heard.proposal->digest);
    return true;
  }
  if (step_ != Step::prevote) return false;
  if (heard.prevotes.count(Digest{}) >= quorum()) {  // line 44
    step_ = Step::precommit;
    vote(turn, BftVoteKind::precommit, Digest{});
    return true;
  }
  if (!prevote_deadline_ && heard.prevotes.total() >= quorum()) {  // line 34
    prevote_deadline_ = turn.now + time_out(bft_.vote_timeout);
  }
  return false;
}

void BftEngine::vote(Turn& turn, BftVoteKind kind, const Digest& value) {
  const BftVote vote{height_, round_, kind, value};
  memory_.vote(vote);
  persist(turn);
  send(turn, std::nullopt, vote);
  rounds_.at(round_).votes(kind).add(*config_.self, value);
  (kind == BftVoteKind::prevote ? propose_deadline_ : prevote_deadline_).reset();
  made_progress(turn.now);
}

// Lines 14 to 19: the valid value if there is one, else a new one from the mempool.
void BftEngine::propose_if_due(Turn& turn) {
  const auto due = may_propose_at();
  if (!due || *due > turn.now) return;
  if (valid_) return propose(turn, memory_.state().valid, memory_.state().valid_round);
  awaiting_batch_ = true;
  turn.out.emplace_back(WantBatch{height_});
}

void BftEngine::propose(Turn& turn, const ProposalPtr& proposal, std::int64_t valid_round) {
  const BftProposal message{height_, round_, valid_round, proposal};
  memory_.propose(message);
  persist(turn);
  send(turn, std::nullopt, message);
  rounds_.at(round_).proposal =
      BftKnownProposal{proposal, valid_round >= 0 ? *valid_ : proposal_digest(*proposal), valid_round, true};
  apply_rules(turn, round_);
}

// Lines 57 to 67.
void BftEngine::fire_time_outs(Turn& turn) {
  const auto is_due = [&](const std::optional<Instant>& deadline) { return deadline && *deadline <= turn.now; };
  if (decided_) return;
  if (is_due(propose_deadline_) && step_ == Step::propose) {
    step_ = Step::prevote;
    vote(turn, BftVoteKind::prevote, Digest{});
    apply_rules(turn, round_);
  }
  if (!decided_ && is_due(prevote_deadline_) && step_ == Step::prevote) {
    step_ = Step::precommit;
    vote(turn, BftVoteKind::precommit, Digest{});
    apply_rules(turn, round_);
  }
  if (!decided_ && is_due(precommit_deadline_)) {
    // Others may have decided what was not enough here, or what never came here.
    if (rounds_.at(round_).precommits.value_with(one_correct())) fetch(turn);
    begin_round(turn, round_ + 1);
    apply_rules(turn, round_);
  }
}

}  // namespace bsn
