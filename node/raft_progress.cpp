#include "node/raft_progress.h"

#include <algorithm>

namespace bsn {

bool RaftProgress::may_send() const {
  switch (state_) {
    case State::probe:
      return !probe_sent_;
    case State::replicate:
      return unacknowledged_.size() < window;
    case State::install:
      break;
  }
  return false;
}

void RaftProgress::sent(std::uint64_t last) {
  if (state_ == State::probe) {
    probe_sent_ = true;
    return;
  }
  next_ = last + 1;
  unacknowledged_.push_back(last);
}

bool RaftProgress::accepted(std::uint64_t match) {
  const bool news = match > match_;
  match_ = std::max(match_, match);
  if (state_ != State::replicate) {
    enter(State::replicate);
    next_ = match_ + 1;
  }
  next_ = std::max(next_, match_ + 1);
  while (!unacknowledged_.empty() && unacknowledged_.front() <= match_) unacknowledged_.pop_front();
  return news;
}

bool RaftProgress::refused(std::uint64_t hint, std::uint64_t base) {
  if (state_ == State::probe && next_ == match_ + 1) match_ = std::min(match_, hint);
  const std::uint64_t next = std::max(match_, hint) + 1;
  if (state_ == State::install ? next <= base : next >= next_) return false;
  enter(State::probe);
  next_ = next;
  return true;
}

void RaftProgress::enter(State state) {
  state_ = state;
  probe_sent_ = false;
  unacknowledged_.clear();
}

}  // namespace bsn
