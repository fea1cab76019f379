#include "node/block_tree.h"

#include <algorithm>
#include <utility>

#include "core/check.h"

namespace bsn {

BlockTree::BlockTree(const Limits& limits) : limits_(limits) {
  auto genesis = std::make_unique<Node>();
  root_ = tip_ = genesis.get();
  best_ = {root_};
  nodes_.try_emplace(Digest{}, std::move(genesis));
}

BlockTree::BlockTree(const Limits& limits, const DurableState& durable, const Weigh& weigh) : BlockTree(limits) {
  for (const BlockPtr& block : durable.blocks) {
    const ProposalPtr proposal = proposal_of(*block, tip_->digest);
    follow(*insert(*tip_, proposal, weigh(*proposal, *tip_)));
    if (tip_->height <= durable.final_height) make_root(*tip_);
  }
}

const BlockTree::Node* BlockTree::find(const Digest& proposal) const {
  const auto* found = nodes_.find(proposal);
  return found == nullptr ? nullptr : found->get();
}

BlockTree::Added BlockTree::add(const ProposalPtr& proposal, std::uint64_t weight) {
  const Digest digest = proposal_digest(*proposal);
  if (nodes_.contains(digest)) return Added::known;
  auto* parent = nodes_.find(proposal->parent);
  if (parent == nullptr) return Added::orphan;
  Node& above = **parent;
  if (proposal->height != above.height + 1) return Added::invalid;
  if (above.proposal && proposal->time < above.proposal->time) return Added::invalid;
  if (proposal->time < Instant{}) return Added::invalid;
  if (size() >= limits_.blocks) return Added::full;
  insert(above, proposal, weight);
  return Added::added;
}

void BlockTree::hold(const ProposalPtr& orphan) {
  if (orphan->height <= root_->height || is_orphan(proposal_digest(*orphan))) return;
  if (orphans_.size() >= limits_.orphans) orphans_.pop_front();
  orphans_.push_back(orphan);
}

std::vector<ProposalPtr> BlockTree::take_waiting(const Digest& parent) {
  std::vector<ProposalPtr> waiting;
  std::erase_if(orphans_, [&](const ProposalPtr& orphan) {
    if (orphan->parent != parent) return false;
    waiting.push_back(orphan);
    return true;
  });
  return waiting;
}

std::vector<Digest> BlockTree::missing() const {
  std::vector<Digest> missing;
  for (const ProposalPtr& orphan : orphans_) {
    if (missing.size() == TreeRequest::missing_max) break;
    const Digest& parent = orphan->parent;
    const bool asked = std::find(missing.begin(), missing.end(), parent) != missing.end();
    if (!asked && !is_orphan(parent) && !nodes_.contains(parent)) missing.push_back(parent);
  }
  return missing;
}

bool BlockTree::is_orphan(const Digest& proposal) const {
  return std::any_of(orphans_.begin(), orphans_.end(),
                     [&](const ProposalPtr& orphan) { return proposal_digest(*orphan) == proposal; });
}

const BlockTree::Node& BlockTree::best(const Better& better) const {
  const Node* best = tip_;
  for (const Node* node : tips_) {
    if (node == best) continue;
    if (better(*node, *best) || (!better(*best, *node) && best != tip_ && node->order < best->order)) best = node;
  }
  return *best;
}

std::optional<Reorganise> BlockTree::move_to(const Node& tip) {
  if (&tip == tip_) return std::nullopt;
  Reorganise change;
  const Node* fresh = &tip;
  for (; !is_on_best_chain(*fresh); fresh = fresh->parent) change.adopt.push_back(fresh->proposal);
  BSN_CHECK(!change.adopt.empty(), "the best chain does not just lose blocks");
  std::reverse(change.adopt.begin(), change.adopt.end());
  change.keep = fresh->height;
  follow(*nodes_.at(tip.digest));
  return change;
}

bool BlockTree::is_on_best_chain(const Node& node) const {
  const Height above = node.height - root_->height;
  return node.height >= root_->height && above < best_.size() && best_[above] == &node;
}

const BlockTree::Node* BlockTree::ancestor(const Node& node, Height height) const {
  if (height < root_->height || height > node.height) return nullptr;
  const Node* at = &node;
  while (at->height > height && !is_on_best_chain(*at)) at = at->parent;
  return at->height > height ? best_[height - root_->height] : at;
}

std::optional<Finalise> BlockTree::finalise(Height height) {
  if (height <= root_->height || height > tip_->height) return std::nullopt;
  make_root(*best_[height - root_->height]);
  return Finalise{height};
}

void BlockTree::accept_fetched(const ProposalPtr& proposal, const Weigh& weigh) {
  BSN_CHECK(proposal->parent == root_->digest && proposal->height == root_->height + 1,
            "fetched blocks come in order behind the last final one");
  const auto* known = nodes_.find(proposal_digest(*proposal));
  Node* node = known != nullptr ? known->get() : insert(*root_, proposal, weigh(*proposal, *root_));
  if (!is_on_best_chain(*node)) follow(*node);
  make_root(*node);
}

std::vector<ProposalPtr> BlockTree::answer(const TreeRequest& request) const {
  std::vector<ProposalPtr> found;
  std::deque<Digest> wanted(request.missing.begin(), request.missing.end());
  while (!wanted.empty() && found.size() < TreeRequest::missing_max) {
    const ProposalPtr proposal = known(wanted.front());
    wanted.pop_front();
    if (!proposal || std::find(found.begin(), found.end(), proposal) != found.end()) continue;
    found.push_back(proposal);
    if (proposal->height > request.above + 1) wanted.push_back(proposal->parent);
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a->height < b->height; });
  return found;
}

