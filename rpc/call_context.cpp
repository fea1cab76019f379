#include "rpc/call_context.h"

#include <algorithm>
#include <chrono>

namespace bsn {

Duration bounded_timeout(std::int64_t timeout_ns) {
  if (timeout_ns == 0) return default_timeout;
  return std::clamp(Duration{timeout_ns}, Duration{}, longest_timeout);
}

Instant deadline_of(const grpc::ServerContextBase& context, Instant now) {
  using Clock = std::chrono::system_clock;
  const Clock::time_point deadline = context.deadline();
  if (deadline == Clock::time_point::max()) return now + default_timeout;
  const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(deadline - Clock::now()).count();
  return now + std::clamp(Duration{left}, Duration{}, longest_timeout);
}

bool believable(std::string_view value, std::size_t max_bytes) {
  const bool printable = std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; });
  return !value.empty() && value.size() <= max_bytes && printable;
}

std::optional<std::string_view> metadata_value(const grpc::ServerContextBase& context, std::string_view key,
                                               std::size_t max_bytes) {
  const auto& metadata = context.client_metadata();
  const auto [first, last] = metadata.equal_range(grpc::string_ref(key.data(), key.size()));
  if (first == last || std::next(first) != last) return std::nullopt;
  const std::string_view value(first->second.data(), first->second.size());
  if (!believable(value, max_bytes)) return std::nullopt;
  return value;
}

}  // namespace bsn
