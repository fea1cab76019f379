// Reads what comes beside a request: the deadline and metadata, both believed only within bounds.
#pragma once

#include <grpcpp/impl/codegen/server_context.h>

#include <optional>
#include <string_view>

#include "core/time.h"

namespace bsn {

// Calls without a deadline get this one; nobody waits longer than the longest.
constexpr Duration default_timeout = seconds(30);
constexpr Duration longest_timeout = seconds(600);

// A time-out as a field of a message carries it: 0 means the default, more than the longest is cut, negative is 0.
Duration bounded_timeout(std::int64_t timeout_ns);

// The call's own deadline on the clock of `now`, bounded as above.
Instant deadline_of(const grpc::ServerContextBase& context, Instant now);

// Whether a metadata value is one to believe: 1 ... max_bytes bytes, printable ASCII throughout.
bool believable(std::string_view value, std::size_t max_bytes);

// The value of a metadata key; nullopt unless it is there exactly once and believable. The view lives as long as the
// context.
std::optional<std::string_view> metadata_value(const grpc::ServerContextBase& context, std::string_view key,
                                               std::size_t max_bytes);

}  // namespace bsn
