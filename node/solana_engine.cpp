#include "node/solana_engine.h"

#include <algorithm>
#include <map>

#include "core/byte_fields.h"
#include "node/signed_seal.h"
#include "node/solana_commons.h"
#include "node/solana_tower.h"
#include "node/tree_engine.h"
#include "node/turbine.h"

namespace bsn {
namespace {

std::uint64_t one(const Proposal&, const BlockTree::Node&) { return 1; }

class SolanaEngine : public TreeEngine {
 public:
  SolanaEngine(const EngineConfig& config, const DurableState& durable, Instant now);

  bool forwards_to_leader_only() const override { return true; }
  std::uint32_t fault_bound() const override { return (config().validators - 1) / 3; }

 protected:
  Verdict check(Instant now, const Proposal& proposal, const Node& parent) override;
  bool better(const Node& a, const Node& b) const override;
  const Node& best_tip() const override;
  Height final_height() override;
  std::string seal(Instant time, const std::vector<TransactionPtr>& offered) override;
  void on_block(Instant now, const Node& node, Outputs& out) override;
  void on_best_chain(Instant now, Outputs& out) override;
  void spread_block(const ProposalPtr& proposal, std::optional<ValidatorIndex> from, Outputs& out) override;
  void on_vote(Instant now, ValidatorIndex from, const TreeVote& vote, Outputs& out) override;
  void on_timer(Instant now, Outputs& out) override;
  std::optional<Instant> timer() const override { return due_; }

 private:
  static constexpr double switch_threshold = 0.38;
  static constexpr Duration clock_allowance = milliseconds(500);

  std::uint64_t slot_at(Instant time) const { return static_cast<std::uint64_t>(time.ns / parameters_.slot.ns); }
  Instant end_of(std::uint64_t slot) const {
    return Instant{} + parameters_.slot * static_cast<std::int64_t>(slot + 1);
  }
  static std::uint64_t slot_of(const Node& node) { return SolanaSeal::slot_of(seal_body(*node.proposal)); }
  bool is_after(const Node& parent, std::uint64_t slot) const { return !parent.proposal || slot > slot_of(parent); }
  bool is_more(std::uint64_t some, double share) const {
    return static_cast<double>(some) > share * static_cast<double>(total_stake());
  }

  void restore(const DurableState& durable);
  void settle(const DurableState& durable);
  void settle_up_to(Height height);
  TreeVoteState state() const;
  bool votes_are_signed(SolanaBlockSeal& of, std::size_t group, const Digest& block) const;
  void move_forest_root();
  void count_votes(const Node& node, const SolanaSeal& seal, VoteForest& forest) const;
  void note_own_votes(const Node& node, const SolanaSeal& seal);
  void plan(std::uint64_t from_slot);
  std::vector<SolanaVotes> waiting_votes() const;

  bool may_vote(const SolanaTower& tower) const;
  bool conflicts(const SolanaTower& tower) const;
  bool is_off_the_tip(const SolanaTower::Vote& vote) const;
  bool may_switch() const;
  bool has_proof_to_switch() const;
  bool votes_elsewhere(ValidatorIndex voter) const;
  bool is_elsewhere(Height height, const Digest& block) const;
  bool has_threshold(const SolanaTower& tower) const;
  std::uint64_t stake_upon(const SolanaTower::Vote& own) const;
  void vote_for_tip(Instant now, Outputs& out);
  void count_own_vote();
  std::uint64_t landed(ValidatorIndex voter) const {  // the newest vote that is in a block
    return voter == config().self ? own_landed_ : forest_->latest_slot(voter);
  }
  void send_vote(Instant now, const SolanaTower::Vote& last, std::string locks, Outputs& out);

