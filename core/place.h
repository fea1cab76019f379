// Where a city node stands: coordinates, side of the border, provider.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace bsn {

// The five clouds of BSN (2020).
enum class Provider : std::uint8_t {
  china_mobile,
  china_telecom,
  china_unicom,
  baidu_cloud,
  microsoft_azure,
};
std::string_view to_string(Provider provider);  // "China Mobile" ...
std::optional<Provider> parse_provider(std::string_view name);

enum class Region : std::uint8_t { mainland, overseas };

// The life of a city node, in this order; one that has left may be commissioned anew. While building and after it left
// it hosts nothing; while syncing it fetches its chains and takes no calls; while draining it answers whatever still
// comes, and the gateway sends it nothing new. `overseas` of the press is a region, not a state. `outside`: no city
// node at all, but a host of a public network's own validators somewhere in the world; BSN neither counts it nor calls
// it.
enum class CityState : std::uint8_t { building, syncing, connected, draining, left, outside };
// Whether a city node in this state has chain peers.
inline bool hosts_peers(CityState state) { return state != CityState::building && state != CityState::left; }
std::string_view to_string(CityState state);
std::optional<CityState> parse_city_state(std::string_view name);

struct Place {
  double latitude = 0;   // degrees, -90 ... 90, north is positive
  double longitude = 0;  // degrees, -180 ... 180, east is positive
  Region region = Region::mainland;
  Provider provider = Provider::china_mobile;
};

// Great-circle distance in kilometres on a sphere of radius 6371 km (haversine).
double distance_km(const Place& a, const Place& b);

}  // namespace bsn
