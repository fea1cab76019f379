// What the engines of one Solana chain work out once for all who share it (EngineCommons): who leads, what a block's
// seal says and whether it is genuine, and what the votes in a block make of a forest.
//
// All of it follows from values that are equal for every engine: the chain's seed and stakes, a block with its
// ancestors, a forest with the blocks taken in before. Engines that heard the same blocks in the same order stand at
// the same forest; who heard them in another order stands at one of its own.
//
// Bounds: seals_max blocks and forests_max steps are remembered; whoever comes later works them out again.
// Not for more than one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "node/consensus_engine.h"
#include "node/digest_map.h"
#include "node/solana_schedule.h"
#include "node/vote_forest.h"

namespace bsn {

// One block's seal.
struct SolanaBlockSeal {
  std::optional<SolanaSeal> seal;  // nullopt: it is none
  bool by_proposer = false;        // and signed
  std::vector<bool> genuine;       // by group of votes: found to be signed by all whom it names; else not looked at yet
};

// A forest that nobody changes any more.
class SharedForest {
 public:
  const VoteForest& operator*() const { return *forest_; }
  const VoteForest* operator->() const { return forest_.get(); }

 private:
  friend class SolanaCommons;
  std::shared_ptr<const VoteForest> forest_;
  std::uint64_t number_ = 0;  // each has its own
};

class SolanaCommons {
 public:
  static constexpr std::size_t seals_max = 1024;
  static constexpr std::size_t forests_max = 256;

  explicit SolanaCommons(const EngineConfig& config);

  // That of the engine's chain, its own if the engine is alone.
  static std::shared_ptr<SolanaCommons> of(const EngineConfig& config);

  SolanaSchedule& schedule() { return schedule_; }

  // Valid until the next call.
  SolanaBlockSeal& seal(const Proposal& proposal);

  // A forest with this block alone.
  SharedForest forest(const Digest& root);

  // What `change` makes of a copy of the forest. It follows from the forest, the root that it is given and the block
  // (zero: none), and from nothing else.
  using Change = std::function<void(VoteForest&)>;
  SharedForest next(const SharedForest& from, const Digest& root, const Digest& block, const Change& change);

  // The same for a change that is nobody else's.
  SharedForest apart(const SharedForest& from, const Change& change);

 private:
  struct Step {
    std::uint64_t from = 0;
    Digest root, block;
    auto operator<=>(const Step&) const = default;
  };

  SharedForest number(VoteForest forest);
  const SharedForest& remember(const Step& step, SharedForest forest);

  std::uint64_t chain_seed_;
  SharedList<std::uint64_t> stake_;
  SolanaSchedule schedule_;
  DigestMap<std::unique_ptr<SolanaBlockSeal>> seals_;  // by proposal
  std::deque<Digest> seal_order_;
  std::map<Step, SharedForest> steps_;
  std::deque<Step> step_order_;
  std::uint64_t last_number_ = 0;
};

}  // namespace bsn
