// Reads that go to more than one city node, hedged or compared, through a real gateway server.
#include "tests/gateway_serve/live_gateway.h"

namespace bsn {
namespace {

using namespace test;

struct SeveralPeers : testing::Test {
  void route_by(const RoutingRule& rule) {
    ++live.spec.revision;
    live.spec.routes[0].routing = rule;
    ASSERT_TRUE(live.client->commission(live.spec).ok());
  }

  grpc::Status read(Level level, Reply& into) {
    Call call = query();
    call.level = level;
    const auto context = live.client->context();
    v1::Reply message;
    grpc::Status status = live.client->gateway->Query(context.get(), encode_query(call), &message);
    into = received_reply(status, message);
    return status;
  }

  static FakeNode::Script says(const std::string& value, std::uint64_t height) {
    return [=](const v1::NodeCall&) {
      v1::Reply said;
      said.set_value(value);
      said.set_height(height);
      return said;
    };
  }

  LiveGateway live;
  Reply reply;
};

TEST_F(SeveralPeers, TheFirstOfAHedgedReadsAnswersCountsAlsoWhenItIsTheFirstPeers) {
  route_by({RoutePolicy::hedged, {}, milliseconds(1)});
  live.near.answer_with([this](const v1::NodeCall&) {
    EXPECT_TRUE(live.far.saw_calls(1)) << "the hedge";
    return v1::Reply();
  });
  live.far.answer_with([](const v1::NodeCall&) { return std::nullopt; });
  ASSERT_TRUE(read(Level::local, reply).ok());
  EXPECT_EQ(reply.city, "tianjin");
}

TEST_F(SeveralPeers, AFinalReadIsAnsweredWhenTheComparedPeersAgree) {
  route_by({RoutePolicy::nearest, {}, {}, 3});
  for (FakeNode* node : {&live.near, &live.far, &live.south}) node->answer_with(says("7", 9));
  ASSERT_TRUE(read(Level::final_, reply).ok());
  EXPECT_EQ(reply.value, "7");
  EXPECT_EQ(reply.height, 9u);
  for (FakeNode* node : {&live.near, &live.far, &live.south}) EXPECT_EQ(node->seen().size(), 1u);
  ASSERT_TRUE(read(Level::local, reply).ok());
  EXPECT_EQ(live.far.seen().size(), 1u) << "another level is not compared";
}

TEST_F(SeveralPeers, ANodeThatLiesIsFoundOutAndItsWordGoesNowhere) {
  route_by({RoutePolicy::nearest, {}, {}, 2});
  live.near.answer_with(says("7000000", 9));
  live.far.answer_with(says("7", 9));
  const grpc::Status status = read(Level::final_, reply);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DATA_LOSS);
  EXPECT_EQ(reply.reason, Reason::peers_disagree);
  EXPECT_NE(status.error_message().find("answer unequally at height 9"), std::string::npos) << status.error_message();
}

TEST_F(SeveralPeers, ANodeThatIsBehindIsAskedAgainUntilItHasComeUp) {
  route_by({RoutePolicy::nearest, {}, {}, 2});
  live.near.answer_with(says("7", 9));
  live.far.answer_with([this](const v1::NodeCall& call) {
    return live.far.seen().size() < 3 ? says("6", 8)(call) : says("7", 9)(call);
  });
  ASSERT_TRUE(read(Level::final_, reply).ok());
  EXPECT_EQ(reply.value, "7");
  EXPECT_EQ(live.far.seen().size(), 3u);
  EXPECT_EQ(live.near.seen().size(), 1u);
}

TEST_F(SeveralPeers, ExplainNamesThemAndTooFewAreRefused) {
  route_by({RoutePolicy::nearest, {}, {}, 2});
  v1::ExplainRouteRequest request;
  *request.mutable_chain() = encode(ChainName{"fabric", "trade"});
  request.set_final(true);
  v1::ExplainRouteResponse response;
  ASSERT_TRUE(live.client->gateway->ExplainRoute(live.client->context().get(), request, &response).ok());
  EXPECT_EQ(response.compare(), 2u);
  EXPECT_TRUE(response.candidates(0).chosen());
  EXPECT_TRUE(response.candidates(1).compared());
  route_by({RoutePolicy::nearest, {}, {}, 4});  // Suzhou's process is missing
  EXPECT_EQ(read(Level::final_, reply).error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(reply.reason, Reason::too_few_peers);
}

}  // namespace
}  // namespace bsn
