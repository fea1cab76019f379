#include "node/open_calls.h"

#include "core/check.h"

namespace bsn {

void OpenCalls::add(const OpenCall& call) {
  BSN_CHECK(calls_.emplace(call.id, call).second, "a call's id is unique while it is open");
  by_transaction_.emplace(call.transaction, call.id);
  by_deadline_.emplace(call.deadline, call.id);
}

void OpenCalls::cancel(CallId id) {
  if (calls_.contains(id)) remove(id);
}

bool OpenCalls::waits_for(const Digest& transaction) const {
  const auto first = by_transaction_.lower_bound({transaction, CallId{}});
  return first != by_transaction_.end() && first->first == transaction;
}

std::vector<OpenCall> OpenCalls::take(const Digest& transaction, Level reached) {
  std::vector<OpenCall> taken;
  auto next = by_transaction_.lower_bound({transaction, CallId{}});
  while (next != by_transaction_.end() && next->first == transaction) {
    const CallId id = (next++)->second;
    if (reached == Level::final_ || calls_.at(id).level != Level::final_) taken.push_back(remove(id));
  }
  return taken;
}

std::vector<OpenCall> OpenCalls::take_expired(Instant now) {
  std::vector<OpenCall> taken;
  while (!by_deadline_.empty() && by_deadline_.begin()->first <= now) {
    taken.push_back(remove(by_deadline_.begin()->second));
  }
  return taken;
}

std::vector<OpenCall> OpenCalls::take_all() {
  std::vector<OpenCall> taken;
  while (!calls_.empty()) taken.push_back(remove(calls_.begin()->first));
  return taken;
}

std::optional<Instant> OpenCalls::next_deadline() const {
  if (by_deadline_.empty()) return std::nullopt;
  return by_deadline_.begin()->first;
}

OpenCall OpenCalls::remove(CallId id) {
  const OpenCall call = calls_.extract(id).mapped();
  by_transaction_.erase({call.transaction, id});
  by_deadline_.erase({call.deadline, id});
  return call;
}

}  // namespace bsn
