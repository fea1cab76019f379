// What a Raft leader knows about one follower's log, and what it may send to it next.
//
// Invariant: match < next. match is proven (the follower said so in this term); next is a guess that refusals correct.
//   probe      the follower's log is not known to agree before `next`: one append at a time, then wait for its reply
//   replicate  it agrees: appends go out without waiting, up to `window` of them unacknowledged
//   install    it needs entries that are trimmed: told so once per heartbeat until its blocks have caught up
// A lost append is noticed by the next heartbeat, which stands behind it and is refused.
// Not for more than one thread.
#pragma once

#include <cstdint>
#include <deque>

#include "core/time.h"

namespace bsn {

class RaftProgress {
 public:
  enum class State : std::uint8_t { probe, replicate, install };

  // Unacknowledged appends to one follower; at this many the leader waits for a reply.
  static constexpr std::size_t window = 8;

  // At the start of a leader's term: the follower is supposed to have everything up to last_index.
  RaftProgress(std::uint64_t last_index, Instant now) : next_(last_index + 1), heard_(now) {}

  State state() const { return state_; }
  std::uint64_t match() const { return match_; }
  std::uint64_t next() const { return next_; }
  Instant heard() const { return heard_; }  // when its last reply came in

  // Whether an append with entries may go out now.
  bool may_send() const;

  // An append that ends with entry `last` went out.
  void sent(std::uint64_t last);

  // An install went out: nothing else until the follower has caught up.
  void installing() { enter(State::install); }

  void heard_at(Instant now) { heard_ = now; }

  // It has everything up to `match`. True when that is news.
  bool accepted(std::uint64_t match);

  // It refused, and proposes to look behind `hint`; entries up to and including `base` are trimmed here. True when an
  // append is due; false when the refusal is older than what is known. A follower that goes on refusing what is proven
  // has lost its disk: the proof is void, and its log is looked for from the start.
  bool refused(std::uint64_t hint, std::uint64_t base);

 private:
  void enter(State state);

  State state_ = State::probe;
  std::uint64_t match_ = 0;
  std::uint64_t next_;
  bool probe_sent_ = false;
  std::deque<std::uint64_t> unacknowledged_;  // last index of each append; at most `window`
  Instant heard_;
};

}  // namespace bsn
