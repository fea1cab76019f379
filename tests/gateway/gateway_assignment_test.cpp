// What a gateway knows of the network changes while it works.
#include <gtest/gtest.h>

#include "gateway/gateway_spec_check.h"
#include "tests/gateway/gateway_fixture.h"

namespace bsn::test {
namespace {

void assign(Driver& driver, GatewaySpec spec) {
  spec.revision = driver.gateway.spec().revision + 1;
  driver.step(GatewayAssigned{std::make_shared<const GatewaySpec>(std::move(spec))});
}

TEST(GatewayAssignment, ADrainingCityGetsNothingNewAndItsOpenCallEnds) {
  Driver driver;
  driver.all_up();
  driver.call(query());
  const Forward open = driver.last_forward();
  EXPECT_EQ(open.city, tianjin);
  GatewaySpec spec = driver.gateway.spec();
  spec.cities[tianjin.value].state = CityState::draining;
  assign(driver, spec);
  EXPECT_EQ(driver.gateway.open_calls(tianjin), 1u);
  driver.call(query());
  EXPECT_EQ(driver.last_forward().city, nanjing);
  EXPECT_FALSE(driver.gateway.healthy(tianjin, driver.now));
  driver.reply(open.attempt);
  EXPECT_EQ(driver.last_answer().status, Status::ok);
  EXPECT_EQ(driver.gateway.open_calls(tianjin), 0u);
}

TEST(GatewayAssignment, ACityThatWasBuiltIsUsedOnceItIsConnected) {
  GatewaySpec spec = small_network();
  spec.cities[tianjin.value].state = CityState::building;
  spec.routes[0].validators = {suzhou, nanjing};
  Driver driver(spec);
  driver.all_up();
  driver.call(query());
  EXPECT_EQ(driver.last_forward().city, nanjing);
  spec.cities[tianjin.value].state = CityState::connected;
  spec.routes[0].followers.push_back(tianjin);
  assign(driver, spec);
  driver.call(query());
  EXPECT_EQ(driver.last_forward().city, tianjin);
}

TEST(GatewayAssignment, ANewRouteOpensAndADrainedOneTakesNoNewCalls) {
  Driver driver;
  driver.all_up();
  Call call = query();
  call.chain = {"fabric", "loans"};
  driver.call(call);
  EXPECT_EQ(driver.last_answer().reason, Reason::unknown_network);
  GatewaySpec spec = driver.gateway.spec();
  spec.routes.push_back({ChainIndex{2}, {"fabric", "loans"}, NetworkKind::alliance, "raft", {suzhou}, {}});
  assign(driver, spec);
  driver.call(call);
  const Forward open = driver.last_forward();
  EXPECT_EQ(open.city, suzhou);

  spec.routes[2].state = RouteState::draining;
  assign(driver, spec);
  driver.call(call);
  EXPECT_EQ(driver.last_answer().reason, Reason::draining);
  EXPECT_EQ(driver.gateway.open_calls(ChainIndex{2}), 1u);
  driver.reply(open.attempt);
  EXPECT_EQ(driver.last_answer().status, Status::ok);
  EXPECT_EQ(driver.gateway.open_calls(ChainIndex{2}), 0u);

  spec.routes[2].state = RouteState::retired;
  spec.routes[2].validators.clear();
  assign(driver, spec);
  driver.call(call);
  EXPECT_EQ(driver.last_answer().reason, Reason::unknown_network);
}

TEST(GatewayAssignment, AnOlderRevisionChangesNothing) {
  Driver driver;
  GatewaySpec spec = driver.gateway.spec();
  spec.revision = 2;
  driver.step(GatewayAssigned{std::make_shared<const GatewaySpec>(spec)});
  spec.routes.clear();
  for (const std::uint64_t revision : {2, 1}) {
    spec.revision = revision;
    driver.step(GatewayAssigned{std::make_shared<const GatewaySpec>(spec)});
    EXPECT_EQ(driver.gateway.spec().routes.size(), 2u);
  }
}

TEST(GatewayAssignment, WhatAWorkingGatewayCannotBecomeIsSaid) {
  const GatewaySpec now = small_network();
  EXPECT_EQ(check_next(now, now), std::nullopt);
  GatewaySpec next = now;
  next.routes.pop_back();
  EXPECT_NE(check_next(now, next).value_or("").find("retire"), std::string::npos);
  next = now;
  next.routes[1].name.chain = "other";
  EXPECT_TRUE(check_next(now, next).has_value());
  next = now;
  next.home = suzhou;
  EXPECT_TRUE(check_next(now, next).has_value());
  next = now;
  next.routes[1].validators.clear();
  EXPECT_NE(check_next(now, next).value_or("").find("no peer"), std::string::npos);
  next.routes[1].state = RouteState::retired;
  EXPECT_EQ(check_next(now, next), std::nullopt);
  GatewaySpec revived = next;
  revived.routes[1] = now.routes[1];
  EXPECT_NE(check_next(next, revived).value_or("").find("retired"), std::string::npos);
}

}  // namespace
}  // namespace bsn::test
