// Time as values: a Duration is a length, an Instant is a point; mixing them up does not compile.
//
// Both count whole nanoseconds in a signed 64-bit integer (about +-292 years). An Instant counts from the start of the
// clock that its driver owns: virtual time starts at zero, live time is the monotonic clock of the machine. No function
// here reads a clock.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace bsn {

// A length of time in nanoseconds; may be negative as the result of a subtraction.
struct Duration {
  std::int64_t ns = 0;

  static constexpr Duration max() { return {std::numeric_limits<std::int64_t>::max()}; }

  constexpr auto operator<=>(const Duration&) const = default;
  constexpr Duration operator+(Duration other) const { return {ns + other.ns}; }
  constexpr Duration operator-(Duration other) const { return {ns - other.ns}; }
  constexpr Duration operator*(std::int64_t factor) const { return {ns * factor}; }
  constexpr Duration operator/(std::int64_t divisor) const { return {ns / divisor}; }
  constexpr Duration& operator+=(Duration other) { return *this = *this + other; }
  constexpr Duration& operator-=(Duration other) { return *this = *this - other; }

  constexpr double seconds() const { return static_cast<double>(ns) / 1e9; }
  constexpr double milliseconds() const { return static_cast<double>(ns) / 1e6; }
};

constexpr Duration nanoseconds(std::int64_t n) { return {n}; }
constexpr Duration microseconds(std::int64_t n) { return {n * 1'000}; }
constexpr Duration milliseconds(std::int64_t n) { return {n * 1'000'000}; }
constexpr Duration seconds(std::int64_t n) { return {n * 1'000'000'000}; }

// `s` seconds, rounded to the nearest nanosecond. Range: |s| < 9.2e9.
constexpr Duration from_seconds(double s) { return {static_cast<std::int64_t>(s * 1e9 + (s < 0 ? -0.5 : 0.5))}; }

// A point in time, in nanoseconds since the start of the driver's clock.
struct Instant {
  std::int64_t ns = 0;

  static constexpr Instant max() { return {std::numeric_limits<std::int64_t>::max()}; }

  constexpr auto operator<=>(const Instant&) const = default;
  constexpr Instant operator+(Duration d) const { return {ns + d.ns}; }
  constexpr Instant operator-(Duration d) const { return {ns - d.ns}; }
  constexpr Duration operator-(Instant other) const { return {ns - other.ns}; }
};

// The earlier of two optional wake-ups; nullopt means "nothing pending".
constexpr std::optional<Instant> earlier(std::optional<Instant> a, std::optional<Instant> b) {
  if (!a) return b;
  if (!b) return a;
  return *a < *b ? a : b;
}

// Prints the largest unit that loses nothing: "250ms", "1500us", "2s", "0s", "90s".
std::string to_string(Duration d);

// Reads "50 ms", "2min", "1.5 s", "250us", "10 ns", "1 h". A unit is required. nullopt: not a duration, or out of
// range.
std::optional<Duration> parse_duration(std::string_view text);

}  // namespace bsn
