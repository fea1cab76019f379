// Raft as a consensus engine: elections, replication, commitment, batches, and the log behind sealed blocks.
//
// Sources: Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm" (USENIX ATC 2014), whose
// sections the comments name; Ongaro's thesis, "Consensus: Bridging Theory and Practice" (2014), for pre-vote (9.6),
// the lease against disturbing candidates (4.2.3) and check-quorum (6.2).
//
//   elections    A validator that hears no leader for [1x, 2x) of the election timeout asks for pre-votes and campaigns
//                only if a majority would elect it. Who heard a leader less than 1x ago denies both kinds of vote.
//   check-quorum A leader that heard from less than a majority within 1x steps down, at its next heartbeat.
//   replication  Entries go to each follower as RaftProgress allows; followers learn of a commit at once.
//   heights      A proposal's height is that of the proposal before it in the log + 1; its parent is zero: entries are
//                pipelined, the ledger chains the blocks when they are sealed.
//   trimming     Entries behind sealed blocks go, but for `kept_entries`. A follower that needs older ones gets a
//                RaftInstall, fetches blocks (FetchBlocks) and goes on behind them.
//   voters       Who votes is a log entry that counts from when it is appended (thesis, 4.1), and stands in the seal of
//                every proposal behind it (core/voters_seal.h). The leader leads from what is to what is wanted
//                (set_voters) by one seat at a time: the last change is committed, and so is an
//                entry of the leader's own term (the flaw that Ongaro made known in 2015, raft-dev, "bug in
//                single-server membership changes"); a seat that comes has caught up in rounds before
//                (node/raft_catch_up.h). A leader that is removed leads, uncounted, until that is committed (4.2.2).
//   lost disks   A seat whose disk is lost is never used again: its city comes back on a new seat. Votes and replies
//                name the seat, and who is asked for a vote by a candidate that does not count its seat gives none. So
//                nothing that an earlier life of a city said or voted is taken for what the present one does.
//
// Idle, a network of m sends one heartbeat per interval and follower and its reply; nothing is written.
// Messages may be lost, repeated, reordered or old. What makes no sense (another family's, from an unknown validator or
// from itself, entries that don't continue) is ignored. Persist outputs stand before the messages that rely on them.
// Not for more than one thread.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "node/consensus_engine.h"
#include "node/quorum.h"
#include "node/raft_batcher.h"
#include "node/raft_catch_up.h"
#include "node/raft_log.h"
#include "node/raft_progress.h"

namespace bsn {

class RaftEngine final : public ConsensusEngine {
 public:
  // config.parameters holds RaftParameters. Of `durable` the Raft parts are used.
  RaftEngine(const EngineConfig& config, const DurableState& durable, const BlockSealed& tip, Instant now);

  void step(Instant now, const EngineInput& input, std::vector<EngineOutput>& out) override;
  void advance_to(Instant now, std::vector<EngineOutput>& out) override;
  std::optional<Instant> next_wakeup() const override;
  std::uint32_t fault_bound() const override {
    return crash_fault_bound(static_cast<std::uint32_t>(log_.voters().size()));
  }
  bool forwards_to_leader_only() const override { return true; }
  void set_voters(std::uint32_t seats, const std::vector<ValidatorIndex>& voters) override;
  std::vector<ValidatorIndex> committed_voters() const override;

 private:
  enum class Role : std::uint8_t { follower, pre_candidate, candidate, leader };

  // One call of step or advance_to.
  struct Turn {
    Instant now;
    std::vector<EngineOutput>& out;
  };

  void on(Turn& turn, const MessageArrived& input);
  void on(Turn& turn, const WorkWaiting& input);
  void on(Turn& turn, const BatchOffered& input);
  void on(Turn& turn, const BlockSealed& input);

  void receive(Turn& turn, ValidatorIndex from, const RaftVoteRequest& request);
  void receive(Turn& turn, ValidatorIndex from, const RaftVoteReply& reply);
  void receive(Turn& turn, ValidatorIndex from, const RaftAppend& append);
  void receive(Turn& turn, ValidatorIndex from, const RaftAppendReply& reply);
  void receive(Turn& turn, ValidatorIndex from, const RaftInstall& install);
  void receive(Turn&, ValidatorIndex, const BftProposal&) {}
  void receive(Turn&, ValidatorIndex, const BftVote&) {}
  void receive(Turn&, ValidatorIndex, const BftDecided&) {}
  void receive(Turn&, ValidatorIndex, const TreeBlock&) {}
  void receive(Turn&, ValidatorIndex, const TreeVote&) {}
  void receive(Turn&, ValidatorIndex, const TreeRequest&) {}
  void receive(Turn&, ValidatorIndex, const TreeOffer&) {}

