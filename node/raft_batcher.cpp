#include "node/raft_batcher.h"

#include <algorithm>

namespace bsn {

void RaftBatcher::waiting(Instant now, const WorkWaiting& waiting) {
  waiting_ = waiting;
  if (waiting_.transactions == 0) {
    since_.reset();
  } else if (!since_) {
    since_ = now;
  }
}

void RaftBatcher::cut(Instant now, const BatchOffered& batch) {
  WorkWaiting rest;
  const auto count = static_cast<std::uint32_t>(batch.transactions.size());
  if (count > 0 && count < waiting_.transactions) {
    std::uint64_t bytes = 0;
    for (const TransactionPtr& transaction : batch.transactions) bytes += transaction->size;
    rest = {waiting_.transactions - count, waiting_.bytes - std::min(bytes, waiting_.bytes)};
  }
  waiting_ = rest;
  restart(now);
}

std::optional<Instant> RaftBatcher::due() const {
  if (!since_) return std::nullopt;
  const bool full = waiting_.transactions >= limits_.max_transactions || waiting_.bytes >= limits_.max_bytes;
  return full ? *since_ : *since_ + timeout_;
}

}  // namespace bsn
