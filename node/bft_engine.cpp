#include "node/bft_engine.h"

#include <algorithm>
#include <utility>

#include "node/bft_rules.h"
#include "node/seat_sets.h"

namespace bsn {

BftEngine::BftEngine(const EngineConfig& config, const DurableState& durable, const BlockSealed& tip, Instant now)
    : config_(config),
      bft_(std::get<BftParameters>(config.parameters)),
      tip_(tip),
      founders_of_chain_(founders_of(config)),
      wanted_(wanted_of(config.validators, config.voters)),
      voters_(founders_of_chain_, tip),
      rounds_(0),
      claims_(0) {
  grow();
  compare_voters();
  if (durable.bft_vote) memory_ = BftVoteMemory(*durable.bft_vote);
  std::vector<EngineOutput> none;
  Turn turn{now, none};
  enter_height(turn);
  stall_at_ = now;  // the first wake-up: timers start, and what was signed before a restart is sent again
}

void BftEngine::step(Instant now, const EngineInput& input, std::vector<EngineOutput>& out) {
  Turn turn{now, out};
  std::visit([&](const auto& one) { on(turn, one); }, input);
  refresh(turn);
}

void BftEngine::advance_to(Instant now, std::vector<EngineOutput>& out) {
  Turn turn{now, out};
  fire_time_outs(turn);
  if (stall_at_ && *stall_at_ <= now) fire_stall(turn);
  refresh(turn);
}

std::optional<Instant> BftEngine::next_wakeup() const {
  if (decided_) return std::nullopt;
  auto first = earlier(propose_deadline_, may_propose_at());
  first = earlier(first, earlier(prevote_deadline_, precommit_deadline_));
  return earlier(first, stall_at_);
}

// ---- inputs ----

void BftEngine::on(Turn& turn, const MessageArrived& input) {
  if (input.from.value >= seats_ || input.from == config_.self) return;
  if (const auto* vote = std::get_if<BftVote>(&*input.message)) return hear(turn, input, *vote);
  if (const auto* proposal = std::get_if<BftProposal>(&*input.message)) return hear(turn, input, *proposal);
  if (const auto* decided = std::get_if<BftDecided>(&*input.message)) return hear(turn, input, *decided);
}

void BftEngine::on(Turn& turn, const WorkWaiting& input) {
  if (work_ == 0 && input.transactions > 0) work_since_ = turn.now;
  work_ = input.transactions;
}

void BftEngine::on(Turn& turn, const BatchOffered& input) {
  if (!std::exchange(awaiting_batch_, false) || decided_ || step_ != Step::propose) return;
  if (input.transactions.empty()) {
    // Nothing to propose after all; the mempool says so when that changes.
    work_ = 0;
    own_work_open_ = false;
    const auto due = may_propose_at();
    if (!due || *due > turn.now) return;
  }
  auto proposal = std::make_shared<Proposal>();
  proposal->height = height_;
  proposal->parent = tip_.hash;
  proposal->time = std::max(turn.now, tip_.time);
  proposal->proposer = *config_.self;
  proposal->seal = voters_.seal_for(would_change_voters() ? next_voters() : voters_.seats());
  proposal->transactions = input.transactions;
  own_work_open_ = own_work_open_ || !input.transactions.empty();
  propose(turn, proposal, -1);
}

void BftEngine::on(Turn& turn, const BlockSealed& input) {
  if (input.height < height_) return;
  tip_ = input;
  if (!tip_.proposal && decided_ && decided_->height == tip_.height) tip_.proposal = decided_;
  enter_height(turn);
  show_presence(turn);
  const auto kept = std::exchange(kept_, {});
  std::fill(kept_of_.begin(), kept_of_.end(), std::uint8_t{0});
  for (const MessageArrived& message : kept) {
    const auto* vote = std::get_if<BftVote>(&*message.message);
    const Height height = vote ? vote->height : std::get<BftProposal>(*message.message).height;
    if (height == height_) on(turn, message);
  }
}

void BftEngine::hear(Turn& turn, const MessageArrived& input, const BftProposal& message) {
  if (!admit(turn, input, message.height, message.round)) return;
  if (message.round > round_ + max_rounds_ahead) return apply_rules(turn, round_);
  if (input.from != proposer_of(message.round)) return;
  BftRound& heard = rounds_.at(message.round);
  if (heard.proposal || !message.proposal) return;
  heard.proposal = BftKnownProposal{message.proposal, proposal_digest(*message.proposal), message.valid_round,
                                    is_valid_proposal(config_, voters_, tip_, message, turn.now)};
  apply_rules(turn, message.round);
}

void BftEngine::hear(Turn& turn, const MessageArrived& input, const BftVote& vote) {
  if (!admit(turn, input, vote.height, vote.round)) return;
  if (vote.round <= round_ + max_rounds_ahead &&
      !rounds_.at(vote.round).votes(vote.kind).add(input.from, vote.proposal)) {
    return;  // known, or a second vote: only the first counts
  }
  apply_rules(turn, vote.round);
}

// Enough of those who have decided this height may complete what was voted in any round.
void BftEngine::hear(Turn& turn, const MessageArrived& input, const BftDecided& decided) {
  const Height at = decided.height + 1;  // where its sender is
  last_heard_[input.from.value] = std::max(last_heard_[input.from.value], at);
  if (at < height_) return help(turn, input.from, at);
  if (!voters_.has(input.from)) return;
  claims_.note(input.from, at, 0);
  if (at > height_ + 1 && fetch_again_at_ <= turn.now) fetch_if_far_behind(turn);
  if (decided.height != height_ || decided_ || !rounds_.add_decider(input.from, decided.proposal)) return;
  for (const std::uint32_t round : rounds_.known()) {
    if (try_to_decide(turn, round)) return;
  }
  apply_rules(turn, round_);
}

// Whether a message belongs to the height that is being decided and its sender votes there. Others are kept for the
// next height, or tell only how far their senders are.
bool BftEngine::admit(Turn& turn, const MessageArrived& input, Height height, std::uint32_t round) {
  last_heard_[input.from.value] = std::max(last_heard_[input.from.value], height);
  if (height < height_) {
    const bool is_late_vote = height + 1 == height_ && turn.now - sealed_at_ < mending_interval();
    if (!is_late_vote) help(turn, input.from, height);
    return false;
  }
  if (height == height_ + 1) keep_for_next_height(input, round);
  if (!voters_.has(input.from)) return false;
  claims_.note(input.from, height, round);
  if (height > height_) {
    if (height > height_ + 1 && fetch_again_at_ <= turn.now) fetch_if_far_behind(turn);
    return false;
  }
  if (decided_) return false;
  if (round < round_ && turn.now - round_started_ >= mending_interval()) help(turn, input.from, height);
  if (round >= round_ && !is_running()) {
    awake_until_ = round_ + voters_.count();
    woken_at_ = turn.now;
  }
  return true;
}

void BftEngine::keep_for_next_height(const MessageArrived& input, std::uint32_t round) {
  std::uint8_t& kept = kept_of_[input.from.value];
  if (kept >= max_kept || round > max_kept_round) return;
  ++kept;
  kept_.push_back(input);
}

void BftEngine::enter_height(Turn& turn) {
  height_ = tip_.height + 1;
  follow_voters();
  decided_.reset();
  awaiting_batch_ = false;
  own_work_open_ = false;
  locked_.reset();
  valid_.reset();
  rounds_.clear();
  sealed_at_ = turn.now;
  awake_until_ = 0;
  was_running_ = false;
  if (memory_.state().height < height_) memory_.start_height(height_);
  begin_round(turn, may_vote() ? memory_.state().round : 0);
  if (may_vote()) restore(memory_.state());
}

// Takes up what was signed at this height before a restart, in the middle of a round.
void BftEngine::restore(const BftVoteState& state) {
  if (state.proposed) {
    const BftProposal& own = *state.proposed;
    rounds_.at(own.round).proposal =
        BftKnownProposal{own.proposal, proposal_digest(*own.proposal), own.valid_round, true};
    own_work_open_ = !own.proposal->transactions.empty();
  }
  const auto know = [&](std::int64_t round, const ProposalPtr& value, std::optional<Digest>& digest) {
    if (!value) return;
    digest = proposal_digest(*value);
    auto& known = rounds_.at(static_cast<std::uint32_t>(round)).proposal;
    if (!known) known = BftKnownProposal{value, *digest, -1, true};
  };
  know(state.locked_round, state.locked, locked_);
  know(state.valid_round, state.valid, valid_);
  for (const BftVote& vote : state.votes) rounds_.at(vote.round).votes(vote.kind).add(*config_.self, vote.proposal);
  if (memory_.has_voted(round_, BftVoteKind::prevote)) step_ = Step::prevote;
  if (memory_.has_voted(round_, BftVoteKind::precommit)) step_ = Step::precommit;
}

}  // namespace bsn
