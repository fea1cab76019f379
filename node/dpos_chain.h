// What follows from the blocks of a branch, kept for each block of the tree: confirmations (EOS) or certificates
// (chained BFT), hence what is final on that branch and how good it is.
//
// Chained BFT after Yin, Malkhi, Reiter, Gueta, Abraham, "HotStuff: BFT consensus in the lens of blockchain"
// (arXiv:1803.05069, section 5), with slots as views. A block is final when it and the next two, made in consecutive
// slots, have certificates, each carried by the next block. Slots must be consecutive because a branch may skip slots;
// the paper has dummy blocks there.
//
// Memory: 32 bytes per producer and block (EOS), 200 bytes (chained BFT); blocks well below the root are forgotten.
// Not for more than one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <utility>

#include "core/engine_dpos.h"
#include "node/block_tree.h"
#include "node/digest_map.h"
#include "node/dpos_confirmations.h"
#include "node/dpos_schedule.h"

namespace bsn {

// A block that has a certificate; slot 0: none.
struct DposCertified {
  std::uint64_t slot = 0;
  Height height = 0;
  Digest block;
};

// Of the branch that ends in one block.
struct DposState {
  DposConfirmations confirmations;
  std::uint64_t slot = 0;   // of the block
  DposCertified certified;  // the latest block of this branch whose certificate this branch carries
  DposCertified locked;     // and the latest that the branch of that block carries: who votes for this block locks it
  Height final = 0;         // what finality says; with k confirmations: 0
};

class DposChain {
 public:
  DposChain(const DposParameters& parameters, std::uint32_t validators);

  const DposParameters& parameters() const { return parameters_; }
  const DposSchedule& schedule() const { return schedule_; }
  bool is(DposParameters::Finality finality) const { return parameters_.finality == finality; }

  // A block joined the tree upon `parent`. It was checked, here or by whoever finalised it. Twice is once.
  void add(const Proposal& proposal, const BlockTree::Node& parent);

  // Of a block of the tree, or genesis.
  const DposState& at(const Digest& block) const;

 private:
  void certify(DposState& state, const DposCertified& certified) const;
  void forget_below(Height height);

  DposParameters parameters_;
  DposSchedule schedule_;
  DposState genesis_;
  DigestMap<DposState> states_;
  std::deque<std::pair<Height, Digest>> order_;  // as they came
};

}  // namespace bsn
