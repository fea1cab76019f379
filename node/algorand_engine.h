// Algorand: blocks by Byzantine agreement among committees drawn by stake; final at once, without forks.
//
// Protocol: BA* as go-algorand/agreement has it (Chen et al., "Algorand Agreement", 2018). A round (a height) goes
// through periods. At a period's start whoever the lottery makes a proposer proposes; after filter_timeout all
// soft-vote for the proposal with the best credential, or for the value that the period before left them (pinned);
// with enough soft votes and the block at hand they cert-vote; a block with enough cert votes is final. At
// deadline_timeout, and then again and again, they next-vote: for the value with enough soft votes, else for the pinned
// one, else for none; enough next votes begin the next period with that value pinned. Committees are drawn anew for
// every step (node/sortition.h); sizes and thresholds: go-algorand config/consensus.go, v10; next votes: 5000, 3838.
//
// Safety: less than about 2/5 of the stake arbitrary, in the mean over draws; liveness: more than 80 % at work, which
// fault_bound() says: (m-1)/5. (With the thresholds above a third of the validators crashed stops the chain until some
// are back; it never forks.)
//
// In terms of TreeEngine: proposals stand in the tree as leaves on the last final block. A block is adopted before it
// is cert-voted, so that it is on the disk by then, and finalised when its certificate is heard. Only in a period that
// failed may an adopted block be undone. Proposals with a worse credential than one heard are neither kept nor passed
// on, until votes ask for them. Votes for one value travel in bundles, gathered for gather.
//
// Reduced: of the next steps only the first is there; after it the votes of fast recovery (late for a value with enough
// soft votes, redo for the pinned one, down for none) come at once, each at most once in a period, and are told again
// at most a deadline apart. They are steps of their own, so it does not matter who began the period when. A certificate
// is not stored in the block; a peer that is behind gets the newest one and the blocks below it.
//
// Own votes, the soft votes that a cert vote rests on, the pinned value, the last certificate and what began the period
// are on the disk before a vote is sent. Seal: the period, 4 bytes, big-endian. Bounds: books_max vote books. Not for
// more than one thread.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "node/sortition.h"
#include "node/tree_engine.h"
#include "node/vote_book.h"

namespace bsn {

std::unique_ptr<ConsensusEngine> make_algorand_engine(const EngineConfig& config, const DurableState& durable,
                                                      Instant now);

std::string algorand_seal(std::uint32_t period);
std::optional<std::uint32_t> read_algorand_seal(std::string_view bytes);

class AlgorandEngine final : public TreeEngine {
 public:
  enum Step : std::uint32_t { propose = 0, soft = 1, cert = 2, next = 3, late = 4, redo = 5, down = 6 };

  static constexpr Duration gather = milliseconds(100);
  static constexpr Duration clock_tolerance = milliseconds(500);
  static constexpr std::uint64_t periods_ahead = 8;
  static constexpr std::size_t books_max = 128;
  static constexpr double next_committee = 5000;
  static constexpr double next_threshold = 3838;

  AlgorandEngine(const EngineConfig& config, const DurableState& durable, Instant now);
  std::uint32_t fault_bound() const override { return (config().validators - 1) / 5; }

 private:
  using BookKey = std::tuple<Height, std::uint64_t, std::uint32_t>;  // height, period, step
  using Votes = std::vector<TreeVote>;
  struct Value {
    Height height = 0;
    Digest block;
  };
  struct Credential {
    std::uint64_t priority = 0;
    Digest block;
  };

  Verdict check(Instant now, const Proposal& proposal, const Node& parent) override;
  const Node& best_tip() const override;
  Height final_height() override;
  std::string seal(Instant time, const std::vector<TransactionPtr>& offered) override;
  void on_block(Instant now, const Node& node, Outputs& out) override;
  bool is_genuine(const TreeVote&) const override { return true; }  // on_vote opens the bundle
  void on_vote(Instant now, ValidatorIndex from, const TreeVote& vote, Outputs& out) override;
  void on_timer(Instant now, Outputs& out) override { go_on(now, out); }
  std::optional<Instant> timer() const override { return due_; }

  void note_credential(const Node& node);
  SortitionOf draw_of(Height height, std::uint64_t period, std::uint32_t step, ValidatorIndex voter) const;
  std::uint64_t weight_of(Height height, std::uint64_t period, std::uint32_t step, ValidatorIndex voter) const;
  double committee(std::uint32_t step) const;
  double threshold(std::uint32_t step) const;
  VoteBook::Weigh weigh(const BookKey& key) const;

  bool take(const TreeVote& vote, std::optional<ValidatorIndex> from);
  bool is_expected(const TreeVote& vote, const VoterSet& voters) const;
  void make_room();
  std::optional<Digest> quorum(const BookKey& key) const;
  TreeVote bundle(const BookKey& key, const VoteBook::Target& target, const VoterSet& voters) const;
  Votes proof(const BookKey& key) const;
  void help(Instant now, ValidatorIndex to, const TreeVote& vote, Outputs& out);

  void go_on(Instant now, Outputs& out);
  void look_for_certificate(Instant now, Outputs& out);
  void look_for_next_period(Instant now, Outputs& out);
  void begin_round(Instant now, Outputs& out);
  void begin_period(Instant now, std::uint64_t period, const Digest& pinned, Votes proof, Outputs& out);
  void maybe_propose(Instant now, Outputs& out);
  void show_again(const Digest& block, Outputs& out) const;
  Digest candidate() const;
  void maybe_soft_vote(Instant now, Outputs& out);
  void maybe_cert_vote(Instant now, Outputs& out);
  void maybe_next_vote(Instant now, Outputs& out);
  void cast_next(Outputs& out);
  bool has_next_voted() const { return nexts_[0].has_value(); }
  Digest next_value() const;
  bool is_staged(const Digest& value) const;
  bool left_open_before() const;
  void cast(std::uint32_t step, const Digest& block, Outputs& out);
  void send_gathered(Instant now, Outputs& out);
  void tell_period_again(Outputs& out);
  void send_all(const Votes& votes, Outputs& out) const;
  void send_all(const TreeVote& vote, std::optional<ValidatorIndex> except, Outputs& out) const;
  void ask_for(Instant now, const Digest& block, Outputs& out);
  bool is_here(const Digest& block) const { return !block.is_zero() && tree().find(block) != nullptr; }
  void set_due(Instant now);

  void persist(Outputs& out) const;
  void restore(std::string_view state);

  AlgorandParameters parameters_;
  Height height_ = 0;  // the round
  std::uint64_t period_ = 0;
  Instant started_{};  // the period
  Digest pinned_;      // zero: none
  bool proposed_ = false;
  std::optional<Digest> soft_, cert_;           // own votes of this period
  std::array<std::optional<Digest>, 4> nexts_;  // likewise: next, late, redo, down
  std::uint32_t turns_ = 0;                     // next votes begun
  Instant next_at_{};

  std::map<BookKey, VoteBook> books_;
  std::map<std::pair<Height, std::uint64_t>, Credential> best_;  // proposal of a height and period
  Value certified_;
  Digest favourite_;  // has enough soft votes
  Votes certificate_, period_proof_;
  std::optional<Instant> gathered_until_;
  std::map<ValidatorIndex, Instant> helped_;
  std::pair<Instant, Digest> asked_{};
  std::optional<ValidatorIndex> last_from_;
  bool look_again_ = false;
  std::optional<Instant> due_;
};

}  // namespace bsn
