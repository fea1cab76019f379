// Delegated proof of stake: scheduled producers take turns of several blocks (EOS; XuperChain's TDPoS and XPoS).
//
// Protocol: dpos_schedule.h says whose slot it is. At the beginning of its slot a producer makes a block on the best
// tip that it has; the block's time is its slot's. A producer that is down or late leaves its slot empty. What comes
// too late for the next producer's first block is a dropped fork: it builds on the best block it has seen.
// Finality, as a parameter:
//   last_irreversible  EOS: implied confirmations in the blocks (dpos_confirmations.h). The best branch is the one with
//                      the highest proposed irreversible block, then the highest irreversible one, then the longest.
//                      (nodeos begins with the irreversible one. But those who are locked, see below, must find
//                      together, and a branch with a higher proposed one holds whatever is irreversible elsewhere.)
//   chained_bft        XuperChain: producers vote for the block that is their best tip; votes go to the next producers
//                      (f + 1 of them, so that a crashed one can't lose them all); the next block carries the
//                      certificate; three in a row are final (dpos_chain.h). The best branch has the latest
//                      certificate, then the greatest height.
//   confirmations      k blocks stand upon it; the longest branch is the best.
//
// Fault bound for m producers: (m-1)/3 arbitrary ones with last_irreversible and chained_bft, whatever the network
// does. With confirmations it is 0: there is no agreement when a network stays cut for k blocks, and any producer can
// fork. Why EOS' rule is safe here: a producer confirms each height once, over all branches (it remembers up to where).
// It is locked on the highest proposed irreversible block that it stands for, and confirms on another branch only when
// that has a higher one. So let a block at h be irreversible, hence more than two thirds locked at h or above it: to
// get another branch proposed irreversible at or above h, one of these had to confirm there after it was locked, which
// needs such a branch before. nodeos 1.x/2.0 has no such lock, and its producer stays silent on a branch that is
// shorter than what it has signed; here it makes blocks that confirm nothing. In a healthy network all that makes no
// difference. Why the chained one is: the paper's proof, with slots as views; see vote().
//
// Sources: EOSIO/eos:libraries/chain/block_header_state.cpp, fork_database.cpp, plugins/producer_plugin (1.8 ... 2.0);
// xuperchain/xuperchain:core/consensus/tdpos, common/chainedbft; arXiv:1803.05069.
// Modelled: signatures (keyed digests), their aggregation in certificates. Left out: elections of producers and changes
// of the schedule, the pacemaker's new-view messages (slots pass by the clock), explicit EOS confirmations.
//
// A producer that lost its disk confirms and votes as if it were new: it counts as faulty until what it had signed is
// final. It does learn from its own blocks when it hears them again.
//
// Costs per block and peer: a digest or two to check the signature; with chained BFT two more per vote, and f + 1
// messages per vote. Not for more than one thread.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "node/dpos_chain.h"
#include "node/dpos_seal.h"
#include "node/dpos_votes.h"
#include "node/tree_engine.h"

namespace bsn {

class DposEngine : public TreeEngine {
 public:
  // How far ahead of the own clock a block's slot may be (nodeos: block_from_the_future).
  static constexpr Duration allowed_future = seconds(7);

  DposEngine(const EngineConfig& config, const DurableState& durable, Instant now);

  std::uint32_t fault_bound() const override;

 private:
  using Slot = DposSchedule::Slot;

  DposEngine(const EngineConfig& config, const DurableState& durable, Instant now,
             const std::shared_ptr<DposChain>& chain);
  void remember(const DurableState& durable);

  // ---- blocks of others ----
  Verdict check(Instant now, const Proposal& proposal, const Node& parent) override;
  bool within_limits(const Proposal& proposal) const;
  bool is_sealed_right(const Proposal& proposal, const Node& parent) const;
  bool is_certificate_right(const DposCertificate& certificate, const Node& parent) const;

  // ---- which branch ----
  bool better(const Node& a, const Node& b) const override;
  std::uint64_t certified_slot(const Node& node) const;
  bool descends_from(const Node& node, Height height, const Digest& block) const;
  Height final_height() override;
  void on_block(Instant now, const Node& node, Outputs& out) override;
  void on_best_chain(Instant now, Outputs& out) override;

  // ---- own blocks ----
  void on_timer(Instant now, Outputs& out) override;
  std::optional<Instant> timer() const override;
  Instant block_time(Instant now) const override { return due_ ? due_->time : now; }
  std::vector<TransactionPtr> choose(std::vector<TransactionPtr> offered) override;
  std::string seal(Instant time, const std::vector<TransactionPtr>& offered) override;
  DposClaim claim_on(const Node& tip) const;
  Height agreement(const DposMemory::Own& own, const Node& tip) const;
  void remember_own(const Node& node);
  bool lock_allows(const Node& tip) const;
  bool lock_on_proposed(const Node& node);
  void persist(Outputs& out) const;

  // ---- votes ----
  void vote(Instant now, Outputs& out);
  bool may_vote(Instant now, const Node& tip) const;
  void send(Instant now, const TreeVote& vote, Outputs& out);
  void on_vote(Instant now, ValidatorIndex from, const TreeVote& vote, Outputs& out) override;
  void count(Instant now, const TreeVote& vote, Outputs& out);

  bool is(DposParameters::Finality finality) const { return chain_->is(finality); }
  const DposState& state(const Node& node) const { return chain_->at(node.digest); }
  bool produces() const;

  std::shared_ptr<DposChain> chain_;  // shared with the base, which asks for weights before this object is whole
  DposMemory memory_;
  std::optional<Slot> due_;  // the next own slot; nullopt: not a producer
  DposVotes votes_;
  DposCertificate best_certificate_;     // of those gathered here
  std::vector<TransactionPtr> chosen_;   // for the block that is being sealed
  std::optional<std::uint64_t> turn_{};  // of the last LeaderIs
};

}  // namespace bsn
