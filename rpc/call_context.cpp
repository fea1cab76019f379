#include "rpc/call_context.h"

#include <algorithm>

namespace bsn {

Duration bounded_timeout(std::int64_t timeout_ns) {
  if (timeout_ns == 0) return default_timeout;
  return std::clamp(Duration{timeout_ns}, Duration{}, longest_timeout);
}

Instant deadline_of(const h2::Call& call, Instant now) {
  if (!call.timeout()) return now + default_timeout;
  return now + std::min(Duration{call.timeout()->count()}, longest_timeout);
}

bool believable(std::string_view value, std::size_t max_bytes) {
  const bool printable = std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; });
  return !value.empty() && value.size() <= max_bytes && printable;
}

bool on_loopback(const h2::Call& call) { return call.peer().starts_with("127.") || call.peer().starts_with("[::1]"); }

}  // namespace bsn
