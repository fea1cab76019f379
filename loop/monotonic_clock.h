// The clock of live runs: CLOCK_MONOTONIC, which all processes of one machine share, so that an Instant taken by a node
// can be compared with one taken by the gateway beside it. Never jumps when the date is set.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "core/time.h"

namespace bsn {

Instant monotonic_now();

// The same point in time for the standard library's waits.
std::chrono::steady_clock::time_point on_steady_clock(Instant when);

// The UNIX time, in nanoseconds, at Instant 0, as the system's date is now. Whoever asks once has a date that does not
// jump.
std::int64_t unix_ns_at_zero();

// Names the clock: the machine's present boot. Processes that give the same name read the same clock, so that their
// Instants can be compared. Empty when the system does not say.
std::string clock_id();

}  // namespace bsn
