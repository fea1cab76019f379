#include "core/place.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace bsn {
namespace {

constexpr std::array<std::string_view, 5> provider_names = {"China Mobile", "China Telecom", "China Unicom",
                                                            "Baidu Cloud", "Microsoft Azure"};
constexpr std::array<std::string_view, 6> state_names = {"building", "syncing", "connected",
                                                         "draining", "left",    "outside"};

template <class Enum, std::size_t n>
std::optional<Enum> find_name(const std::array<std::string_view, n>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

double radians(double degrees) { return degrees * std::numbers::pi / 180; }

}  // namespace

std::string_view to_string(Provider provider) { return provider_names[static_cast<std::size_t>(provider)]; }

std::optional<Provider> parse_provider(std::string_view name) { return find_name<Provider>(provider_names, name); }

std::string_view to_string(CityState state) { return state_names[static_cast<std::size_t>(state)]; }

std::optional<CityState> parse_city_state(std::string_view name) { return find_name<CityState>(state_names, name); }

double distance_km(const Place& a, const Place& b) {
  constexpr double earth_radius_km = 6371;
  const double rise = std::sin(radians(b.latitude - a.latitude) / 2);
  const double run = std::sin(radians(b.longitude - a.longitude) / 2);
  const double h = rise * rise + std::cos(radians(a.latitude)) * std::cos(radians(b.latitude)) * run * run;
  return 2 * earth_radius_km * std::asin(std::sqrt(std::min(1.0, h)));
}

}  // namespace bsn