  SolanaParameters parameters_;
  std::shared_ptr<SolanaCommons> commons_;
  SolanaSchedule& schedule_;
  SharedForest forest_;
  SolanaTower tower_;
  std::uint64_t made_ = 0;                      // the slot after the last one it made a block for
  std::uint64_t own_slot_ = 0;                  // the next one that it leads, or where to look further
  std::optional<Instant> due_;                  // the end of that
  std::map<ValidatorIndex, TreeVote> waiting_;  // the latest vote of each voter that reached this leader, its own too
  std::uint64_t own_landed_ = 0;                // round of the newest own vote that is in a block
  Height confirmed_ = 0;                        // the highest confirmed block of the best chain, as last seen
  std::optional<ValidatorIndex> told_;          // who leads
};

SolanaEngine::SolanaEngine(const EngineConfig& config, const DurableState& durable, Instant now)
    : TreeEngine(config, durable, one),
      parameters_(std::get<SolanaParameters>(std::get<SlotParameters>(config.parameters).policy)),
      commons_(SolanaCommons::of(config)),
      schedule_(commons_->schedule()),
      forest_(commons_->forest(tree().root().digest)),
      tower_(parameters_.tower_depth) {
  restore(durable);
  if (config.self) plan(slot_at(now));
}

void SolanaEngine::restore(const DurableState& durable) {
  Outputs none;
  tree().for_each([&](const Node& node) { on_block({}, node, none); });
  if (!durable.tree_vote) return;
  const std::string_view bytes = durable.tree_vote->bytes;
  made_ = ByteReader(bytes).u64();
  tower_ = SolanaTower::read(bytes.substr(std::min<std::size_t>(8, bytes.size())), parameters_.tower_depth);
  settle(durable);
  count_own_vote();
}

// Which of the restored votes are for blocks that are final: these can't conflict with anything.
void SolanaEngine::settle(const DurableState& durable) {
  Digest at;
  for (Height height = 1; height <= durable.final_height; ++height) {
    at = proposal_digest(*proposal_of(*durable.blocks[height - 1], at));
    for (SolanaTower::Vote& vote : tower_.votes()) vote.settled |= vote.height == height && vote.block == at;
  }
}

void SolanaEngine::settle_up_to(Height height) {
  for (SolanaTower::Vote& vote : tower_.votes()) {
    if (vote.settled || vote.height > height) continue;
    const Node* final = tree().ancestor(tree().tip(), vote.height);
    vote.settled = final != nullptr && final->digest == vote.block;
  }
}

TreeVoteState SolanaEngine::state() const {
  ByteWriter writer;
  writer.u64(made_);
  tower_.write(writer);
  return {writer.take()};
}

// ---- blocks ----

TreeEngine::Verdict SolanaEngine::check(Instant now, const Proposal& proposal, const Node& parent) {
  SolanaBlockSeal& known = commons_->seal(proposal);
  const std::optional<SolanaSeal>& seal = known.seal;
  if (!seal || proposal.time < Instant{} + parameters_.slot) return Verdict::invalid();
  if (seal->slot + 1 != slot_at(proposal.time) || !is_after(parent, seal->slot)) return Verdict::invalid();
  if (schedule_.leader(seal->slot) != proposal.proposer) return Verdict::invalid();
  if (!known.by_proposer) return Verdict::invalid();
  for (std::size_t i = 0; i < seal->votes.size(); ++i) {
    const Height height = seal->votes[i].height;
    if (height == 0 || height > parent.height) return Verdict::invalid();
    const Node* voted = tree().ancestor(parent, height);
    if (voted != nullptr && !votes_are_signed(known, i, voted->digest)) return Verdict::invalid();
  }
  if (proposal.time > now + clock_allowance) return Verdict::early(proposal.time - clock_allowance);
  return Verdict::valid();
}

// A block's ancestors follow from the block: what is found for one engine holds for all.
bool SolanaEngine::votes_are_signed(SolanaBlockSeal& of, std::size_t group, const Digest& block) const {
  if (of.genuine[group]) return true;
  const SolanaVotes& votes = of.seal->votes[group];
  std::uint64_t sum = 0;
  votes.voters.for_each([&](ValidatorIndex v) { sum += solana_vote_tag(config().chain_seed, v, block); });
  return of.genuine[group] = sum == votes.tag_sum;
}

// Its votes count from now on, on every fork.
void SolanaEngine::on_block(Instant, const Node& node, Outputs&) {
  const std::optional<SolanaSeal>& seal = commons_->seal(*node.proposal).seal;
  const Digest& root = tree().root().digest;
  forest_ = commons_->next(forest_, root, node.digest, [&](VoteForest& forest) {
    forest.move_root(root);
    forest.add(node.digest, node.proposal->parent);
    if (seal) count_votes(node, *seal, forest);
  });
  if (seal && config().self) note_own_votes(node, *seal);
}

void SolanaEngine::count_votes(const Node& node, const SolanaSeal& seal, VoteForest& forest) const {
  for (const SolanaVotes& group : seal.votes) {
    const Node* voted = tree().ancestor(node, group.height);
    if (voted != nullptr && voted->proposal) forest.vote(group.voters, slot_of(*voted) + 1, voted->digest);
  }
}

void SolanaEngine::note_own_votes(const Node& node, const SolanaSeal& seal) {
  for (const SolanaVotes& group : seal.votes) {
    const Node* voted = group.voters.contains(*config().self) ? tree().ancestor(node, group.height) : nullptr;
    if (voted != nullptr && voted->proposal) own_landed_ = std::max(own_landed_, slot_of(*voted) + 1);
  }
}

void SolanaEngine::move_forest_root() {
  const Digest& root = tree().root().digest;
  if (forest_->root() == root) return;
  forest_ = commons_->next(forest_, root, {}, [&](VoteForest& forest) { forest.move_root(root); });
}

bool SolanaEngine::better(const Node& a, const Node& b) const {
  const Node* x = &a;
  const Node* y = &b;
  while (x->height > y->height) x = x->parent;
  while (y->height > x->height) y = y->parent;
  if (x == y) return a.height > b.height;
  while (x->parent != y->parent) {
    x = x->parent;
    y = y->parent;
  }
  const std::uint64_t for_x = forest_->upon(x->digest);
  const std::uint64_t for_y = forest_->upon(y->digest);
  if (for_x != for_y) return for_x > for_y;
  if (slot_of(*x) != slot_of(*y)) return slot_of(*x) < slot_of(*y);
  return x->digest < y->digest;
}

// Of the fork of the own last vote as long as nothing proves that it may be left: so the blocks that the vote locks to
// stay stored, and are extended if all others have forgotten them.
const TreeEngine::Node& SolanaEngine::best_tip() const {
  const Node& best = TreeEngine::best_tip();
  const SolanaTower::Vote* last = config().self ? tower_.last() : nullptr;
  const Node* voted = last != nullptr && !last->settled ? tree().find(last->block) : nullptr;
  if (voted == nullptr) return best;
  const auto keeps = [&](const Node& tip) { return tree().ancestor(tip, voted->height) == voted; };
  if (keeps(best) || has_proof_to_switch()) return best;
  return tree().best([&](const Node& a, const Node& b) { return keeps(a) != keeps(b) ? keeps(a) : better(a, b); });
}

Height SolanaEngine::final_height() {
  const Node& root = tree().root();
  move_forest_root();
  settle_up_to(root.height);
  confirmed_ = std::max(std::min(confirmed_, tree().tip().height), root.height);
  const Node* at = &tree().tip();
  while (at->height > confirmed_ && !is_more(forest_->upon(at->digest), parameters_.threshold)) at = at->parent;
  confirmed_ = at->height;
  const Height upon = parameters_.tower_depth - 1;
  const Height final = confirmed_ > upon ? confirmed_ - upon : 0;
  settle_up_to(final);
  return final;
}

// Followers stand outside the tree: they hear from their neighbours.
void SolanaEngine::spread_block(const ProposalPtr& proposal, std::optional<ValidatorIndex> from, Outputs& out) {
  const SharedConsensus message(TreeBlock{proposal});
  if (config().self) {
    const Turbine turbine{config().validators, config().chain_seed};
    const std::uint64_t slot = SolanaSeal::slot_of(seal_body(*proposal));
    for (const ValidatorIndex child : turbine.children(slot, proposal->proposer, *config().self)) {
      if (child != from) out.push_back(SendConsensus{child, message});
    }
  }
  for (const ValidatorIndex peer : config().peers) {
    const bool follower = peer.value >= config().validators;
    if (follower && peer != from) out.push_back(SendConsensus{peer, message});
  }
}

// ---- making blocks ----

void SolanaEngine::plan(std::uint64_t from_slot) {
  const auto own = schedule_.next_of(*config().self, from_slot);
  own_slot_ = own ? *own : from_slot + SolanaSchedule::turns_ahead * schedule_.slots_per_leader();
  due_ = end_of(own_slot_);
}

void SolanaEngine::on_timer(Instant now, Outputs& out) {
  const std::uint64_t slot = own_slot_;
  plan(std::max(slot + 1, slot_at(now)));
  const bool leads = schedule_.leader(slot) == *config().self && slot_at(now) == slot + 1;
  if (!leads || slot < made_ || !is_after(tree().tip(), slot)) return;
  made_ = slot + 1;
  out.push_back(PersistConsensus{state()});
  produce(now, out);
}

std::string SolanaEngine::seal(Instant time, const std::vector<TransactionPtr>& offered) {
  const Node& tip = tree().tip();
  SolanaSeal seal;
  seal.slot = slot_at(time) - 1;
  seal.votes = waiting_votes();
  return signed_seal(config().chain_seed, {tip.height + 1, tip.digest, time, *config().self, offered},
                     seal.bytes(config().validators));
}

// Those for blocks of the best chain that are newer than what is in blocks.
std::vector<SolanaVotes> SolanaEngine::waiting_votes() const {
  std::map<Height, SolanaVotes, std::greater<>> groups;
  for (const auto& [voter, vote] : waiting_) {
    if (vote.round <= landed(voter)) continue;
    const Node* voted = tree().find(vote.block);
    if (voted == nullptr || !voted->proposal || !tree().is_on_best_chain(*voted)) continue;
    if (groups.size() == SolanaSeal::groups_max && !groups.contains(voted->height)) continue;
    SolanaVotes& group = groups[voted->height];
    group.height = voted->height;
    if (group.voters.empty()) group.voters = VoterSet(config().validators);
    group.voters.add(voter);
    group.tag_sum += solana_vote_tag(config().chain_seed, voter, voted->digest);
  }
  std::vector<SolanaVotes> all;
  all.reserve(groups.size());
  for (auto& [height, group] : groups) all.push_back(std::move(group));
  return all;
}

// ---- voting ----

void SolanaEngine::on_best_chain(Instant now, Outputs& out) {
  const ValidatorIndex leader = schedule_.leader(slot_at(now));
  if (told_ != leader) out.push_back(LeaderIs{told_ = leader, slot_at(now) / schedule_.slots_per_leader()});
  if (config().self) vote_for_tip(now, out);
}

void SolanaEngine::vote_for_tip(Instant now, Outputs& out) {
  const Node& tip = tree().tip();
  const std::uint64_t slot = slot_of(tip);
  const SolanaTower::Vote* last = tower_.last();
  if (last == nullptr || slot > last->slot) {
    SolanaTower next = tower_;
    next.expire(slot);
    if (may_vote(next)) {
      next.push(slot, tip.height, tip.digest);
      if (has_threshold(next)) {
        tower_ = std::move(next);
        out.push_back(PersistConsensus{state()});
        return send_vote(now, *tower_.last(), {}, out);
      }
    }
  }
  // Locked: the last vote may have been lost on its way to a leader, or be for a fork that others don't know. The locks
  // go with it, to be counted against other forks.
  const bool landed = last == nullptr || own_landed_ > last->slot;
  if (!landed) send_vote(now, *last, tower_.bytes(), out);
}

// After a restart: what it is locked on it does not leave because no block that is left contains its vote.
void SolanaEngine::count_own_vote() {
  const SolanaTower::Vote* last = tower_.last();
  if (!config().self || last == nullptr) return;
  VoterSet self(config().validators);
  self.add(*config().self);
  forest_ = commons_->apart(forest_, [&](VoteForest& forest) { forest.vote(self, last->slot + 1, last->block); });
}

bool SolanaEngine::may_vote(const SolanaTower& tower) const { return !conflicts(tower) && may_switch(); }

// All votes of a tower stand on one chain: where the newest stands on the tip's, all do.
bool SolanaEngine::conflicts(const SolanaTower& tower) const {
  return tower.last() != nullptr && is_off_the_tip(*tower.last());
}

bool SolanaEngine::is_off_the_tip(const SolanaTower::Vote& vote) const {
  if (vote.settled) return false;
  const Node* voted = tree().ancestor(tree().tip(), vote.height);
  return voted == nullptr || voted->digest != vote.block;
}

// From the fork of the last vote, if the tip is on another one.
bool SolanaEngine::may_switch() const {
  const SolanaTower::Vote* last = tower_.last();
  if (last == nullptr || !is_off_the_tip(*last)) return true;
  if (last->height <= tree().root().height) return true;  // others made that fork impossible
  return has_proof_to_switch();
}

// That enough stake votes for other forks than that of the own last vote.
bool SolanaEngine::has_proof_to_switch() const {
  std::uint64_t against = 0;
  for (std::uint32_t v = 0; v < config().validators; ++v) {
    if (ValidatorIndex{v} != *config().self && votes_elsewhere({v})) against += stake({v});
  }
  return is_more(against, switch_threshold);
}

// Whether the voter's newest vote, in a block or on its way to this leader, contradicts the own last one.
bool SolanaEngine::votes_elsewhere(ValidatorIndex voter) const {
  const auto waiting = waiting_.find(voter);
  const Node* landed = tree().find(forest_->latest_block(voter));
  if (waiting == waiting_.end() || waiting->second.round <= forest_->latest_slot(voter)) {
    return landed && is_elsewhere(landed->height, landed->digest);
  }
  if (is_elsewhere(waiting->second.height, waiting->second.block)) return true;
  const SolanaTower tower = SolanaTower::read(waiting->second.extra, parameters_.tower_depth);
  return std::any_of(tower.votes().begin(), tower.votes().end(),
                     [this](const SolanaTower::Vote& vote) { return is_elsewhere(vote.height, vote.block); });
}

// Whether this block is known to be on another fork than the own last vote. A restart may have forgotten that fork;
// what the tower holds of it is still known.
bool SolanaEngine::is_elsewhere(Height height, const Digest& block) const {
  const SolanaTower::Vote& last = *tower_.last();
  if (height > last.height) {
    const Node* node = tree().find(block);
    const Node* below = node ? tree().ancestor(*node, last.height) : nullptr;
    return below != nullptr && below->digest != last.block;
  }
  for (const SolanaTower::Vote& own : tower_.votes()) {
    if (own.height == height) return own.block != block;
  }
  const Node* voted = tree().find(last.block);
  const Node* own = voted ? tree().ancestor(*voted, height) : nullptr;
  return own != nullptr && own->digest != block;
}

bool SolanaEngine::has_threshold(const SolanaTower& tower) const {
  const std::size_t depth = parameters_.threshold_depth;
  if (depth == 0 || tower.votes().size() <= depth) return true;
  const SolanaTower::Vote& deep = tower.votes()[tower.votes().size() - 1 - depth];
  return deep.settled || is_more(stake_upon(deep), parameters_.threshold);
}

// The own stake is upon every vote of the own tower, though its newest vote be for a block that a restart has
// forgotten.
std::uint64_t SolanaEngine::stake_upon(const SolanaTower::Vote& own) const {
  const Node* newest = tree().find(forest_->latest_block(*config().self));
  const Node* voted = newest != nullptr ? tree().ancestor(*newest, own.height) : nullptr;
  const bool counted = voted != nullptr && voted->digest == own.block;
  return forest_->upon(own.block) + (counted ? 0 : stake(*config().self));
}

// To who leads now and to who leads soon; the own turn keeps it.
void SolanaEngine::send_vote(Instant now, const SolanaTower::Vote& last, std::string locks, Outputs& out) {
  TreeVote vote;
  vote.round = last.slot + 1;  // 0 means none
  vote.height = last.height;
  vote.block = last.block;
  vote.extra = std::move(locks);
  vote = sign(vote);
  waiting_[*config().self] = vote;
  const SharedConsensus message(vote);
  const ValidatorIndex now_leads = schedule_.leader(slot_at(now));
  const ValidatorIndex soon_leads = schedule_.leader(slot_at(now) + 2);
  if (now_leads != *config().self) out.push_back(SendConsensus{now_leads, message});
  if (soon_leads != *config().self && soon_leads != now_leads) out.push_back(SendConsensus{soon_leads, message});
}

void SolanaEngine::on_vote(Instant, ValidatorIndex, const TreeVote& vote, Outputs&) {
  if (vote.kind != 0) return;
  TreeVote& known = waiting_[vote.voter];
  if (vote.round > known.round || (vote.round == known.round && known.extra.empty())) known = vote;
}

}  // namespace

std::unique_ptr<ConsensusEngine> make_solana_engine(const EngineConfig& config, const DurableState& durable,
                                                    Instant now) {
  return std::make_unique<SolanaEngine>(config, durable, now);
}

}  // namespace bsn
