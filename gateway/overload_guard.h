// Who is refused first when the gateway nears what it can carry, so that what matters still passes.
//
// The pressure is the larger of two shares: calls under way of the most that may be, and how long calls lately waited
// for the machine of the longest that is borne. Of the latter the least counts that was seen in a window of time: a
// burst makes some calls wait, only a queue that stands makes all of them wait (Nichols and Jacobson, "Controlling
// Queue Delay", 2012). With growing pressure are refused
//   from 0.7  reads of projects over their share      from 0.8  their writes
//   from 0.9  all reads                               from 1    everything
// A project is over its share when it has more calls under way than all projects would if they had equally many; one
// that is alone leaves a twentieth of the room to those who come. Who matters less is told to stay away longer. Not
// thread-safe. Cost: O(1) a call. Bounds: a number for each project.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/call.h"
#include "core/time.h"
#include "gateway/route_candidate.h"

namespace bsn {

class OverloadGuard {
 public:
  static constexpr Duration longest_wait = milliseconds(100);
  static constexpr Duration window = milliseconds(100);

  // `max_calls` may be under way at once; at least 1.
  explicit OverloadGuard(std::uint32_t max_calls) : max_calls_(max_calls) {}

  // A call has come, and had waited for so long. `now` never decreases.
  void arrived(Instant now, Duration waited);

  struct Shed {
    bool full = false;  // no more calls may be under way
    std::string why;
    Duration retry_after;
  };
  // Why such a call may not pass; nullopt: it may.
  std::optional<Shed> check(Instant now, std::size_t project, Operation operation) const;

  // A call that passed is under way, or no longer.
  void began(std::size_t project);
  void ended(std::size_t project);

  Pressure pressure(Instant now) const;

 private:
  bool over_share(std::size_t project) const;
  Duration standing_wait(Instant now) const;
  double share(Instant now) const;

  std::uint32_t max_calls_;
  std::uint64_t open_ = 0;
  std::uint64_t projects_open_ = 0;     // that have a call under way
  std::vector<std::uint32_t> open_of_;  // by project
  Instant window_began_;
  std::optional<Duration> least_now_, least_before_;  // that a call waited, in this window and the one before
};

}  // namespace bsn
