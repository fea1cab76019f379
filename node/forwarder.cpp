#include "node/forwarder.h"

#include <algorithm>

namespace bsn {

void Forwarder::add(const TransactionPtr& transaction, bool own, Instant now) {
  if (own) {
    const auto [added, fresh] = own_.try_emplace(transaction->id, Own{transaction, 0, {}});
    if (!fresh) return;
    schedule(transaction->id, *added, now + first_retry);
  }
  gathered_.push_back(transaction);
  if (!gathered_due_) gathered_due_ = now + interval_;
}

void Forwarder::forget(const Digest& id) {
  const Own* found = own_.find(id);
  if (found == nullptr) return;
  schedule_.erase(found->due);
  own_.erase(id);
}

void Forwarder::send_all_again(Instant now) {
  std::erase_if(gathered_, [&](const TransactionPtr& one) { return own_.contains(one->id); });
  for (const auto& [due, id] : schedule_) gathered_.push_back(own_.at(id).transaction);
  gathered_due_.reset();
  if (!gathered_.empty()) gathered_due_ = now;
}

Forwarder::Due Forwarder::take_due(Instant now) {
  Due taken;
  if (gathered_due_ && *gathered_due_ <= now) {
    taken.transactions.swap(gathered_);
    taken.own = std::any_of(taken.transactions.begin(), taken.transactions.end(),
                            [&](const TransactionPtr& one) { return own_.contains(one->id); });
    gathered_due_.reset();
  }
  while (!schedule_.empty() && schedule_.begin()->first.first <= now) {
    const Digest id = schedule_.begin()->second;
    Own& own = own_.at(id);
    taken.transactions.push_back(own.transaction);
    taken.retried = taken.own = true;
    schedule_.erase(schedule_.begin());
    if (++own.retries > retries_max) {
      own_.erase(id);
    } else {
      schedule(id, own, now + first_retry * (std::int64_t{1} << own.retries));
    }
  }
  return taken;
}

std::optional<Instant> Forwarder::next_due() const {
  if (schedule_.empty()) return gathered_due_;
  return earlier(gathered_due_, schedule_.begin()->first.first);
}

void Forwarder::schedule(const Digest& id, Own& own, Instant due) {
  own.due = {due, scheduled_++};
  schedule_.emplace(own.due, id);
}

}  // namespace bsn
