// After a snapshot: fetches the blocks below it, so that what a peer stores is always a prefix of the chain without a
// gap. Until that has reached the snapshot, newer blocks are held here.
//
// One validator after the other is asked for the next blocks, again after 1 s; no vouchers are needed, since the
// snapshot holds the hash of every block. A block that does not fit its hash names who sent it, who is not asked again.
// Bound: 4,096 blocks are held; then the caller must not seal more before the history is there (full()). Not for more
// than one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/block.h"
#include "core/peer_message.h"

namespace bsn {

class HistoryFill {
 public:
  static constexpr std::size_t held_max = 4'096;
  static constexpr Duration ask_interval = seconds(1);

  struct Parameters {
    std::uint32_t validators = 1;
    std::optional<ValidatorIndex> self;
    Height stored = 0;    // blocks up to here are on the disk
    Height snapshot = 0;  // its height
  };
  struct Request {
    ValidatorIndex to;
    Height from = 0;
  };
  using HashAt = std::function<const Digest&(Height)>;

  HistoryFill(const Parameters& parameters, Instant now) : parameters_(parameters), due_(now) {}

  // Blocks came. Those that are next to be stored, in order; `hash_at` knows the heights up to the snapshot's.
  std::vector<BlockPtr> heard(ValidatorIndex from, const Blocks& blocks, const HashAt& hash_at, Instant now);

  // A block above the snapshot was sealed: to be stored later.
  void hold(BlockPtr block) { held_.push_back(std::move(block)); }
  bool full() const { return held_.size() >= held_max; }

  // The last block on the disk. complete(): what is held is next to be stored.
  Height stored() const { return parameters_.stored; }
  bool complete() const { return parameters_.stored == parameters_.snapshot; }
  const std::vector<BlockPtr>& held() const { return held_; }

  std::optional<Request> take_due(Instant now);
  Instant next_due() const { return due_; }

  // Who lied; nullopt: nobody since this was asked last.
  std::optional<ValidatorIndex> take_liar() { return std::exchange(liar_, std::nullopt); }

 private:
  Parameters parameters_;
  std::vector<BlockPtr> held_;
  std::set<ValidatorIndex> liars_;
  std::optional<ValidatorIndex> liar_;
  std::uint32_t turn_ = 0;
  Instant due_;
};

}  // namespace bsn
