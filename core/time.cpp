#include "core/time.h"

#include <array>
#include <charconv>
#include <cmath>

namespace bsn {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t ns;
};

// Largest first: printing takes the first that divides the value.
constexpr std::array<Unit, 4> printed_units = {{{"s", 1'000'000'000}, {"ms", 1'000'000}, {"us", 1'000}, {"ns", 1}}};

constexpr std::array<Unit, 6> read_units = {{{"ns", 1},
                                             {"us", 1'000},
                                             {"ms", 1'000'000},
                                             {"s", 1'000'000'000},
                                             {"min", 60'000'000'000},
                                             {"h", 3'600'000'000'000}}};

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

std::string to_string(Duration d) {
  for (const Unit& unit : printed_units) {
    if (d.ns % unit.ns == 0) return std::to_string(d.ns / unit.ns) + std::string(unit.name);
  }
  return std::to_string(d.ns) + "ns";  // not reached: the last unit divides everything
}

std::optional<Duration> parse_duration(std::string_view text) {
  text = trim(text);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || !std::isfinite(value)) return std::nullopt;
  const std::string_view name = trim(text.substr(static_cast<std::size_t>(end - text.data())));
  for (const Unit& unit : read_units) {
    if (unit.name != name) continue;
    const double ns = value * static_cast<double>(unit.ns);
    if (std::abs(ns) > 9.2e18) return std::nullopt;
    return Duration{static_cast<std::int64_t>(std::llround(ns))};
  }
  return std::nullopt;
}

}  // namespace bsn
