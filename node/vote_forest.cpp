#include "node/vote_forest.h"

#include <utility>

namespace bsn {

VoteForest::VoteForest(SharedList<std::uint64_t> stake, const Digest& root)
    : stake_(std::move(stake)), latest_(stake_.size()) {
  root_ = nodes_.try_emplace(root, std::make_unique<Node>(Node{root})).first->get();
}

VoteForest::VoteForest(const VoteForest& other) : VoteForest(other.stake_, other.root_->digest) {
  std::vector<const Node*> open{other.root_};
  while (!open.empty()) {
    const Node* one = open.back();
    open.pop_back();
    if (one->parent != nullptr) add(one->digest, one->parent->digest);
    Node& copy = **nodes_.find(one->digest);
    copy.direct = one->direct;
    copy.upon = one->upon;
    open.insert(open.end(), one->children.rbegin(), one->children.rend());
  }
  const auto copy_of = [this](const Node* node) {
    return node == nullptr ? nullptr : nodes_.find(node->digest)->get();
  };
  for (std::size_t v = 0; v < latest_.size(); ++v) {
    latest_[v] = {other.latest_[v].slot, copy_of(other.latest_[v].node)};
  }
}

void VoteForest::add(const Digest& block, const Digest& parent) {
  auto* above = nodes_.find(parent);
  if (above == nullptr || nodes_.contains(block)) return;
  Node* node = nodes_.try_emplace(block, std::make_unique<Node>(Node{block, above->get()})).first->get();
  node->parent->children.push_back(node);
}

void VoteForest::vote(const VoterSet& voters, std::uint64_t slot, const Digest& block) {
  auto* found = nodes_.find(block);
  Node* to = found == nullptr ? nullptr : found->get();
  Node* from = nullptr;  // where those stood whose stake is gathered
  std::uint64_t stake = 0;
  voters.for_each([&](ValidatorIndex voter) {
    Latest& latest = latest_[voter.value];
    if (slot <= latest.slot) return;
    if (latest.node != from) {
      move(stake, from, to);
      stake = 0;
      from = latest.node;
    }
    stake += stake_[voter.value];
    latest = {slot, to};
  });
  move(stake, from, to);
}

// Usually `to` stands shortly above `from`: then only what is between changes.
void VoteForest::move(std::uint64_t stake, Node* from, Node* to) {
  if (stake == 0 || from == to) return;
  if (from != nullptr) from->direct -= stake;
  if (to != nullptr) to->direct += stake;
  Node* at = to;
  for (; at != nullptr && at != from; at = at->parent) at->upon += stake;
  if (at == from) return;
  for (at = from; at != nullptr; at = at->parent) at->upon -= stake;
}

std::uint64_t VoteForest::upon(const Digest& block) const {
  const auto* found = nodes_.find(block);
  return found == nullptr ? 0 : (*found)->upon;
}

void VoteForest::move_root(const Digest& root) {
  if (root_->digest == root) return;
  auto* found = nodes_.find(root);
  Node* fresh = found == nullptr ? nullptr : found->get();
  if (fresh != nullptr && fresh->parent != nullptr) std::erase(fresh->parent->children, fresh);
  std::vector<Digest> dropped;
  const std::uint64_t forgotten = drop(*root_, dropped);
  if (forgotten > 0) {
    for (Latest& latest : latest_) {
      if (latest.node != nullptr && latest.node->dropped) latest.node = nullptr;
    }
  }
  for (const Digest& one : dropped) nodes_.erase(one);
  if (fresh == nullptr) fresh = nodes_.try_emplace(root, std::make_unique<Node>(Node{root})).first->get();
  fresh->parent = nullptr;
  root_ = fresh;
}

// The stake that votes for what it drops.
std::uint64_t VoteForest::drop(Node& node, std::vector<Digest>& dropped) {
  std::uint64_t direct = 0;
  std::vector<Node*> open{&node};
  while (!open.empty()) {
    Node* one = open.back();
    open.pop_back();
    one->dropped = true;
    direct += one->direct;
    dropped.push_back(one->digest);
    open.insert(open.end(), one->children.begin(), one->children.end());
  }
  return direct;
}

}  // namespace bsn
