#include "gateway/route_table.h"

#include <gtest/gtest.h>

#include "tests/gateway/gateway_fixture.h"

namespace bsn {
namespace {

std::vector<CityIndex> order(const RouteTable& table, CityIndex origin) {
  std::vector<CityIndex> cities;
  for (const RoutePeer& peer : table.peers(ChainIndex{0}, origin)) cities.push_back(peer.city);
  return cities;
}

TEST(RouteTable, FindsChainsAndCitiesByName) {
  const RouteTable table(test::small_network());
  EXPECT_EQ(table.find_chain({"neo", "main"}), ChainIndex{1});
  EXPECT_FALSE(table.find_chain({"neo", "trade"}));
  EXPECT_FALSE(table.find_chain({"", ""}));
  EXPECT_EQ(table.find_city("suzhou"), test::suzhou);
  EXPECT_FALSE(table.find_city("atlantis"));
  EXPECT_TRUE(table.has_network("fabric"));
  EXPECT_FALSE(table.has_network("trade"));
}

TEST(RouteTable, PutsTheNearestPeerFirstForEachOrigin) {
  const RouteTable table(test::small_network());
  EXPECT_EQ(order(table, test::beijing), (std::vector{test::tianjin, test::nanjing, test::suzhou, test::shenzhen}));
  EXPECT_EQ(order(table, test::shenzhen), (std::vector{test::shenzhen, test::nanjing, test::suzhou, test::tianjin}));
  EXPECT_EQ(table.peers(ChainIndex{0}, test::shenzhen)[0].distance, Duration{}) << "at home";
  EXPECT_FALSE(table.peers(ChainIndex{0}, test::shenzhen)[0].validator);
}

TEST(RouteTable, ItsDistancesAreThoseOfTheWanModel) {
  const GatewaySpec spec = test::small_network();
  const RoutePeer nearest = RouteTable(spec).peers(ChainIndex{0}, test::beijing)[0];
  EXPECT_EQ(nearest.distance, link_profile(spec.wan, spec.cities[0].place, spec.cities[1].place).base);
}

TEST(RouteTable, WithoutTheWanTheGreatCircleDecides) {
  GatewaySpec spec = test::small_network();
  spec.wan.enabled = false;
  const RouteTable table(spec);
  EXPECT_EQ(order(table, test::shenzhen), (std::vector{test::shenzhen, test::nanjing, test::suzhou, test::tianjin}));
  EXPECT_EQ(table.peers(ChainIndex{0}, test::shenzhen)[3].distance, Duration{});
}

TEST(RouteTable, PeersAtTheSamePlaceAreOrderedByTheirIndex) {
  GatewaySpec spec = test::small_network();
  for (CitySpec& city : spec.cities) city.place = spec.cities[0].place;
  EXPECT_EQ(order(RouteTable(spec), test::suzhou),
            (std::vector{test::tianjin, test::nanjing, test::suzhou, test::shenzhen}));
}

}  // namespace
}  // namespace bsn
