// Where the time of one call went: turns instants seen at the gateway and lengths told by the node into the six parts
// of a CallSplit that are never negative and add up exactly to the time from the call's arrival to its answer.
#pragma once

#include <optional>

#include "core/call.h"
#include "core/time.h"

namespace bsn {

// What the gateway knows of a call's times. received <= taken <= sent.
struct CallTimes {
  Instant received;  // when the process got it
  Instant taken;     // when the machine took it up
  Instant sent;      // when the last attempt was forwarded; `taken` when there was none
};

// The split of a call that a node answered at `now`. `node` holds the node's node_queue and consensus. What is left of
// the time since `sent` after wire, node_queue and consensus is `back`; a part that would not fit (clocks, a lying
// node) is cut. Without `node_received` (no common clock) that rest is shared evenly between wire and back: links are
// symmetric but for jitter.
CallSplit split_of_answer(const CallTimes& times, Instant now, const CallSplit& node,
                          std::optional<Instant> node_received);

// The split of a call that ended at `now` without a node's answer: the time since `sent` counts as wire where an
// attempt was under way, else as route.
CallSplit split_without_answer(const CallTimes& times, Instant now, bool under_way);

}  // namespace bsn
