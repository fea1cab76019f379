// Where a call may go: for each chain the city nodes that host a peer of it, nearest to the origin first.
//
// Distance is the one-way base delay of the WAN model. Ties (every pair, when the WAN is switched off) go to the
// shorter great circle, then to the lower city index, so that the order is the same in every run. Orders are computed
// when first asked for and kept: at most chains x cities lists.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/gateway_spec.h"

namespace bsn {

// One peer of a chain as seen from an origin.
struct RoutePeer {
  CityIndex city;
  bool validator = false;
  Duration distance;      // one-way base delay from the origin
  double kilometres = 0;  // great circle from the origin

  // Whether this peer is nearer than `other`, not merely earlier in the list of cities.
  bool nearer(const RoutePeer& other) const {
    return std::pair(distance, kilometres) < std::pair(other.distance, other.kilometres);
  }
};

class RouteTable {
 public:
  // Precondition: check(spec) found nothing wrong.
  explicit RouteTable(const GatewaySpec& spec);

  std::optional<ChainIndex> find_chain(const ChainName& name) const;
  std::optional<CityIndex> find_city(std::string_view name) const;
  bool has_network(std::string_view network) const;

  // All peers of the chain, nearest to `origin` first; never empty. The reference stays good for the table's life.
  const std::vector<RoutePeer>& peers(ChainIndex chain, CityIndex origin) const;

 private:
  struct ChainKey {
    ChainName name;
    ChainIndex index;
  };
  struct CityKey {
    std::string name;
    CityIndex index;
  };

  std::vector<RoutePeer> sorted_peers(ChainIndex chain, CityIndex origin) const;

  WanParameters wan_;
  std::vector<CitySpec> cities_;
  std::vector<RouteSpec> routes_;
  std::vector<ChainKey> chains_by_name_;
  std::vector<CityKey> cities_by_name_;
  mutable std::vector<std::vector<RoutePeer>> orders_;  // chain x origin; empty: not computed yet
};

}  // namespace bsn
