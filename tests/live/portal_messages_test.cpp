#include "sim/live/portal_messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bsn {
namespace {

using ::testing::HasSubstr;

ServiceOrder order() {
  ServiceOrder order;
  order.id = "land-registry";
  order.framework = "fabric";
  order.project = "demo";
  order.validators = {"guangzhou", "hangzhou", "ningbo"};
  order.followers = {"beijing"};
  order.capacity = {12.5, 7, 8};
  order.contracts = {"kv"};
  return order;
}

TEST(PortalMessages, AnOrderArrivesAsItWasSent) {
  const Result<ServiceStep> step = decode(encode(order()));
  ASSERT_TRUE(step) << step.error().message;
  EXPECT_EQ(step->kind, ServiceStep::Kind::deploy);
  EXPECT_EQ(step->service, "land-registry");
  EXPECT_EQ(step->order.framework, "fabric");
  EXPECT_EQ(step->order.project, "demo");
  EXPECT_EQ(step->order.validators, order().validators);
  EXPECT_EQ(step->order.followers, order().followers);
  EXPECT_EQ(step->order.capacity, order().capacity);
  EXPECT_EQ(step->order.contracts, order().contracts);
}

TEST(PortalMessages, AnOrderWithoutCapacityGetsThatOfASmallService) {
  v1::DeployServiceRequest request = encode(order());
  request.clear_capacity();
  EXPECT_EQ(decode(request)->order.capacity, small_service);
}

TEST(PortalMessages, WhatCannotBeMeantIsRefusedByItsField) {
  v1::DeployServiceRequest nameless = encode(order());
  nameless.clear_service();
  EXPECT_THAT(decode(nameless).error().message, HasSubstr("service is missing"));
  v1::DeployServiceRequest endless = encode(order());
  endless.add_followers(std::string(65, 'x'));
  EXPECT_THAT(decode(endless).error().message, HasSubstr("followers is longer than 64 bytes"));
  v1::DeployServiceRequest many = encode(order());
  for (int n = 0; n < 10'001; ++n) many.add_followers("x");
  EXPECT_THAT(decode(many).error().message, HasSubstr("too long a list"));
  v1::MoveServiceRequest nowhere;
  nowhere.set_service("x");
  nowhere.set_from("beijing");
  EXPECT_THAT(decode(nowhere).error().message, HasSubstr("to is missing"));
  EXPECT_FALSE(decode(v1::RetireServiceRequest()).ok());
  EXPECT_FALSE(decode(v1::UpgradeServiceRequest()).ok());
}

TEST(PortalMessages, EachKindOfNoHasItsStatus) {
  const auto code = [](ErrorCode what) { return refusal_status({what, "why"}).error_code(); };
  EXPECT_EQ(code(ErrorCode::corrupt), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(code(ErrorCode::not_found), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(code(ErrorCode::already_exists), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(code(ErrorCode::exhausted), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(code(ErrorCode::invalid_configuration), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(code(ErrorCode::unavailable), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(code(ErrorCode::io), grpc::StatusCode::INTERNAL);
}

}  // namespace
}  // namespace bsn
