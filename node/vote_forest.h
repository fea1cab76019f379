// How much stake votes for each block of a tree and for what stands upon it; of each voter only its latest vote counts.
//
// Costs: votes for a block near that of the voters' last votes are O(voters + distance) where these were for one block,
// else O(depth of the tree) for each such block; a new root is O(blocks dropped + voters). Memory: about 150 bytes a
// block. A copy costs O(blocks + voters). Not for more than one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/ids.h"
#include "core/shared_list.h"
#include "node/digest_map.h"
#include "node/voter_set.h"

namespace bsn {

class VoteForest {
 public:
  VoteForest(SharedList<std::uint64_t> stake, const Digest& root);
  VoteForest(const VoteForest& other);
  VoteForest(VoteForest&&) = default;
  VoteForest& operator=(const VoteForest&) = delete;
  ~VoteForest() = default;

  const Digest& root() const { return root_->digest; }

  // Nothing happens if the parent is not here or the block is.
  void add(const Digest& block, const Digest& parent);

  // All these vote for it, in this slot; older votes than a voter's latest don't count. Votes for a block that is not
  // here (it is below the root) are remembered by their slot alone.
  void vote(const VoterSet& voters, std::uint64_t slot, const Digest& block);

  // Stake whose latest vote is for the block or its descendants; 0 if it is not here.
  std::uint64_t upon(const Digest& block) const;

  // Of the voter's latest vote; 0: none.
  std::uint64_t latest_slot(ValidatorIndex voter) const { return latest_[voter.value].slot; }

  // What it is for; zero: none, or a block below the root.
  Digest latest_block(ValidatorIndex voter) const {
    const Node* node = latest_[voter.value].node;
    return node != nullptr ? node->digest : Digest{};
  }

  // What does not descend from the new root is dropped: all of it, if the root is not here.
  void move_root(const Digest& root);

  std::size_t size() const { return nodes_.size(); }

 private:
  struct Node {
    Digest digest;
    Node* parent = nullptr;
    std::uint64_t direct = 0;
    std::uint64_t upon = 0;
    bool dropped = false;
    std::vector<Node*> children{};
  };
  struct Latest {
    std::uint64_t slot = 0;
    Node* node = nullptr;
  };

  void move(std::uint64_t stake, Node* from, Node* to);
  std::uint64_t drop(Node& node, std::vector<Digest>& dropped);

  SharedList<std::uint64_t> stake_;
  std::vector<Latest> latest_;
  DigestMap<std::unique_ptr<Node>> nodes_;
  Node* root_ = nullptr;
};

}  // namespace bsn
