// The blocks (proposals) that one engine of a tree family knows, and which branch is the best one.
//
// The root is the last final block; everything in the tree descends from it. A proposal whose parent is unknown waits
// as an orphan until the engine asks for it. The tree knows nothing of what makes a proposal valid: the engine checks
// before it adds. It does refuse what could not be turned back from block to proposal or would break the order of
// heights (wrong height, older than its parent).
//
// How an engine uses it: TreeBlock arrives -> find() says it is known, or hold() it when its parent is not, and ask the
// sender for missing(); else check it, add() it, spread it, and do the same with take_waiting(its digest). Then
// move_to(best(better)), which gives the Reorganise if the best tip changed. finalise() when the family's rule says so.
// A BlockSealed that says `fetched` goes into accept_fetched(). After a restart: the constructor from DurableState.
//
// Bounds: Limits. A full tree refuses blocks, so a chain that finalises nothing for that long rests until it does; the
// oldest orphan makes room for a new one. Memory: about 250 bytes a block beside the proposal.
// Costs: O(1) to add and find; an ancestor O(blocks off the best chain); move_to O(length of both branches); best
// O(number of tips); finalise O(blocks dropped).
// Not for more than one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/durable.h"
#include "node/consensus_engine.h"
#include "node/digest_map.h"

namespace bsn {

class BlockTree {
 public:
  struct Limits {
    std::size_t blocks = 16'384;  // above the root
    std::size_t orphans = 256;
    std::size_t kept_final = 256;  // final proposals at and below the root, kept to answer requests
  };

  struct Node {
    ProposalPtr proposal;  // null: genesis
    Digest digest;         // zero: genesis
    Height height = 0;
    Node* parent = nullptr;       // null: the root
    std::uint64_t weight = 0;     // its own, as the engine said
    std::uint64_t total = 0;      // with all its ancestors' from genesis on
    std::uint64_t order = 0;      // of arrival
    std::vector<Node*> children;  // in order of arrival
  };

  // The weight of a proposal on its parent; 1 makes the longest chain the heaviest. Used for stored blocks.
  using Weigh = std::function<std::uint64_t(const Proposal& proposal, const Node& parent)>;
  // Whether a is strictly better than b. Of equals the first in order of arrival stays.
  using Better = std::function<bool(const Node& a, const Node& b)>;

  // Only genesis.
  BlockTree() : BlockTree(Limits{}) {}
  explicit BlockTree(const Limits& limits);

  // From what was stored: the root is the block at durable.final_height, the best tip the last block. `weigh` is asked
  // for every block from genesis on; the parents given below the root have no parents themselves.
  BlockTree(const Limits& limits, const DurableState& durable, const Weigh& weigh);

  BlockTree(BlockTree&&) noexcept = default;
  BlockTree& operator=(BlockTree&&) noexcept = default;

  const Node& root() const { return *root_; }  // the last final block
  const Node& tip() const { return *tip_; }    // the best chain ends here
  const Node* find(const Digest& proposal) const;
  std::size_t size() const { return nodes_.size() - 1; }  // above the root

  enum class Added : std::uint8_t { added, known, orphan, invalid, full };

  // Adds a proposal that the engine has checked. orphan: its parent is not here (hold() it). invalid: see above.
  Added add(const ProposalPtr& proposal, std::uint64_t weight);

  // Remembers a proposal whose parent is not here. Nothing happens if its height is not above the root's.
  void hold(const ProposalPtr& orphan);
  // Forgets and returns the orphans that waited for this parent, in order of arrival.
  std::vector<ProposalPtr> take_waiting(const Digest& parent);
  // What orphans wait for and what is not an orphan itself: at most TreeRequest::missing_max, the oldest first.
  std::vector<Digest> missing() const;
  bool is_orphan(const Digest& proposal) const;
  std::size_t orphans() const { return orphans_.size(); }

  // The best of all tips (nodes without children) and the present best.
  const Node& best(const Better& better) const;

  // Makes `tip`, any node here, the end of the best chain. nullopt: it was. An ancestor of the present tip is refused
  // by a BSN_CHECK: a Reorganise adopts at least one block.
  std::optional<Reorganise> move_to(const Node& tip);

  // The node at this height on the way to `node`; nullptr: below the root or above the node.
  const Node* ancestor(const Node& node, Height height) const;
  bool is_on_best_chain(const Node& node) const;

  // The best chain is final up to `height`: drops what does not descend from that block. nullopt: it was final before,
  // or is above the tip. Pointers to dropped nodes are no longer valid.
  std::optional<Finalise> finalise(Height height);

  // A final block that was fetched; its parent must be the root. Its weight is asked for if it is not in the tree.
  // If it is on the best chain that stays; else it is root and tip, and best() looks at its descendants.
  void accept_fetched(const ProposalPtr& proposal, const Weigh& weigh);

  // What of the request is here, ancestors included, the lowest first: at most TreeRequest::missing_max proposals.
  std::vector<ProposalPtr> answer(const TreeRequest& request) const;

  // A proposal of the tree or one of the last final ones (kept_final); null: neither. O(1) in the tree.
  ProposalPtr known(const Digest& digest) const;

  // For each node from the root's children on, parents before children, children in order of arrival.
  void for_each(const std::function<void(const Node&)>& visit) const;

 private:
  void follow(Node& tip);
  Node* insert(Node& parent, const ProposalPtr& proposal, std::uint64_t weight);
  void make_root(Node& node);
  void drop_below(Node& node);
  void keep_final(const Node& node);
  void forget_old_orphans();

  Limits limits_;
  DigestMap<std::unique_ptr<Node>> nodes_;  // the root too
  Node* root_ = nullptr;
  Node* tip_ = nullptr;
  std::vector<Node*> tips_;  // all nodes without children but the root
  std::deque<Node*> best_;   // from the root to the tip
  std::uint64_t order_ = 0;
  std::deque<ProposalPtr> orphans_;  // in order of arrival
  std::deque<ProposalPtr> final_;    // the last final proposals, the root's among them
};

}  // namespace bsn
