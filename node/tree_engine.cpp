#include "node/tree_engine.h"

#include <algorithm>
#include <numeric>

#include "core/check.h"

namespace bsn {
namespace {

// Room for what a peer has to get from its neighbours that is nearly fetch_distance behind.
BlockTree::Limits limits(Height fetch_distance) {
  BlockTree::Limits limits;
  limits.kept_final = fetch_distance + TreeRequest::missing_max;
  limits.orphans = fetch_distance + TreeRequest::missing_max;
  return limits;
}

}  // namespace

TreeEngine::TreeEngine(const EngineConfig& config, const DurableState& durable, BlockTree::Weigh weigh)
    : config_(config),
      total_stake_(std::accumulate(config.stake.begin(), config.stake.end(), std::uint64_t{0})),
      weigh_(std::move(weigh)),
      tree_(limits(fetch_distance), durable, weigh_),
      gossip_(config.peers) {
  BSN_CHECK(config_.stake.size() == config_.validators, "every validator has a stake");
}

void TreeEngine::set_peers(const std::vector<ValidatorIndex>& peers) {
  config_.peers = peers;
  gossip_.set_peers(peers);
}

void TreeEngine::step(Instant now, const EngineInput& input, Outputs& out) {
  std::visit([&](const auto& what) { on(now, what, out); }, input);
}

void TreeEngine::advance_to(Instant now, Outputs& out) {
  while (!early_.empty() && early_.begin()->first <= now) {
    const auto [from, proposal] = early_.begin()->second;
    early_.erase(early_.begin());
    hear(now, from, TreeBlock{proposal}, out);
  }
  const std::optional<Instant> due = timer();
  if (due && *due <= now) on_timer(now, out);
}

std::optional<Instant> TreeEngine::next_wakeup() const {
  std::optional<Instant> due = timer();
  if (!early_.empty() && (!due || early_.begin()->first < *due)) due = early_.begin()->first;
  return due;
}

// ---- inputs ----

void TreeEngine::on(Instant now, const MessageArrived& arrived, Outputs& out) {
  std::visit([&](const auto& message) { hear(now, arrived.from, message, out); }, *arrived.message);
}

void TreeEngine::on(Instant now, const WorkWaiting& work, Outputs& out) { on_work(now, work, out); }

void TreeEngine::on(Instant now, const BatchOffered& batch, Outputs& out) {
  const Instant own_time = block_time(now);
  const Instant time = tree_.tip().proposal ? std::max(own_time, tree_.tip().proposal->time) : own_time;
  Proposal parts{tree_.tip().height + 1, tree_.tip().digest, time, *config_.self, choose(batch.transactions), {}};
  parts.seal = seal(time, batch.transactions);
  const ProposalPtr own = make_proposal(std::move(parts));
  if (!add(now, own, out)) return;  // the tree is full
  follow_best(now, out);            // stored before it is sent
  gossip_.first_seen(proposal_digest(*own));
  spread_block(own, std::nullopt, out);
}

void TreeEngine::on(Instant now, const BlockSealed& sealed, Outputs& out) {
  if (!sealed.fetched) return;
  tree_.accept_fetched(sealed.proposal, weigh_);
  // What waited for this block has its parent now; it is as if a neighbour had just sent it.
  if (!config_.peers.empty()) {
    take_in_all(now, config_.peers.front(), tree_.take_waiting(tree_.root().digest), out);
  }
  follow_best(now, out);
}

// ---- blocks of others ----

void TreeEngine::hear(Instant now, ValidatorIndex from, const TreeBlock& block, Outputs& out) {
  const ProposalPtr& first = block.proposal;
  if (first->height <= tree_.root().height || tree_.find(proposal_digest(*first)) != nullptr) return;
  if (!tree_.is_orphan(proposal_digest(*first))) take_in_all(now, from, {first}, out);
  follow_best(now, out);
  ask_for_what_is_missing(now, from, first->height, out);
}

// With those that waited for them.
void TreeEngine::take_in_all(Instant now, ValidatorIndex from, std::vector<ProposalPtr> open, Outputs& out) {
  while (!open.empty()) {
    const ProposalPtr proposal = std::move(open.back());
    open.pop_back();
    if (!take_in(now, from, proposal, out)) continue;
    for (ProposalPtr& waiting : tree_.take_waiting(proposal_digest(*proposal))) open.push_back(std::move(waiting));
  }
}

// False: it is not in the tree now, for the moment or for ever.
bool TreeEngine::take_in(Instant now, ValidatorIndex from, const ProposalPtr& proposal, Outputs& out) {
  const Node* parent = tree_.find(proposal->parent);
  if (parent == nullptr) {
    tree_.hold(proposal);
    return false;
  }
  const bool in_order = proposal->height == parent->height + 1 &&
                        (!parent->proposal || proposal->time >= parent->proposal->time) &&
                        proposal->proposer.value < config_.validators;
  const Verdict verdict = in_order ? check(now, *proposal, *parent) : Verdict::invalid();
  if (verdict.kind == Verdict::Kind::early && verdict.when > now) keep_early(verdict.when, from, proposal);
  if (verdict.kind != Verdict::Kind::valid || !add(now, proposal, out)) return false;
  if (gossip_.first_seen(proposal_digest(*proposal))) spread_block(proposal, from, out);
  return true;
}

void TreeEngine::spread_block(const ProposalPtr& proposal, std::optional<ValidatorIndex> from, Outputs& out) {
  gossip_.spread(TreeBlock{proposal}, from, out);
}

// Whoever has offered it has it.
void TreeEngine::offer_block(const ProposalPtr& proposal, std::optional<ValidatorIndex> from, Outputs& out) {
  const Digest block = proposal_digest(*proposal);
  const Taken* known = taken(block);
  const SharedConsensus offer(TreeOffer{block, proposal->height});
  for (const ValidatorIndex peer : config_.peers) {
    const bool has =
        peer == from || (known != nullptr && std::count(known->offered_by.begin(), known->offered_by.end(), peer) > 0);
    if (!has) out.push_back(SendConsensus{peer, offer});
  }
}

TreeEngine::Taken* TreeEngine::taken(const Digest& block) {
  const auto found = std::find_if(taken_.begin(), taken_.end(), [&](const Taken& one) { return one.block == block; });
  return found == taken_.end() ? nullptr : &*found;
}

// False: it was known, or there is no room.
bool TreeEngine::add(Instant now, const ProposalPtr& proposal, Outputs& out) {
  const std::uint64_t weight = weigh_(*proposal, *tree_.find(proposal->parent));
  if (tree_.add(proposal, weight) != BlockTree::Added::added) return false;
  on_block(now, *tree_.find(proposal_digest(*proposal)), out);
  return true;
}

void TreeEngine::keep_early(Instant when, ValidatorIndex from, const ProposalPtr& proposal) {
  early_.emplace(when, std::pair{from, proposal});
  if (early_.size() > early_max) early_.erase(std::prev(early_.end()));
}

// Whoever is far behind fetches what is final; a gap near the tip is closed block by block.
void TreeEngine::ask_for_what_is_missing(Instant now, ValidatorIndex from, Height heard, Outputs& out) {
  if (heard > tree_.tip().height + fetch_distance) {
    const Height wanted = heard - fetch_distance;
    if (wanted <= fetching_ && now < fetch_again_at_) return;
    fetching_ = std::max(fetching_, wanted);
    fetch_again_at_ = now + fetch_again;  // what was asked for before may have been lost
    out.push_back(FetchBlocks{from, fetching_});
    return;
  }
  std::vector<Digest> missing = missing_and_not_asked_for(now);
  if (!missing.empty()) out.push_back(SendConsensus{from, TreeRequest{std::move(missing), tree_.root().height}});
}

std::vector<Digest> TreeEngine::missing_and_not_asked_for(Instant now) {
  while (!asked_.empty() && asked_.front().first + ask_again <= now) asked_.pop_front();
  std::vector<Digest> missing = tree_.missing();
  std::erase_if(missing, [this](const Digest& one) {
    return std::any_of(asked_.begin(), asked_.end(), [&](const auto& asked) { return asked.second == one; });
  });
  for (const Digest& one : missing) asked_.emplace_back(now, one);
  return missing;
}

void TreeEngine::hear(Instant, ValidatorIndex from, const TreeRequest& request, Outputs& out) {
  for (const ProposalPtr& found : tree_.answer(request)) out.push_back(SendConsensus{from, TreeBlock{found}});
}

void TreeEngine::hear(Instant now, ValidatorIndex from, const TreeOffer& offer, Outputs& out) {
  if (offer.height <= tree_.root().height || tree_.find(offer.block) != nullptr || tree_.is_orphan(offer.block)) return;
  while (!taken_.empty() && taken_.front().asked + offer_again <= now) taken_.pop_front();
  if (Taken* known = taken(offer.block)) {
    if (known->offered_by.size() < config_.peers.size()) known->offered_by.push_back(from);
    return;
  }
  if (taken_.size() == offers_max) taken_.pop_front();
  taken_.push_back({now, offer.block, {from}});
  out.push_back(SendConsensus{from, TreeRequest{{offer.block}, offer.height - 1}});
}

// ---- votes ----

void TreeEngine::hear(Instant now, ValidatorIndex from, const TreeVote& vote, Outputs& out) {
  if (is_genuine(vote)) on_vote(now, from, vote, out);
}

bool TreeEngine::spread_vote(const TreeVote& vote, std::optional<ValidatorIndex> from, Outputs& out) {
  if (!gossip_.first_seen(tree_vote_digest(vote))) return false;
  gossip_.spread(vote, from, out);
  return true;
}

TreeVote TreeEngine::sign(TreeVote vote) const {
  vote.voter = *config_.self;
  vote.signature = tree_vote_signature(config_.chain_seed, vote);
  return vote;
}

bool TreeEngine::is_signed(const TreeVote& vote) const {
  return vote.voter.value < config_.validators && vote.signature == tree_vote_signature(config_.chain_seed, vote);
}

// ---- the own part ----

void TreeEngine::produce(Instant, Outputs& out) {
  BSN_CHECK(config_.self.has_value(), "an observer makes no blocks");
  out.push_back(WantBatch{tree_.tip().height + 1, blocks_wanted()});
}

const TreeEngine::Node& TreeEngine::best_tip() const {
  return tree_.best([this](const Node& a, const Node& b) { return better(a, b); });
}

void TreeEngine::follow_best(Instant now, Outputs& out) {
  if (auto change = tree_.move_to(best_tip())) {
    out.push_back(std::move(*change));
    on_best_chain(now, out);
  }
  if (const auto final = tree_.finalise(final_height())) out.push_back(*final);
}

}  // namespace bsn
