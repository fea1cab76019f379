#include "node/paced_peer.h"

#include <algorithm>

namespace bsn {

void PacedPeer::step(Instant now, const ChainPeerInput& input, std::vector<ChainPeerOutput>& out) {
  if (cost_.is_free()) return peer_.step(now, input, out);
  advance_to(now, out);
  const auto* cancelled = std::get_if<CallCancelled>(&input);
  if (cancelled != nullptr && forget(*cancelled)) return;
  if (busy()) return wait(input, out);
  peer_.step(now, input, out);
  charge();
}

void PacedPeer::advance_to(Instant now, std::vector<ChainPeerOutput>& out) {
  if (cost_.is_free()) return peer_.advance_to(now, out);
  now_ = now;
  while (!busy() && !waiting_.empty()) {
    const ChainPeerInput input = std::move(waiting_.front());
    waiting_.pop_front();
    peer_.step(now, input, out);
    charge();
  }
  const std::optional<Instant> due = peer_.next_wakeup();
  if (busy() || !due || *due > now) return;
  peer_.advance_to(now, out);
  charge();
}

std::optional<Instant> PacedPeer::next_wakeup() const {
  const std::optional<Instant> due = peer_.next_wakeup();
  if (cost_.is_free()) return due;
  if (!waiting_.empty()) return busy_until_;
  return due && busy() ? std::max(*due, busy_until_) : due;
}

// Calls that still wait are refused as open ones are.
void PacedPeer::leave(Instant now, std::vector<ChainPeerOutput>& out) {
  for (const ChainPeerInput& input : waiting_) {
    const auto* call = std::get_if<CallArrived>(&input);
    if (call == nullptr) continue;
    Reply reply = refusal(Status::unavailable, Reason::draining, "the chain peer of this city is given up");
    reply.split.node_queue = now - call->received;
    out.push_back(Answer{call->id, std::move(reply)});
  }
  waiting_.clear();
  peer_.leave(now, out);
}

void PacedPeer::wait(const ChainPeerInput& input, std::vector<ChainPeerOutput>& out) {
  if (waiting_.size() < waiting_max) return waiting_.push_back(input);
  const auto* call = std::get_if<CallArrived>(&input);
  if (call == nullptr) return;
  Reply reply = refusal(Status::resource_exhausted, Reason::mempool_full, "the chain peer has too much work waiting");
  reply.split.node_queue = now_ - call->received;
  out.push_back(Answer{call->id, std::move(reply)});
}

// A call that still waits is forgotten here.
bool PacedPeer::forget(const CallCancelled& cancelled) {
  const auto waits = std::find_if(waiting_.begin(), waiting_.end(), [&](const ChainPeerInput& input) {
    const auto* call = std::get_if<CallArrived>(&input);
    return call != nullptr && call->id == cancelled.id;
  });
  if (waits == waiting_.end()) return false;
  waiting_.erase(waits);
  return true;
}

void PacedPeer::charge() {
  const PeerWork work = peer_.take_work();
  const auto times = [](Duration each, std::uint64_t count) { return each * static_cast<std::int64_t>(count); };
  busy_until_ = std::max(busy_until_, now_) + times(cost_.verify, work.verified) + times(cost_.execute, work.executed) +
                times(cost_.validate, work.validated);
}

}  // namespace bsn
