// Reads what comes beside a request: the deadline and metadata, both believed only within bounds.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/time.h"
#include "h2/call.h"

namespace bsn {

// Calls without a deadline get this one; nobody waits longer than the longest.
constexpr Duration default_timeout = seconds(30);
constexpr Duration longest_timeout = seconds(600);

// A time-out as a field of a message carries it: 0 means the default, more than the longest is cut, negative is 0.
Duration bounded_timeout(std::int64_t timeout_ns);

// The call's own deadline on the clock of `now`, when it came; bounded as above.
Instant deadline_of(const h2::Call& call, Instant now);

// Whether a metadata value is one to believe: 1 ... max_bytes bytes, printable ASCII throughout.
bool believable(std::string_view value, std::size_t max_bytes);

// Whether the caller is on this machine's loopback interface: control services refuse all others.
bool on_loopback(const h2::Call& call);

}  // namespace bsn
