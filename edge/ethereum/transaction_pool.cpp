#include "edge/ethereum/transaction_pool.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace bsn::edge::ethereum {
namespace {

constexpr std::chrono::hours longest_wait{1};

}  // namespace

TransactionPool::Verdict TransactionPool::add(SignedTransaction transaction, Caller caller, std::uint64_t nonce,
                                              std::chrono::steady_clock::time_point now) {
  if (by_hash_.contains(transaction.hash)) return Verdict::known;
  if (by_hash_.size() >= most) drop_old(now);
  if (by_hash_.size() >= most) return Verdict::full;
  const auto known = senders_.find(transaction.from);
  const std::uint64_t next = std::max(nonce, known == senders_.end() ? 0 : known->second.next);
  if (transaction.nonce < next) return Verdict::nonce_too_low;
  Sender& sender = senders_[transaction.from];
  raise(sender, next);
  if (sender.waiting.contains(transaction.nonce)) return Verdict::nonce_taken;
  if (sender.waiting.size() >= most_of_one) return Verdict::full;
  const auto pending = std::make_shared<PendingTransaction>();
  pending->transaction = std::move(transaction);
  pending->caller = std::move(caller);
  pending->since = now;
  sender.waiting[pending->transaction.nonce] = pending;
  by_hash_[pending->transaction.hash] = pending;
  return Verdict::added;
}

PendingPtr TransactionPool::take(const std::string& sender) {
  const auto found = senders_.find(sender);
  if (found == senders_.end() || found->second.under_way) return nullptr;
  const auto next = found->second.waiting.find(found->second.next);
  if (next == found->second.waiting.end() || next->second->committed) return nullptr;
  found->second.under_way = true;
  return next->second;
}

void TransactionPool::committed(const PendingPtr& pending) {
  pending->committed = true;
  const auto found = senders_.find(pending->transaction.from);
  if (found == senders_.end()) return;  // final already
  found->second.under_way = false;
  raise(found->second, pending->transaction.nonce + 1);
}

void TransactionPool::dropped(const PendingPtr& pending) {
  const auto found = senders_.find(pending->transaction.from);
  if (found != senders_.end()) found->second.under_way = false;
  remove(pending);
}

void TransactionPool::mined(const SignedTransaction& transaction) {
  const auto found = senders_.find(transaction.from);
  if (found == senders_.end()) return;
  raise(found->second, transaction.nonce + 1);
  if (const PendingPtr pending = find(transaction.hash)) return remove(pending);
  if (found->second.waiting.empty() && !found->second.under_way) senders_.erase(found);
}

std::uint64_t TransactionPool::next_nonce(const std::string& sender, std::uint64_t nonce) const {
  const auto found = senders_.find(sender);
  if (found == senders_.end()) return nonce;
  std::uint64_t next = std::max(nonce, found->second.next);
  while (found->second.waiting.contains(next)) ++next;
  return next;
}

PendingPtr TransactionPool::find(const std::string& hash) const {
  const auto found = by_hash_.find(hash);
  return found == by_hash_.end() ? nullptr : found->second;
}

// The chain is that far: what waits below, and is in no block, never will be.
void TransactionPool::raise(Sender& sender, std::uint64_t nonce) {
  sender.next = std::max(sender.next, nonce);
  std::erase_if(sender.waiting, [&](const auto& each) {
    const bool late = each.first < sender.next && !each.second->committed && each.second->attempts == 0;
    if (late) by_hash_.erase(each.second->transaction.hash);
    return late;
  });
}

void TransactionPool::remove(const PendingPtr& pending) {
  by_hash_.erase(pending->transaction.hash);
  const auto found = senders_.find(pending->transaction.from);
  if (found == senders_.end()) return;
  found->second.waiting.erase(pending->transaction.nonce);
  if (found->second.waiting.empty()) senders_.erase(found);
}

void TransactionPool::drop_old(std::chrono::steady_clock::time_point now) {
  std::vector<PendingPtr> old;
  for (const auto& [hash, pending] : by_hash_) {
    if (now - pending->since > longest_wait) old.push_back(pending);
  }
  for (const PendingPtr& each : old) remove(each);
}

}  // namespace bsn::edge::ethereum
