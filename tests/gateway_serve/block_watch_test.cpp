#include "gateway/serve/block_watch.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/gateway_serve/live_gateway.h"

namespace bsn {
namespace {

using namespace test;

v1::WatchBlocksRequest watch(std::uint64_t from, const std::string& network = "fabric",
                             const std::string& chain = "trade") {
  v1::WatchBlocksRequest request;
  *request.mutable_chain() = encode(ChainName{network, chain});
  request.set_from_height(from);
  return request;
}

TEST(BlockWatch, GoesOnAtAnotherPeerWithoutGapOrRepetitionWhenOneFails) {
  LiveGateway live;
  live.near.tip = 300;
  live.far.tip = 500;
  live.far.watch_end = {grpc::StatusCode::NOT_FOUND, "enough"};
  const auto context = live.client->context();
  const auto reader = live.client->gateway->WatchBlocks(context.get(), watch(5));
  v1::Block block;
  for (std::uint64_t height = 5; height <= 500; ++height) {
    ASSERT_TRUE(reader->Read(&block)) << height;
    ASSERT_EQ(block.height(), height);
    if (height == 300) live.near.kill();
  }
  EXPECT_FALSE(reader->Read(&block));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::NOT_FOUND) << "what the peer finally said";
}

TEST(BlockWatch, HandsOnThatTheClientWasTooSlow) {
  LiveGateway live;
  live.near.tip = 3;
  live.near.watch_end = {grpc::StatusCode::RESOURCE_EXHAUSTED, "too slow"};
  const auto context = live.client->context();
  const auto reader = live.client->gateway->WatchBlocks(context.get(), watch(1));
  v1::Block block;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(reader->Read(&block));
  EXPECT_FALSE(reader->Read(&block));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST(BlockWatch, RefusesStrangersUnknownChainsAndForeignNetworks) {
  LiveGateway live;
  const auto outcome = [&](const std::string& key, const v1::WatchBlocksRequest& request) {
    const auto context = live.client->context(key);
    return live.client->gateway->WatchBlocks(context.get(), request)->Finish().error_code();
  };
  EXPECT_EQ(outcome("stranger", watch(1)), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(outcome("shop-key", watch(1, "neo", "main")), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(outcome("all-key", watch(1, "fabric", "none")), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(outcome("all-key", watch(1, "fabric", "")), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST(BlockWatch, AClientThatLeavesEndsTheWatch) {
  LiveGateway live;
  live.near.tip = 2;
  const auto context = live.client->context();
  const auto reader = live.client->gateway->WatchBlocks(context.get(), watch(1));
  v1::Block block;
  ASSERT_TRUE(reader->Read(&block));
  context->TryCancel();
  while (reader->Read(&block)) {
  }
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  live.server->stop(seconds(5));  // ends only when no watch is left behind
}

}  // namespace
}  // namespace bsn
