// When a Raft leader cuts a batch, as Fabric's orderer does: as soon as what waits fills a block, or `timeout` after
// the first transaction began to wait. A rest that a cut leaves behind begins to wait anew.
// A value without clock or queue: the transactions themselves stay in the mempool. Not for more than one thread.
#pragma once

#include <optional>

#include "node/consensus_engine.h"

namespace bsn {

class RaftBatcher {
 public:
  RaftBatcher(const BlockLimits& limits, Duration timeout) : limits_(limits), timeout_(timeout) {}

  // The mempool holds this much now.
  void waiting(Instant now, const WorkWaiting& waiting);

  // This much was taken out. An empty batch means that nothing waits after all.
  void cut(Instant now, const BatchOffered& batch);

  // A new leader gives what it finds a whole time-out to gather.
  void restart(Instant now) { since_ = waiting_.transactions > 0 ? std::optional(now) : std::nullopt; }

  // From when on a batch is due; nullopt: nothing waits. Not later than now when a block is full.
  std::optional<Instant> due() const;

 private:
  BlockLimits limits_;
  Duration timeout_;
  WorkWaiting waiting_;
  std::optional<Instant> since_;  // set exactly while something waits
};

}  // namespace bsn