ProposalPtr BlockTree::known(const Digest& digest) const {
  if (const Node* node = find(digest)) return node->proposal;
  const auto kept = std::find_if(final_.begin(), final_.end(),
                                 [&](const ProposalPtr& one) { return proposal_digest(*one) == digest; });
  return kept != final_.end() ? *kept : nullptr;
}

void BlockTree::for_each(const std::function<void(const Node&)>& visit) const {
  std::vector<const Node*> open(root_->children.rbegin(), root_->children.rend());
  while (!open.empty()) {
    const Node& node = *open.back();
    open.pop_back();
    visit(node);
    open.insert(open.end(), node.children.rbegin(), node.children.rend());
  }
}

// The best chain ends at `tip` now.
void BlockTree::follow(Node& tip) {
  std::vector<Node*> fresh;
  Node* at = &tip;
  for (; !is_on_best_chain(*at); at = at->parent) fresh.push_back(at);
  best_.resize(at->height - root_->height + 1);
  best_.insert(best_.end(), fresh.rbegin(), fresh.rend());
  tip_ = &tip;
}

BlockTree::Node* BlockTree::insert(Node& parent, const ProposalPtr& proposal, std::uint64_t weight) {
  auto made = std::make_unique<Node>();
  Node* node = made.get();
  node->proposal = proposal;
  node->digest = proposal_digest(*proposal);
  node->height = proposal->height;
  node->parent = &parent;
  node->weight = weight;
  node->total = parent.total + weight;
  node->order = ++order_;
  if (parent.children.empty()) std::erase(tips_, &parent);
  tips_.push_back(node);
  parent.children.push_back(node);
  nodes_.try_emplace(node->digest, std::move(made));
  return node;
}

// `node` is on the best chain. Everything else that does not descend from it is dropped.
void BlockTree::make_root(Node& node) {
  const auto first = best_.begin() + static_cast<std::ptrdiff_t>(node.height - root_->height);
  std::for_each(best_.begin() + 1, first + 1, [this](const Node* one) { keep_final(*one); });
  best_.erase(best_.begin(), first);
  for (Node* at = &node; at != root_;) {
    Node* parent = at->parent;
    for (Node* child : parent->children) {
      if (child != at) drop_below(*child);
    }
    parent->children = {at};
    at = parent;
  }
  for (Node* at = root_; at != &node;) {
    Node* next = at->children.front();
    nodes_.erase(at->digest);
    at = next;
  }
  std::erase(tips_, &node);
  root_ = &node;
  root_->parent = nullptr;
  forget_old_orphans();
}

// Drops the node and its descendants.
void BlockTree::drop_below(Node& node) {
  std::vector<Node*> open{&node};
  while (!open.empty()) {
    Node* one = open.back();
    open.pop_back();
    open.insert(open.end(), one->children.begin(), one->children.end());
    if (one->children.empty()) std::erase(tips_, one);
    nodes_.erase(one->digest);
  }
}

void BlockTree::keep_final(const Node& node) {
  final_.push_back(node.proposal);
  if (final_.size() > limits_.kept_final) final_.pop_front();
}

void BlockTree::forget_old_orphans() {
  std::erase_if(orphans_, [this](const ProposalPtr& orphan) { return orphan->height <= root_->height; });
}

}  // namespace bsn
