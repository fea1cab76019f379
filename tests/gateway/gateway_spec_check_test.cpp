#include "gateway/gateway_spec_check.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/gateway/gateway_fixture.h"

namespace bsn {
namespace {

// What check() says after `spoil` changed one thing of a good spec.
template <class Spoil>
std::string wrong_after(Spoil spoil) {
  GatewaySpec spec = test::small_network();
  spoil(spec);
  return check(spec).value_or("fine");
}

TEST(GatewaySpecCheck, FindsNothingWrongWithAGoodOne) {
  EXPECT_EQ(wrong_after([](GatewaySpec&) {}), "fine");
}

TEST(GatewaySpecCheck, NamesWhatIsWrong) {
  EXPECT_EQ(wrong_after([](GatewaySpec& s) { s.cities.clear(); }), "there is no city");
  EXPECT_EQ(wrong_after([](GatewaySpec& s) { s.home = {9}; }), "home 9 is not a city");
  EXPECT_EQ(wrong_after([](GatewaySpec& s) { s.cities[1].index = {7}; }), "city 7 stands at position 1");
  EXPECT_EQ(wrong_after([](GatewaySpec& s) { s.cities[1].name = "beijing"; }),
            "city 1 has no name of its own: 'beijing'");
  EXPECT_EQ(wrong_after([](GatewaySpec& s) { s.cities[2].place.latitude = std::numeric_limits<double>::quiet_NaN(); }),
            "nanjing lies nowhere on earth");
  EXPECT_EQ(wrong_after([](GatewaySpec& s) {
              s.shared_loops = {{{0}, {9}}};
            }),
            "city 9 turns on a loop but does not exist");
  EXPECT_EQ(wrong_after([](GatewaySpec& s) { s.shared_loops = {{{0}, {1}}, {{1}}}; }), "tianjin turns on two loops");
  EXPECT_EQ(wrong_after([](GatewaySpec& s) { s.routes[1].index = {0}; }), "chain 0 stands at position 1");
  EXPECT_EQ(wrong_after([](GatewaySpec& s) { s.routes[1].name = s.routes[0].name; }),
            "chain fabric/trade is there twice");
  EXPECT_EQ(wrong_after([](GatewaySpec& s) { s.routes[1].validators = {{77}}; }), "neo/main has a peer in no city");
  EXPECT_EQ(wrong_after([](GatewaySpec& s) { s.routes[1].followers = s.routes[1].validators; }),
            "neo/main has two peers in one city");
  EXPECT_EQ(wrong_after([](GatewaySpec& s) { s.routes[1].validators.clear(); }), "neo/main has no peer");
  EXPECT_EQ(wrong_after([](GatewaySpec& s) { s.routes[0].routing.compare = 1; }),
            "fabric/trade can't have reads compared at 1 peers");
  EXPECT_EQ(wrong_after([](GatewaySpec& s) { s.routes[0].routing.compare = RoutingRule::compare_max + 1; }),
            "fabric/trade can't have reads compared at 5 peers");
  EXPECT_EQ(wrong_after([](GatewaySpec& s) {
              s.routes[0].routing = {RoutePolicy::pinned, {{1}}, {}, 2};
            }),
            "fabric/trade is pinned to fewer cities than its reads are compared at");
  EXPECT_EQ(wrong_after([](GatewaySpec& s) { s.projects[1].key_hash = s.projects[0].key_hash; }),
            "project all has no key of its own");
  EXPECT_EQ(wrong_after([](GatewaySpec& s) { s.projects[1].name = "xchain/neo/main"; }),
            "project xchain/neo/main: that name is kept for other chains");
  EXPECT_EQ(wrong_after([](GatewaySpec& s) { s.projects[1].plan.calls_per_second = -1; }),
            "the plan of project all is out of range");
  EXPECT_EQ(wrong_after([](GatewaySpec& s) { s.retry.max_attempts = 0; }), "a call needs at least one attempt");
  EXPECT_EQ(wrong_after([](GatewaySpec& s) { s.max_calls = 0; }), "max_calls is 0: no call could pass");
}

}  // namespace
}  // namespace bsn
