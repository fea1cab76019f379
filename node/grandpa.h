// GRANDPA: validators vote, round by round, for chains, and what more than two thirds agree on is final.
//
// Protocol: Stewart and Kokoris-Kogia, "GRANDPA: a Byzantine finality gadget", arXiv:2007.01693, section 3: prevote for
// the best chain with the last round's estimate, precommit for the GHOST of the prevotes, finalise the GHOST of the
// precommits; estimate and completability as there, timer T for gossip. Fault bound: less than a third of the weight
// arbitrary; weights are stakes.
//
// The chain's voting rule is Polkadot's (Substrate's VotingRulesBuilder::default): not the last two blocks of the best
// chain, and not above three quarters of what is not final. When there is nothing new to finalise by it and nobody
// else votes, a round rests instead of voting for what is final already.
//
// Votes for one block are gathered for T/4 and gossiped as bundles (node/voter_set.h). There is no message "commit":
// the bundles of precommits that make a block final are one. Nor a message "catch up": a peer that is stuck says so
// (status, every 4T), and whoever is not behind it answers with all votes of its last two rounds. A round ahead that
// the votes heard make completable is jumped to.
//
// Votes are told to the disk before they are sent, and with them those votes of the round before which its estimate
// rests on: so nobody votes twice in a round, and all may restart at once.
//
// Left out: authority set changes; accountable safety (asking who equivocated after a fork).
// Bounds: rounds_ahead + 2 rounds are kept, each at most two blocks a voter. Cost of a bundle: O(blocks voted for times
// the height of the chain that is not final). Not for more than one thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "node/block_tree.h"
#include "node/vote_book.h"

namespace bsn {

class Grandpa {
 public:
  using Node = BlockTree::Node;
  enum Kind : std::uint32_t { prevote = 0, precommit = 1, primary = 2, status = 3 };

  static constexpr std::uint64_t rounds_ahead = 4;
  static constexpr Height unvoted = 2;  // the last blocks of the best chain

  struct Setup {
    std::uint64_t chain_seed = 0;
    std::optional<ValidatorIndex> self;
    SharedList<std::uint64_t> stake;  // one per validator
    Duration gossip{};                // T
  };

  // What it wants done, in this order.
  struct Wishes {
    bool persist = false;                                                     // state()
    std::vector<std::pair<std::optional<ValidatorIndex>, TreeVote>> all_but;  // to every neighbour but this one
    std::vector<std::pair<ValidatorIndex, TreeVote>> to;
  };

  // `tree` outlives it. `state`: what state() gave last, or empty.
  Grandpa(Setup setup, const BlockTree& tree, std::string_view state, Instant now);

  // Refuses what is malformed or not signed by all whom it names.
  void hear(Instant now, ValidatorIndex from, const TreeVote& bundle, Wishes& wishes);

  // Does whatever is due: after hear(), when the tree has changed, and at due().
  void advance(Instant now, Wishes& wishes);
  std::optional<Instant> due() const { return due_; }

  // The highest block that the votes heard make final, if it is above the tree's root.
  const Node* final_block() const;

  std::uint64_t round() const { return round_; }
  std::string state() const;

 private:
  struct Round {
    VoteBook prevotes, precommits;
    Digest hint;  // of the primary
    Height hint_height = 0;
  };
  struct Own {
    Height height = 0;
    Digest block;
  };
  // Of a round, as far as its votes are known.
  struct Standing {
    const Node* ghost = nullptr;  // of the prevotes; null: none
    const Node* estimate = nullptr;
    bool completable = false;
    bool prevotes_settled = false;  // no child of the ghost can get enough prevotes
  };

  Round& round_at(std::uint64_t round);
  bool has_honest_voter(const VoterSet& voters) const;
  bool is_known(const TreeVote& bundle, const VoterSet& voters) const;
  bool take(std::uint64_t round, std::uint32_t kind, const TreeVote& bundle, const VoterSet& voters,
            std::optional<ValidatorIndex> from);
  void answer(Instant now, ValidatorIndex to, std::uint64_t their_round, Wishes& wishes);
  void tell_all(std::uint64_t round, std::vector<TreeVote>& bundles) const;

  std::uint64_t weight_of(const VoteBook& book, const Node& block) const;
  std::uint64_t known_weight(const VoteBook& book) const;
  const Node* node_of(Height height, const Digest& block) const;
  const Node* ghost(const VoteBook& book) const;
  bool can_reach(const VoteBook& book, std::uint64_t for_it) const;
  bool a_child_can_reach(const VoteBook& book, const Node& block) const;
  Standing standing(std::uint64_t round) const;

  const Node* estimate_before() const;
  const Node* choose_prevote() const;
  bool something_new() const;
  bool act(Instant now, Wishes& wishes);
  bool may_precommit(Instant now, const Standing& here) const;
  void cast(Kind kind, const Node& block, Wishes& wishes);
  void give_hint(Wishes& wishes);
  void start(std::uint64_t round, Instant now, Wishes& wishes);
  void jump(Instant now, Wishes& wishes);
  void find_final();
  void send_gathered(Instant now, Wishes& wishes);
  bool waits_for_votes() const;
  void say_stuck(Instant now, Wishes& wishes);
  void set_due(Instant now);
  void restore(std::string_view state);

  std::uint32_t validators() const { return static_cast<std::uint32_t>(setup_.stake.size()); }
  VoteBook::Weigh weigh() const {
    return [this](ValidatorIndex v) { return setup_.stake[v.value]; };
  }

  Setup setup_;
  const BlockTree& tree_;
  std::uint64_t total_ = 0;
  std::uint64_t tolerated_ = 0;
  std::uint64_t enough_ = 0;
  std::map<std::uint64_t, Round> rounds_;
  std::uint64_t round_ = 1;
  std::optional<Own> own_prevote_, own_precommit_;
  Instant started_{};
  Instant progress_{};  // the last start of a round or question
  std::optional<Instant> gathered_until_;
  std::map<ValidatorIndex, Instant> answered_;
  Height final_height_ = 0;
  Digest final_digest_;
  std::optional<Instant> due_;
};

}  // namespace bsn
