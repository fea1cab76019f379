// Transactions that wait for a block: first come, first served, bounded in number and bytes.
//
// Each transaction waits or is in an own proposal. It leaves when a block has it, or when it has waited too long and
// nobody relies on it (expire). At the bound new ones are refused; nothing is ever pushed out.
//
// One (project, idempotency key) stands here at most once: a second body under a key is refused.
// Costs: O(log n) per transaction. Memory: about 300 bytes per transaction beside the transaction itself.
// Not for more than one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "core/block.h"
#include "core/chain_spec.h"
#include "node/digest_map.h"

namespace bsn {

class Mempool {
 public:
  enum class Added : std::uint8_t {
    fresh,
    known,       // the same transaction is here
    key_reused,  // another body with its key is here
    full,        // a limit is reached
    too_big,     // it would not fit into an empty block
  };

  Mempool(const MempoolLimits& limits, const BlockLimits& block) : limits_(limits), block_(block) {}

  Added add(const TransactionPtr& transaction, Instant now);

  // As add, but beyond the limits, and pinned: what was acknowledged before a restart must come in again.
  void restore(const TransactionPtr& transaction, Instant now);

  // As add, but beyond the limits: the block that had it was undone. Waits behind all others. False: its key is taken.
  bool put_back(const TransactionPtr& transaction, Instant now, bool pinned);

  bool contains(const Digest& id) const { return by_id_.contains(id); }
  TransactionPtr find(const Digest& id) const;  // nullptr: not here

  // Marks a transaction that is here as acknowledged at level accepted: it never expires. False: it was pinned before.
  bool pin(const Digest& id);

  // The oldest waiting transactions that fit into so many blocks; they are in a proposal from now on.
  std::vector<TransactionPtr> take_batch(std::uint32_t blocks = 1);

  // The proposals did not make it: all their transactions wait again, at their old places.
  void take_back();

  // What left with a transaction.
  struct Removed {
    bool pinned = false;
    TransactionPtr rival;  // had the same key and another body: it can't be executed any more, and is gone too
    bool rival_pinned = false;
  };
  // A block has this transaction; it need not be here.
  Removed remove(const Transaction& transaction);

  // Drops waiting, unpinned transactions that came before `before` and that `keep` does not want. Looks at the 1000
  // oldest at most; the others have their turn when it is called again.
  void expire(Instant before, const std::function<bool(const Digest& id)>& keep);

  std::size_t size() const { return by_id_.size(); }
  std::uint64_t bytes() const { return bytes_; }
  std::uint32_t waiting() const { return static_cast<std::uint32_t>(waiting_.size()); }
  std::uint64_t waiting_bytes() const { return waiting_bytes_; }

 private:
  struct Entry {
    TransactionPtr transaction;
    Instant since;
    bool pinned = false;
  };
  using Entries = std::map<std::uint64_t, Entry>;  // by order of arrival

  bool fits(const Transaction& transaction) const;
  void insert(const TransactionPtr& transaction, Instant now, bool pinned);
  Entry erase(std::uint64_t place);
  Entry& at(std::uint64_t place);

  MempoolLimits limits_;
  BlockLimits block_;
  std::uint64_t next_ = 0;
  Entries waiting_;
  Entries proposed_;
  DigestMap<std::uint64_t> by_id_;   // -> place
  DigestMap<std::uint64_t> by_key_;  // key_digest -> place
  std::uint64_t bytes_ = 0;
  std::uint64_t waiting_bytes_ = 0;
};

}  // namespace bsn
