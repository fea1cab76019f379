// The route of a service: its owner, its contracts, its capacity, and what is counted on it.
#include <gtest/gtest.h>

#include "gateway/gateway_spec_check.h"
#include "tests/gateway/gateway_fixture.h"

namespace bsn::test {
namespace {

// Route 0 belongs to the project of "shop-key", has two calls per second and only the contract kv.
GatewaySpec with_service() {
  GatewaySpec spec = small_network();
  spec.routes[0].owner = "shop";
  spec.routes[0].plan = {2, 2, 0};
  spec.routes[0].contracts = {"kv"};
  return spec;
}

Call of_contract(const std::string& contract) {
  Call call = query();
  call.contract = contract;
  return call;
}

TEST(GatewayService, OnlyItsOwnerMayCallIt) {
  Driver driver(with_service());
  driver.all_up();
  driver.call(of_contract("kv"), "all-key");
  EXPECT_EQ(driver.last_answer().reason, Reason::not_granted);
  driver.call(of_contract("kv"), "shop-key");
  EXPECT_EQ(driver.forwards().size(), 1u);
  EXPECT_EQ(driver.admit("all-key", query().chain)->reason, Reason::not_granted);
}

TEST(GatewayService, OtherContractsAreNotThere) {
  Driver driver(with_service());
  driver.all_up();
  driver.call(of_contract("asset"), "shop-key");
  EXPECT_EQ(driver.last_answer().status, Status::not_found);
  EXPECT_EQ(driver.last_answer().reason, Reason::unknown_contract);
}

TEST(GatewayService, ItGetsItsCallsPerSecondAndNoMore) {
  Driver driver(with_service());
  driver.all_up();
  for (int n = 0; n < 3; ++n) driver.call(of_contract("kv"), "shop-key");
  EXPECT_EQ(driver.forwards().size(), 2u);
  EXPECT_EQ(driver.last_answer().status, Status::resource_exhausted);
  EXPECT_EQ(driver.last_answer().reason, Reason::rate_limited);
  EXPECT_EQ(driver.last_answer().retry_after, milliseconds(500));
  driver.wait(milliseconds(500));
  driver.call(of_contract("kv"), "shop-key");
  EXPECT_EQ(driver.forwards().size(), 3u);
  EXPECT_EQ(driver.gateway.use({0}).calls, 3u);
  EXPECT_EQ(driver.gateway.use({0}).over_capacity, 1u);
}

TEST(GatewayService, WhatIsRefusedForAnotherReasonTakesNoCapacity) {
  Driver driver(with_service());
  driver.all_up();
  for (int n = 0; n < 5; ++n) driver.call(of_contract("asset"), "shop-key");
  driver.call(of_contract("kv"), "shop-key");
  EXPECT_EQ(driver.forwards().size(), 1u);
}

TEST(GatewayService, AnUpgradeCountsAtOnceAndTheCountsGoOn) {
  Driver driver(with_service());
  driver.all_up();
  for (int n = 0; n < 3; ++n) driver.call(of_contract("kv"), "shop-key");
  GatewaySpec next = driver.gateway.spec();
  ++next.revision;
  next.routes[0].plan = {100, 100, 0};
  next.routes[0].contracts = {"kv", "asset"};
  driver.step(GatewayAssigned{std::make_shared<const GatewaySpec>(next)});
  for (int n = 0; n < 10; ++n) driver.call(of_contract("asset"), "shop-key");
  EXPECT_EQ(driver.forwards().size(), 12u);
  EXPECT_EQ(driver.gateway.use({0}).calls, 12u);
  EXPECT_EQ(driver.gateway.use({0}).over_capacity, 1u);
}

TEST(GatewayService, BytesOfCallsAndAnswersAreCounted) {
  Driver driver(with_service());
  driver.all_up();
  Call call = of_contract("kv");
  call.function = "get";
  call.args = {"key-1"};
  driver.call(call, "shop-key");
  EXPECT_EQ(driver.gateway.use({0}).busy, std::vector<CityIndex>{driver.last_forward().city});
  Reply reply;
  reply.value = "0123456789";
  driver.reply(driver.last_forward().attempt, reply);
  EXPECT_EQ(driver.gateway.use({0}).bytes_in, 10u);  // kv, get, key-1
  EXPECT_EQ(driver.gateway.use({0}).bytes_out, 10u);
  EXPECT_TRUE(driver.gateway.use({0}).busy.empty());
}

TEST(GatewayService, AStartingServiceTakesNoCallsYet) {
  GatewaySpec spec = with_service();
  spec.routes[0].state = RouteState::starting;
  Driver driver(spec);
  driver.all_up();
  driver.call(of_contract("kv"), "shop-key");
  EXPECT_EQ(driver.last_answer().status, Status::unavailable);
  EXPECT_EQ(driver.last_answer().reason, Reason::draining);
  EXPECT_GT(driver.last_answer().retry_after, Duration{});
}

TEST(GatewayService, ItsOwnerStaysAndItsPlanIsInRange) {
  const GatewaySpec now = with_service();
  GatewaySpec next = now;
  next.routes[0].owner = "all";
  EXPECT_NE(check_next(now, next), std::nullopt);
  next = now;
  next.routes[0].plan.calls_per_second = -1;
  EXPECT_NE(check(next), std::nullopt);
}

}  // namespace
}  // namespace bsn::test
