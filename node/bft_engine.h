// Byzantine fault tolerant consensus in three phases: algorithm 1 of Buchman, Kwon, Milosevic, "The latest gossip on
// BFT consensus" (arXiv:1807.04938). Line numbers in comments are that algorithm's. PBFT, CITA-BFT, dBFT and Tendermint
// are sets of BftParameters (core/chain_spec.h).
//
// f = (m-1)/3 validators may do whatever they like; what they say in their own name is authentic because the link says
// who sent it. Votes are not signed, so nobody can pass on another's vote. That never endangers agreement. It changes:
//   line 28: an unlocked validator prevotes a value proposed again without having seen its 2f+1 prevotes. Those only
//            justify leaving a lock, and a validator without a lock may prevote any valid value (as in line 23).
//   line 28: f+1 precommits of the valid round do as well as 2f+1 prevotes: one of them is a correct validator's, which
//            has seen the prevotes.
//   line 36: a round that is over may still yield a valid value (never a lock), as votes can come late.
//   liveness: a liar that shows a deciding vote to some only, and then falls silent, can keep two locks apart.
//
// Beyond the algorithm, because messages get lost here and the paper's gossip layer does not exist:
//   re-send     a validator that makes no progress sends its own votes and proposal again, at growing intervals;
//   help        whoever hears from a validator that is behind sends it the votes that show how far the others are; one
//               that is a height ahead says what it has decided, and counts as if it had voted so (node/bft_rounds.h);
//   fetch       f+1 validators at a higher height, or f+1 precommits while stuck: FetchBlocks, another one each time;
//   members     a proposer that knows of a seat that shall vote, or shall not any more, seals that into its block; who
//               does not want the same prevotes nil, unless f+1 have voted for it (node/bft_voters.h);
//   rest        a chain that makes no empty blocks runs no timer while there is no work. Another's message wakes a
//               validator for m rounds, so that each had its turn to propose what only it may have.
//
// Messages from others cost O(1). Bounds: BftRounds for this height, rounds at most max_rounds_ahead ahead of the own;
// max_kept messages per validator for the next height (rounds 0 ... max_kept_round); one claim per validator for
// everything further away. What is beyond is dropped: its sender sends it again.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "node/bft_claims.h"
#include "node/bft_rounds.h"
#include "node/bft_vote_memory.h"
#include "node/bft_voters.h"
#include "node/consensus_engine.h"

namespace bsn {

class BftEngine final : public ConsensusEngine {
 public:
  static constexpr std::uint32_t max_rounds_ahead = 8;
  static constexpr std::uint32_t max_kept = 6;
  static constexpr std::uint32_t max_kept_round = 2;
  static constexpr std::uint32_t max_backoff = 8;       // a re-send is at most this many times later than the first
  static constexpr std::uint32_t resends_at_rest = 10;  // then a validator without work falls silent

  // `config.parameters` holds BftParameters.
  BftEngine(const EngineConfig& config, const DurableState& durable, const BlockSealed& tip, Instant now);

  void step(Instant now, const EngineInput& input, std::vector<EngineOutput>& out) override;
  void advance_to(Instant now, std::vector<EngineOutput>& out) override;
  std::optional<Instant> next_wakeup() const override;
  std::uint32_t fault_bound() const override { return voters_.one_correct() - 1; }
  void set_voters(std::uint32_t seats, const std::vector<ValidatorIndex>& voters) override;
  std::vector<ValidatorIndex> committed_voters() const override { return voters_.seats(); }
  bool forwards_to_leader_only() const override { return false; }

 private:
  enum class Step : std::uint8_t { propose, prevote, precommit };
  struct Turn {
    Instant now;
    std::vector<EngineOutput>& out;
  };

  // ---- inputs (bft_engine.cpp) ----
  void on(Turn& turn, const MessageArrived& input);
  void on(Turn& turn, const WorkWaiting& input);
  void on(Turn& turn, const BatchOffered& input);
  void on(Turn& turn, const BlockSealed& input);
  void hear(Turn& turn, const MessageArrived& input, const BftProposal& message);
  void hear(Turn& turn, const MessageArrived& input, const BftVote& vote);
  void hear(Turn& turn, const MessageArrived& input, const BftDecided& decided);
  bool admit(Turn& turn, const MessageArrived& input, Height height, std::uint32_t round);
  void keep_for_next_height(const MessageArrived& input, std::uint32_t round);
  void enter_height(Turn& turn);
  void restore(const BftVoteState& state);

