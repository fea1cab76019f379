// The writes whose callers wait for a block: who waits for which transaction, until when.
//
// Bounded: beyond `max` calls full() is true and the chain peer refuses. Every call that was added leaves exactly once:
// taken with its transaction, expired, or cancelled.
// Costs: O(log n). Not for more than one thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/call.h"

namespace bsn {

struct OpenCall {
  CallId id;
  Digest transaction;
  Instant taken_up;     // by the machine: what `consensus` counts from
  Duration node_queue;  // from its receipt until then
  Instant deadline;
  Level level = Level::final_;  // committed or final
};

class OpenCalls {
 public:
  explicit OpenCalls(std::size_t max) : max_(max) {}

  bool full() const { return calls_.size() >= max_; }
  std::size_t size() const { return calls_.size(); }

  // The id must not be open.
  void add(const OpenCall& call);

  // Nothing happens when it is not open.
  void cancel(CallId id);

  bool waits_for(const Digest& transaction) const;

  // Removes and returns those that wait for this transaction to be committed (reached: committed) or all that wait for
  // it (reached: final), in order of id.
  std::vector<OpenCall> take(const Digest& transaction, Level reached = Level::final_);

  // Removes and returns all whose deadline is at or before `now`, the earliest first.
  std::vector<OpenCall> take_expired(Instant now);

  // Removes and returns all, in order of id.
  std::vector<OpenCall> take_all();

  std::optional<Instant> next_deadline() const;

 private:
  OpenCall remove(CallId id);

  std::size_t max_;
  std::map<CallId, OpenCall> calls_;
  std::set<std::pair<Digest, CallId>> by_transaction_;
  std::set<std::pair<Instant, CallId>> by_deadline_;
};

}  // namespace bsn
