// What a gateway says of its connections.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "proto/codec_gateway_view.h"
#include "proto/gateway_view.grpc.pb.h"
#include "tests/gateway_serve/live_gateway.h"

namespace bsn {
namespace {

using namespace test;

GatewayView view_of(const LiveGateway& live) {
  const auto with = live.client->context();
  v1::GatewayView message;
  const grpc::Status status = v1::GatewayLook::NewStub(live.client->channel)->View(with.get(), {}, &message);
  EXPECT_TRUE(status.ok()) << status.error_message();
  const auto view = decode(message);
  EXPECT_TRUE(view.ok()) << view.error().message;
  return view ? *view : GatewayView();
}

NodeConnection node_of(const GatewayView& view, const std::string& city) {
  const auto found =
      std::find_if(view.nodes.begin(), view.nodes.end(), [&](const auto& node) { return node.city == city; });
  return found == view.nodes.end() ? NodeConnection() : *found;
}

TEST(GatewayView, TellsWhatWentOverTheConnectionOfAClientAndToANode) {
  const LiveGateway live;
  const GatewayView before = view_of(live);
  ASSERT_EQ(before.clients.size(), 1u);
  for (int n = 0; n < 3; ++n) ASSERT_TRUE(live.client->submit(submit("key-" + std::to_string(n))).ok());
  const GatewayView after = view_of(live);
  ASSERT_EQ(after.clients.size(), 1u);
  const ClientConnection& client = after.clients[0];
  EXPECT_EQ(client.streams, before.clients[0].streams + 4) << "three calls and this look";
  EXPECT_EQ(client.open_streams, 1u) << "this look";
  EXPECT_GT(client.bytes_in, before.clients[0].bytes_in);
  EXPECT_GT(client.bytes_out, before.clients[0].bytes_out);
  EXPECT_GT(client.age, before.clients[0].age);
  EXPECT_LT(client.quiet, seconds(10));
  EXPECT_FALSE(client.tls);
  EXPECT_EQ(after.accepted, 1u);

  const NodeConnection node = node_of(after, "tianjin");
  EXPECT_EQ(node.condition, "healthy");
  EXPECT_EQ(node.calls, 3u);
  EXPECT_EQ(node.batches, 3u) << "one after the other";
  EXPECT_EQ(node.answers, 3u);
  EXPECT_EQ(node.streams, 1u);
  EXPECT_EQ(node.open_calls, 0u);
  EXPECT_GT(node.age, Duration{});
}

TEST(GatewayView, SaysWhyNoCallGoesToANode) {
  LiveGateway live;
  live.near.kill();
  const auto is_down = [&] {
    const NodeConnection node = node_of(view_of(live), "tianjin");
    return node.condition == "unhealthy: link down" && node.age == Duration{} && node.streams > 1;
  };
  std::mutex mutex;
  std::condition_variable never;
  bool down = false;
  for (int look = 0; look < 500 && !(down = is_down()); ++look) {
    std::unique_lock lock(mutex);
    never.wait_for(lock, std::chrono::milliseconds(20));
  }
  EXPECT_TRUE(down);
  EXPECT_EQ(node_of(view_of(live), "nanjing").condition, "healthy");
}

}  // namespace
}  // namespace bsn