  // ---- algorithm 1 (bft_steps.cpp) ----
  void begin_round(Turn& turn, std::uint32_t round);
  void apply_rules(Turn& turn, std::uint32_t round);
  bool try_to_decide(Turn& turn, std::uint32_t round);
  void learn_valid(std::uint32_t round);
  bool move_on(Turn& turn);
  bool try_to_prevote(Turn& turn, const BftRound& heard);
  bool try_to_precommit(Turn& turn, const BftRound& heard);
  bool justifies_unlocking(const BftKnownProposal& proposal) const;
  void vote(Turn& turn, BftVoteKind kind, const Digest& value);
  void propose(Turn& turn, const ProposalPtr& proposal, std::int64_t valid_round);
  void propose_if_due(Turn& turn);
  void fire_time_outs(Turn& turn);

  // ---- when (bft_pace.cpp) ----
  bool has_work() const { return work_ > 0 || own_work_open_; }
  bool makes_empty_blocks() const { return bft_.empty_interval > Duration{}; }
  bool may_vote() const { return memory_.state().height == height_ && votes_; }
  bool is_running() const;
  std::optional<Instant> proposal_due() const;
  std::optional<Instant> may_propose_at() const;
  Duration time_out(Duration base) const;
  void refresh(Turn& turn);
  void announce_leader(Turn& turn);

  // ---- who votes (bft_membership.cpp) ----
  void grow();
  void follow_voters();
  void compare_voters();
  bool is_up(ValidatorIndex seat) const;
  std::vector<ValidatorIndex> next_voters() const;
  bool has_step() const { return changing_ && next_voters() != voters_.seats(); }
  bool would_change_voters() const;
  bool is_welcome(const BftKnownProposal& proposal) const;
  bool is_wanted(const Proposal& proposal) const;
  bool show_presence(Turn& turn);

  // ---- getting on after loss (bft_catch_up.cpp) ----
  Duration mending_interval() const;
  bool watches_for_stall() const;
  void made_progress(Instant now);
  void fire_stall(Turn& turn);
  void resend(Turn& turn, std::optional<ValidatorIndex> to);
  void help(Turn& turn, ValidatorIndex from, Height height);
  void tell_decision(Turn& turn, std::optional<ValidatorIndex> to);
  void fetch(Turn& turn);
  void fetch_if_far_behind(Turn& turn);

  void persist(Turn& turn) { turn.out.emplace_back(PersistConsensus{memory_.state()}); }
  void send(Turn& turn, std::optional<ValidatorIndex> to, ConsensusMessage message);
  ValidatorIndex proposer_of(std::uint32_t round) const;
  std::uint32_t quorum() const { return voters_.quorum(); }
  std::uint32_t one_correct() const { return voters_.one_correct(); }

  EngineConfig config_;  // its validators: the seats that the assignment knows
  BftParameters bft_;
  BlockSealed tip_;
  BftVoteMemory memory_;  // own votes, lock (lockedValue_p, lockedRound_p) and valid value; what was persisted last

  Height height_ = 0;        // h_p
  std::uint32_t round_ = 0;  // round_p
  ValidatorIndex proposer_;  // of this round
  Step step_ = Step::propose;
  ProposalPtr decided_;          // between Decide and BlockSealed: what was decided
  bool awaiting_batch_ = false;  // between WantBatch and BatchOffered
  BftVoters::Seats founders_of_chain_;
  BftVoters::Seats wanted_;  // who shall vote
  BftVoters voters_;         // who does, at this height
  bool changing_ = false;    // these are not the same,
  bool waits_ = false;       // and this seat is to come: it has no vote yet
  bool votes_ = true;        // this seat votes at this height
  std::uint32_t seats_ = 0;  // those that are known or vote: what is kept for each is so long
  std::vector<Height> last_heard_;
  BftRounds rounds_;
  BftClaims claims_;
  std::optional<Digest> locked_;  // digests of memory_'s locked and valid proposals
  std::optional<Digest> valid_;

  std::uint32_t work_ = 0;      // transactions waiting in the mempool
  bool own_work_open_ = false;  // an own proposal of this height had transactions and is not decided
  Instant sealed_at_;
  Instant work_since_;
  Instant round_started_;

  bool was_running_ = false;
  Instant running_since_;
  std::uint32_t awake_until_ = 0;  // woken by others up to this round
  Instant woken_at_;

  std::optional<Instant> propose_deadline_;    // OnTimeoutPropose, line 57
  std::optional<Instant> prevote_deadline_;    // OnTimeoutPrevote, line 61
  std::optional<Instant> precommit_deadline_;  // OnTimeoutPrecommit, line 65
  std::optional<Instant> stall_at_;
  std::uint32_t stalls_ = 0;      // since the last progress
  bool announces_itself_ = true;  // after a start, once
  Instant fetch_again_at_;
  std::uint32_t fetch_cursor_ = 0;
  std::vector<Instant> helped_until_;

  std::vector<MessageArrived> kept_;  // for the next height, in order of arrival
  std::vector<std::uint8_t> kept_of_;
  std::optional<ValidatorIndex> announced_leader_;
};

}  // namespace bsn
