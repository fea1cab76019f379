#include "gateway/route_table.h"

#include <algorithm>
#include <tuple>

#include "core/check.h"

namespace bsn {

RouteTable::RouteTable(const GatewaySpec& spec)
    : wan_(spec.wan), cities_(spec.cities), routes_(spec.routes), orders_(spec.routes.size() * spec.cities.size()) {
  for (const RouteSpec& route : routes_) {
    if (route.state != RouteState::retired) chains_by_name_.push_back({route.name, route.index});
  }
  for (const CitySpec& city : cities_) cities_by_name_.push_back({city.name, city.index});
  std::sort(chains_by_name_.begin(), chains_by_name_.end(),
            [](const ChainKey& a, const ChainKey& b) { return a.name < b.name; });
  std::sort(cities_by_name_.begin(), cities_by_name_.end(),
            [](const CityKey& a, const CityKey& b) { return a.name < b.name; });
}

std::optional<ChainIndex> RouteTable::find_chain(const ChainName& name) const {
  const auto found = std::lower_bound(chains_by_name_.begin(), chains_by_name_.end(), name,
                                      [](const ChainKey& key, const ChainName& wanted) { return key.name < wanted; });
  if (found == chains_by_name_.end() || found->name != name) return std::nullopt;
  return found->index;
}

std::optional<CityIndex> RouteTable::find_city(std::string_view name) const {
  const auto found = std::lower_bound(cities_by_name_.begin(), cities_by_name_.end(), name,
                                      [](const CityKey& key, std::string_view wanted) { return key.name < wanted; });
  if (found == cities_by_name_.end() || found->name != name) return std::nullopt;
  return found->index;
}

bool RouteTable::has_network(std::string_view network) const {
  return std::any_of(chains_by_name_.begin(), chains_by_name_.end(),
                     [&](const ChainKey& key) { return key.name.network == network; });
}

const std::vector<RoutePeer>& RouteTable::peers(ChainIndex chain, CityIndex origin) const {
  BSN_CHECK(chain.value < routes_.size() && origin.value < cities_.size(), "no such chain or city");
  std::vector<RoutePeer>& order = orders_[chain.value * cities_.size() + origin.value];
  if (order.empty()) order = sorted_peers(chain, origin);
  return order;
}

std::vector<RoutePeer> RouteTable::sorted_peers(ChainIndex chain, CityIndex origin) const {
  const RouteSpec& route = routes_[chain.value];
  const Place& from = cities_[origin.value].place;
  std::vector<RoutePeer> order;
  const auto add = [&](CityIndex city, bool validator) {
    const Place& to = cities_[city.value].place;
    order.push_back({city, validator, link_profile(wan_, from, to).base, distance_km(from, to)});
  };
  for (const CityIndex city : route.validators) add(city, true);
  for (const CityIndex city : route.followers) add(city, false);
  std::sort(order.begin(), order.end(), [](const RoutePeer& a, const RoutePeer& b) {
    return std::tie(a.distance, a.kilometres, a.city) < std::tie(b.distance, b.kilometres, b.city);
  });
  return order;
}

}  // namespace bsn
