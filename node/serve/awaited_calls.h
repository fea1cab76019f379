// The calls that a node has not answered yet, and where each answer goes.
//
// Bound: most_open at once; beyond it add() refuses and the caller is told RESOURCE_EXHAUSTED and when to come again.
// Any thread.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/call.h"
#include "core/ids.h"
#include "core/time.h"
#include "node/serve/trace_log.h"

namespace bsn {

// Who waits for answers: a unary call, or a stream with many. Called from any thread; must not block.
class AnswerSink {
 public:
  virtual ~AnswerSink() = default;

  // The answer to the call that the sink knows as `tag`; `received` is when the call came in.
  virtual void answer(std::uint64_t tag, const Reply& reply, Instant received) = 0;

  // All answers of one turn have been given: send them now.
  virtual void flush() {}
};

struct AwaitedCall {
  std::shared_ptr<AnswerSink> sink;
  std::uint64_t tag = 0;
  Instant received;
  std::unique_ptr<const TracedCall> traced{};  // nullptr: nothing is logged of it
};

// The answer to a call beyond a bound of this process: RESOURCE_EXHAUSTED, and when to come again.
Reply overloaded(std::string message);

class AwaitedCalls {
 public:
  explicit AwaitedCalls(std::size_t most_open = 100'000) : most_open_(most_open) {}

  // A fresh id for the call; nullopt: at the bound, or closed.
  std::optional<CallId> add(AwaitedCall call);

  // What a caller is told whom add() turned away.
  Reply turned_away() const;

  // The call, which is then no longer open; nullopt: it is not (cancelled).
  std::optional<AwaitedCall> take(CallId id);

  // No more calls; those that are open may still be taken.
  void close();

  // Waits until no call is open, or the limit has passed.
  void wait_until_none(Duration limit);

  // Every open call, none of which is open afterwards.
  std::vector<AwaitedCall> take_all();

 private:
  const std::size_t most_open_;
  mutable std::mutex mutex_;
  std::condition_variable none_left_;
  std::map<CallId, AwaitedCall> calls_;
  std::uint64_t next_id_ = 1;
  bool closed_ = false;
};

}  // namespace bsn
