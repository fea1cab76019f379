// The rounds in which a seat that is to be added gets the log (Ongaro's thesis, section 4.2.1).
//
// A round brings what the leader's log held when the round began; meanwhile the log grows, so another round follows. A
// round that took less than an election time-out was the last: what is missing then is so little that the seat, once it
// votes, does not keep the others waiting. Rounds go on for as long as the seat is slower than that: it is not added
// then, and whoever wants it there sees that it does not come.
// Not for more than one thread.
#pragma once

#include <cstdint>

#include "core/ids.h"
#include "core/time.h"

namespace bsn {

class RaftCatchUp {
 public:
  // The first round, up to the leader's `last_index`.
  RaftCatchUp(ValidatorIndex seat, std::uint64_t last_index, Instant now)
      : seat_(seat), goal_(last_index), began_(now) {}

  ValidatorIndex seat() const { return seat_; }
  bool done() const { return done_; }

  // The seat has everything up to `match`, the leader up to `last_index`.
  void reached(std::uint64_t match, std::uint64_t last_index, Instant now, Duration election_timeout) {
    if (done_ || match < goal_) return;
    done_ = now < began_ + election_timeout;
    goal_ = last_index;
    began_ = now;
  }

 private:
  ValidatorIndex seat_;
  std::uint64_t goal_;
  Instant began_;
  bool done_ = false;
};

}  // namespace bsn
