// Several nodes that reach each other over peer links only.
#include <gtest/gtest.h>

#include "proto/codec.h"
#include "rpc/refusal.h"
#include "tests/node_serve/node_cluster.h"

namespace bsn {
namespace {

v1::ChainDigest digest(TestNode& node) {
  v1::DigestResponse response;
  const grpc::Status status = node.control().Digest(within().get(), v1::DigestRequest(), &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.chains_size() == 1 ? response.chains(0) : v1::ChainDigest();
}

// Asks until the node's chain is at least this high; the height it reached.
Height wait_for_height(TestNode& node, Height height) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(15);
  Height reached = 0;
  while (reached < height && std::chrono::steady_clock::now() < deadline) reached = digest(node).height();
  return reached;
}

void gate(TestNode& node, std::vector<std::uint32_t> closed) {
  v1::GateLinksRequest request;
  for (const std::uint32_t city : closed) request.add_closed_cities(city);
  v1::GateLinksResponse response;
  EXPECT_TRUE(node.control().GateLinks(within().get(), request, &response).ok());
}

TEST(PeerLink, ThreeNodesAgreeOnOneChain) {
  TestCluster cluster(3);
  Height height = 0;
  for (std::uint32_t i = 0; i < 3; ++i) {
    const Reply reply = submit_until_ok(cluster.node(i), put_request("from-" + std::to_string(i)));
    ASSERT_EQ(reply.status, Status::ok) << reply.message;
    height = std::max(height, reply.height);
  }
  std::set<std::string> tips;
  for (std::uint32_t i = 0; i < 3; ++i) {
    EXPECT_EQ(wait_for_height(cluster.node(i), height), height);
    tips.insert(digest(cluster.node(i)).tip());
    EXPECT_FALSE(digest(cluster.node(i)).leader().empty());
  }
  EXPECT_EQ(tips.size(), 1u);
}

TEST(PeerLink, AMessageTakesItsWayThroughTheWan) {
  TestCluster cluster(2, true);
  ASSERT_EQ(submit_until_ok(cluster.node(0), put_request("warm")).status, Status::ok);
  const NodeSpec spec = cluster.spec(0);
  const Duration base = link_profile(spec.wan, spec.cities[0].place, spec.cities[1].place).base;
  ASSERT_GT(base, milliseconds(2));
  const Instant before = monotonic_now();
  ASSERT_EQ(submit_until_ok(cluster.node(0), put_request("far")).status, Status::ok);
  EXPECT_GE(monotonic_now() - before, base * 2) << "agreement of two cities takes a round trip";
}

TEST(PeerLink, AClosedGateCutsANodeOffAndAnOpenOneLetsItCatchUp) {
  TestCluster cluster(3);
  ASSERT_EQ(submit_until_ok(cluster.node(0), put_request("warm")).status, Status::ok);
  gate(cluster.node(2), {0, 1});
  const Reply reply = submit_until_ok(cluster.node(0), put_request("without"));
  ASSERT_EQ(reply.status, Status::ok) << reply.message;
  const Height cut_off = digest(cluster.node(2)).height();
  EXPECT_LT(cut_off, reply.height);
  gate(cluster.node(2), {});
  EXPECT_GE(wait_for_height(cluster.node(2), reply.height), reply.height);
}

TEST(PeerLink, ANodeThatComesBackCatchesUp) {
  TestCluster cluster(3);
  ASSERT_EQ(submit_until_ok(cluster.node(0), put_request("before")).status, Status::ok);
  cluster.node(2).stop();
  const Reply reply = submit_until_ok(cluster.node(0), put_request("meanwhile"));
  ASSERT_EQ(reply.status, Status::ok) << reply.message;
  cluster.node(2).start();
  EXPECT_TRUE(cluster.node(2).process().serving()) << "its commission is stored";
  EXPECT_GE(wait_for_height(cluster.node(2), reply.height), reply.height);
}

TEST(PeerLink, RefusesStrangersAndNonsense) {
  TestCluster cluster(1);
  const auto status_of = [&](const v1::PeerMessages& messages) {
    const auto context = within();
    v1::PeerLinkClosed response;
    const auto writer = cluster.node(0).city_node().PeerLink(context.get(), &response);
    writer->Write(messages);
    writer->WritesDone();
    return writer->Finish().error_code();
  };
  v1::PeerMessages messages;
  messages.set_from_city(77);
  messages.add_messages()->mutable_blocks_request()->set_from(1);
  EXPECT_EQ(status_of(messages), grpc::StatusCode::INVALID_ARGUMENT);
  messages.set_from_city(0);
  EXPECT_EQ(status_of(messages), grpc::StatusCode::OK);
  messages.add_messages();
  EXPECT_EQ(status_of(messages), grpc::StatusCode::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace bsn
