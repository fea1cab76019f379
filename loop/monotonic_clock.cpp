#include "loop/monotonic_clock.h"

#include <fstream>
#include <type_traits>

namespace bsn {

// libstdc++'s steady_clock reads CLOCK_MONOTONIC; both count from the same start, in nanoseconds.
static_assert(std::is_same_v<std::chrono::steady_clock::duration, std::chrono::nanoseconds>);

Instant monotonic_now() { return {std::chrono::steady_clock::now().time_since_epoch().count()}; }

std::chrono::steady_clock::time_point on_steady_clock(Instant when) {
  return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(when.ns));
}

std::int64_t unix_ns_at_zero() {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(since_1970).count() - monotonic_now().ns;
}

std::string clock_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

}  // namespace bsn
