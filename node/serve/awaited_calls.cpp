#include "node/serve/awaited_calls.h"

#include <chrono>
#include <string>
#include <utility>

namespace bsn {

Reply overloaded(std::string message) {
  Reply reply = refusal(Status::resource_exhausted, Reason::mempool_full, std::move(message));
  reply.retry_after = milliseconds(500);  // the machine works off a full inbox in less
  return reply;
}

std::optional<CallId> AwaitedCalls::add(AwaitedCall call) {
  const std::lock_guard lock(mutex_);
  if (closed_ || calls_.size() >= most_open_) return std::nullopt;
  const CallId id{next_id_++};
  calls_.emplace_hint(calls_.end(), id, std::move(call));
  return id;
}

// Closed is for good, so it is the answer also to a call that found the bound first.
Reply AwaitedCalls::turned_away() const {
  const std::lock_guard lock(mutex_);
  if (closed_) return refusal(Status::unavailable, Reason::stopping, "the city node is stopping");
  return overloaded("the city node has " + std::to_string(most_open_) + " calls open");
}

std::optional<AwaitedCall> AwaitedCalls::take(CallId id) {
  const std::lock_guard lock(mutex_);
  auto node = calls_.extract(id);
  if (node.empty()) return std::nullopt;
  if (calls_.empty()) none_left_.notify_all();
  return std::move(node.mapped());
}

void AwaitedCalls::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
}

void AwaitedCalls::wait_until_none(Duration limit) {
  std::unique_lock lock(mutex_);
  none_left_.wait_for(lock, std::chrono::nanoseconds(limit.ns), [this] { return calls_.empty(); });
}

std::vector<AwaitedCall> AwaitedCalls::take_all() {
  const std::lock_guard lock(mutex_);
  std::vector<AwaitedCall> all;
  for (auto& [id, call] : calls_) all.push_back(std::move(call));
  calls_.clear();
  none_left_.notify_all();
  return all;
}

}  // namespace bsn
