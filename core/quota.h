// What a gateway and the holder of quotas say to each other: shares of the calls that projects may make on a day.
//
// A day is a day of UTC, by its number since 1970. What the holder has granted counts as used, whether or not a gateway
// gets to use it; so no crash, no lost message and no second gateway ever makes a day longer than the plan says.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "core/time.h"

namespace bsn {

// `calls` more of today, please. `limit` is the plan's calls_per_day.
struct QuotaAsk {
  std::string project;
  std::uint64_t calls = 0;
  std::uint64_t limit = 0;
};

// `calls` of that day for this gateway. 0: the day's calls are all handed out.
struct QuotaGrant {
  std::string project;
  std::int64_t day = 0;
  std::uint64_t calls = 0;
};

// Calls of a grant that the gateway will not use.
struct QuotaReturn {
  std::string project;
  std::int64_t day = 0;
  std::uint64_t calls = 0;
};

// So many calls of the day have been granted: what the holder must not forget.
struct QuotaRecord {
  std::string project;
  std::int64_t day = 0;
  std::uint64_t granted = 0;
  auto operator<=>(const QuotaRecord&) const = default;
};

inline constexpr std::int64_t day_ns = seconds(24 * 60 * 60).ns;

// The day of a point in time. `zero_unix_ns`: UNIX time at Instant 0.
constexpr std::int64_t day_of(Instant now, std::int64_t zero_unix_ns) { return (now.ns + zero_unix_ns) / day_ns; }

}  // namespace bsn