  // Roles and elections: raft_election.cpp.
  void campaign(Turn& turn);
  void start_election(Turn& turn);
  void ask_for_votes(Turn& turn, std::uint64_t term, bool pre_vote);
  void count_vote(Turn& turn, ValidatorIndex from);
  void become_leader(Turn& turn);
  void become_follower(Turn& turn, std::uint64_t term, std::optional<ValidatorIndex> leader);
  void follow(Turn& turn, ValidatorIndex leader, std::uint64_t term);
  void set_leader(Turn& turn, std::optional<ValidatorIndex> leader);
  void restart_election_timer(Instant now);
  bool hears_a_leader(Instant now) const;
  bool hears_a_majority(Instant now) const;
  void answer_pre_vote(Turn& turn, ValidatorIndex from, const RaftVoteRequest& request);

  // Who votes: raft_membership.cpp.
  bool is_voter(ValidatorIndex seat) const;
  std::uint32_t quorum() const;
  bool may_campaign() const;
  bool is_alone() const;
  bool hears(ValidatorIndex seat, Instant now) const;
  bool may_change_voters() const;
  void pursue_wish(Turn& turn);
  void add_voter(Turn& turn, ValidatorIndex seat);
  void note_catch_up(const Turn& turn, ValidatorIndex seat);
  void stop_catch_up();
  void remove_voter(Turn& turn, ValidatorIndex seat);
  void change_voters(Turn& turn, std::vector<ValidatorIndex> voters);
  void leave_removed_behind(Turn& turn);

  // The leader's half of replication.
  void append_own(Turn& turn, ProposalPtr proposal);
  void heartbeat(Turn& turn);
  bool replicate(Turn& turn, ValidatorIndex to);
  void replicate_to_all(Turn& turn);
  void tell_position(Turn& turn, ValidatorIndex to);
  void send_append(Turn& turn, ValidatorIndex to, std::vector<RaftEntry> entries);
  std::uint64_t on_a_majority() const;
  bool commit_by_counting(Turn& turn);
  bool may_cut() const;
  void cut_if_due(Turn& turn);

  // The follower's half.
  bool agrees_before(const RaftAppend& append) const;
  bool take_entries(Turn& turn, const RaftAppend& append);
  void adopt_install(Turn& turn);

  // Both.
  void commit_to(Turn& turn, std::uint64_t index);
  std::uint64_t sealed_index() const;
  void trim(Turn& turn);
  void persist_vote(Turn& turn);
  void send(Turn& turn, std::optional<ValidatorIndex> to, ConsensusMessage message);
  void reply_to_append(Turn& turn, ValidatorIndex to, bool success, std::uint64_t match);

  ValidatorIndex self_;
  std::uint32_t seats_;
  std::vector<ValidatorIndex> wanted_;  // who shall vote
  RaftParameters parameters_;
  Random random_;

  // Durable.
  std::uint64_t term_ = 0;
  std::optional<ValidatorIndex> voted_for_;
  bool vote_changed_ = false;  // not yet persisted; done before the next message leaves
  RaftLog log_;

  std::uint64_t commit_;                        // log_.base().index <= commit_ <= log_.last_index()
  Height decided_;                              // of the last Decide, or of the last sealed block if that is higher
  BlockSealed sealed_;                          // where the ledger stands
  std::optional<RaftInstall> pending_install_;  // waits for its blocks; always of committed entries

  Role role_ = Role::follower;
  std::optional<ValidatorIndex> leader_;
  std::uint64_t announced_term_ = 0;  // of the last LeaderIs
  Instant heard_leader_;              // meaningful while leader_ is another
  Duration election_timeout_;         // drawn anew for each election
  Instant election_due_;
  std::set<ValidatorIndex> votes_;  // (pre-)candidate: who granted; at most one entry per validator

  // Leader only.
  std::map<ValidatorIndex, RaftProgress> progress_;  // of the other voters, who comes, and who is about to go
  std::optional<RaftCatchUp> catch_up_;              // of who comes
  Instant heartbeat_due_;
  RaftBatcher batcher_;
  bool batch_wanted_ = false;  // WantBatch is out, BatchOffered comes next
};

}  // namespace bsn
