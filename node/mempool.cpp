#include "node/mempool.h"

#include <utility>

namespace bsn {
namespace {

constexpr int looked_at_max = 1000;

}  // namespace

Mempool::Added Mempool::add(const TransactionPtr& transaction, Instant now) {
  if (contains(transaction->id)) return Added::known;
  if (by_key_.contains(transaction->key)) return Added::key_reused;
  if (transaction->size > block_.max_bytes) return Added::too_big;
  if (!fits(*transaction)) return Added::full;
  insert(transaction, now, false);
  return Added::fresh;
}

void Mempool::restore(const TransactionPtr& transaction, Instant now) {
  if (!by_key_.contains(transaction->key)) insert(transaction, now, true);
}

bool Mempool::put_back(const TransactionPtr& transaction, Instant now, bool pinned) {
  if (!contains(transaction->id)) {
    if (by_key_.contains(transaction->key)) return false;
    insert(transaction, now, false);
  }
  if (pinned) pin(transaction->id);
  return true;
}

TransactionPtr Mempool::find(const Digest& id) const {
  const std::uint64_t* place = by_id_.find(id);
  if (place == nullptr) return nullptr;
  const auto waiting = waiting_.find(*place);
  return waiting != waiting_.end() ? waiting->second.transaction : proposed_.at(*place).transaction;
}

bool Mempool::pin(const Digest& id) {
  bool& pinned = at(by_id_.at(id)).pinned;
  return !std::exchange(pinned, true);
}

std::vector<TransactionPtr> Mempool::take_batch(std::uint32_t blocks) {
  const std::uint64_t max_transactions = std::uint64_t{blocks} * block_.max_transactions;
  const std::uint64_t max_bytes = std::uint64_t{blocks} * block_.max_bytes;
  std::vector<TransactionPtr> batch;
  std::uint64_t bytes = 0;
  while (!waiting_.empty() && batch.size() < max_transactions) {
    const TransactionPtr& next = waiting_.begin()->second.transaction;
    if (bytes + next->size > max_bytes) break;
    bytes += next->size;
    batch.push_back(next);
    proposed_.insert(waiting_.extract(waiting_.begin()));
  }
  waiting_bytes_ -= bytes;
  return batch;
}

void Mempool::take_back() {
  for (const auto& [place, entry] : proposed_) waiting_bytes_ += entry.transaction->size;
  waiting_.merge(proposed_);
}

Mempool::Removed Mempool::remove(const Transaction& transaction) {
  Removed removed;
  if (const std::uint64_t* here = by_id_.find(transaction.id)) {
    removed.pinned = erase(*here).pinned;
    return removed;
  }
  const std::uint64_t* rival = by_key_.find(transaction.key);
  if (rival == nullptr) return removed;
  Entry gone = erase(*rival);
  removed.rival = std::move(gone.transaction);
  removed.rival_pinned = gone.pinned;
  return removed;
}

void Mempool::expire(Instant before, const std::function<bool(const Digest&)>& keep) {
  std::vector<std::uint64_t> gone;
  int looked_at = 0;
  for (const auto& [place, entry] : waiting_) {
    if (entry.since >= before || ++looked_at > looked_at_max) break;
    if (!entry.pinned && !keep(entry.transaction->id)) gone.push_back(place);
  }
  for (const std::uint64_t place : gone) erase(place);
}

bool Mempool::fits(const Transaction& transaction) const {
  return size() < limits_.max_transactions && bytes_ + transaction.size <= limits_.max_bytes;
}

void Mempool::insert(const TransactionPtr& transaction, Instant now, bool pinned) {
  const std::uint64_t place = next_++;
  waiting_.emplace_hint(waiting_.end(), place, Entry{transaction, now, pinned});
  by_id_.try_emplace(transaction->id, place);
  by_key_.try_emplace(transaction->key, place);
  bytes_ += transaction->size;
  waiting_bytes_ += transaction->size;
}

Mempool::Entry Mempool::erase(std::uint64_t place) {
  auto node = waiting_.extract(place);
  const bool was_waiting = !node.empty();
  if (!was_waiting) node = proposed_.extract(place);
  Entry entry = std::move(node.mapped());
  by_id_.erase(entry.transaction->id);
  by_key_.erase(entry.transaction->key);
  bytes_ -= entry.transaction->size;
  if (was_waiting) waiting_bytes_ -= entry.transaction->size;
  return entry;
}

Mempool::Entry& Mempool::at(std::uint64_t place) {
  const auto waiting = waiting_.find(place);
  return waiting != waiting_.end() ? waiting->second : proposed_.at(place);
}

}  // namespace bsn
