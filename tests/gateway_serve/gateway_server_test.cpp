#include "gateway/serve/gateway_server.h"

#include <gtest/gtest.h>

#include <future>
#include <set>
#include <thread>

#include "tests/gateway_serve/live_gateway.h"

namespace bsn {
namespace {

using namespace test;
using HealthStatus = grpc::health::v1::HealthCheckResponse;

std::string trailer(const grpc::ClientContext& context) {
  const auto found = context.GetServerTrailingMetadata().find("bsn-reason");
  if (found == context.GetServerTrailingMetadata().end()) return "";
  return {found->second.data(), found->second.size()};
}

// ---- commission ----

TEST(GatewayServer, BeforeItsCommissionItIsNotServingAndRefusesEverything) {
  TemporaryFolder folder;
  const auto server = start_gateway(folder.path());
  Client client(server->address());
  EXPECT_TRUE(client.wait_for_health(HealthStatus::NOT_SERVING));
  EXPECT_EQ(client.submit(submit()).error_code(), grpc::StatusCode::UNAVAILABLE);
  const auto stream_context = client.context();
  EXPECT_EQ(client.gateway->Stream(stream_context.get())->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  const auto watch_context = client.context();
  EXPECT_EQ(client.gateway->WatchBlocks(watch_context.get(), {})->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST(GatewayServer, ABadCommissionIsRefusedAndASecondOneToo) {
  TemporaryFolder folder;
  const auto server = start_gateway(folder.path());
  Client client(server->address());
  GatewaySpec bad = small_network();
  bad.home = {77};
  EXPECT_EQ(client.commission(bad).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(client.commission(small_network()).ok());
  EXPECT_EQ(client.commission(small_network()).error_code(), grpc::StatusCode::FAILED_PRECONDITION);
}

TEST(GatewayServer, ComesBackWithItsCommission) {
  LiveGateway live;
  live.server->stop({});
  live.server.reset();
  live.server = start_gateway(live.folder.path());
  Client client(live.server->address());
  ASSERT_TRUE(client.wait_until_serving());
  EXPECT_TRUE(client.submit(submit()).ok());
}

TEST(GatewayServer, TwoGatewaysDoNotShareAFolder) {
  TemporaryFolder folder;
  const auto first = start_gateway(folder.path());
  const auto second = GatewayServer::start({"127.0.0.1:0", folder.path(), 1, ""});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::already_running);
}

// ---- unary calls ----

TEST(GatewayServer, AnsweredCallsCarryCityAndTheSplitOfTheirTime) {
  LiveGateway live;
  Reply reply;
  ASSERT_TRUE(live.client->submit(submit(), &reply).ok());
  EXPECT_EQ(reply.city, "tianjin");
  EXPECT_GT(reply.split.total(), Duration{});
  ASSERT_EQ(live.near.seen().size(), 1u);
  const v1::NodeCall seen = live.near.seen()[0];
  EXPECT_EQ(seen.call().submit().project(), "all");
  EXPECT_GT(seen.timeout_ns(), seconds(15).ns);
  EXPECT_LE(seen.timeout_ns(), seconds(21).ns) << "gRPC carries time-outs rounded up";
}

TEST(GatewayServer, RefusalsCarryStatusDetailsAndTrailer) {
  LiveGateway live;
  Call nowhere = submit();
  nowhere.chain.chain = "none";
  struct {
    Call call;
    std::string key;
    Status status;
    Reason reason;
  } const cases[] = {{submit(), "", Status::unauthenticated, Reason::unknown_key},
                     {submit(), "wrong", Status::unauthenticated, Reason::unknown_key},
                     {submit(), std::string(300, 'k'), Status::unauthenticated, Reason::unknown_key},
                     {submit(""), "all-key", Status::invalid_argument, Reason::malformed},
                     {nowhere, "all-key", Status::not_found, Reason::unknown_network}};
  for (const auto& each : cases) {
    const auto context = live.client->context(each.key);
    Reply reply;
    const grpc::Status status = live.client->submit(each.call, &reply, context.get());
    EXPECT_EQ(static_cast<Status>(status.error_code()), each.status);
    EXPECT_EQ(reply.status, each.status);
    EXPECT_EQ(reply.reason, each.reason) << "the details hold the whole reply";
    EXPECT_EQ(trailer(*context), to_string(each.reason));
  }
  EXPECT_TRUE(live.near.seen().empty()) << "a refused call has no effect";
}

TEST(GatewayServer, EmptyAndHalfMadeMessagesHaveNoEffect) {
  LiveGateway live;
  v1::Reply message;
  const auto first = live.client->context();
  EXPECT_EQ(live.client->gateway->Submit(first.get(), {}, &message).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  v1::SubmitRequest no_level = encode_submit(submit());
  no_level.set_level(v1::LEVEL_UNSPECIFIED);
  const auto second = live.client->context("shop-key");
  const grpc::Status status = live.client->gateway->Submit(second.get(), no_level, &message);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_NE(status.error_message().find("level"), std::string::npos) << status.error_message();
  const auto third = live.client->context("all-key", "no such city");
  EXPECT_EQ(live.client->submit(submit(), nullptr, third.get()).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(live.near.seen().empty());
}

TEST(GatewayServer, TheOriginOfTheMetadataDecidesTheRoute) {
  LiveGateway live;
  Reply reply;
  const auto context = live.client->context("all-key", "shenzhen");
  ASSERT_TRUE(live.client->submit(submit(), &reply, context.get()).ok());
  EXPECT_EQ(reply.city, "shenzhen");
}

TEST(GatewayServer, ABrokenNodeLeadsToARetryElsewhere) {
  LiveGateway live;
  live.near.answer_with([](const v1::NodeCall&) { return std::nullopt; });
  Reply reply;
  std::thread breaker([&] {
    EXPECT_TRUE(live.near.saw_calls(1));
    live.near.kill();
  });
  EXPECT_TRUE(live.client->submit(submit("once"), &reply).ok());
  breaker.join();
  EXPECT_EQ(reply.city, "nanjing");
  ASSERT_EQ(live.far.seen().size(), 1u);
  EXPECT_EQ(live.far.seen()[0].call().submit().idempotency_key(), "once");
}

// Tianjin and Nanjing turn on one loop: whichever of them is dialled answers for both.
TEST(GatewayServer, NodesOfOneLoopShareAStreamAndTheOtherAddressWhenItBreaks) {
  LiveGateway live(false, "", {{tianjin, nanjing}});
  const auto call_from = [&](const std::string& origin, Reply& reply) {
    return live.client->submit(submit(), &reply, live.client->context("all-key", origin).get());
  };
  Reply reply;
  ASSERT_TRUE(call_from("tianjin", reply).ok());
  ASSERT_TRUE(call_from("nanjing", reply).ok());
  const std::vector<v1::NodeCall> seen = live.near.seen();
  ASSERT_EQ(seen.size(), 2u) << "both over the stream to the first";
  EXPECT_EQ(seen[0].node(), 0u);
  EXPECT_EQ(seen[1].node(), 1u);
  EXPECT_TRUE(live.far.seen().empty());

  live.near.kill();
  std::set<std::uint32_t> reached;  // at the other address, where the stream is opened again
  for (int n = 0; n < 10'000 && reached.size() < 2; ++n) {
    EXPECT_TRUE(call_from(n % 2 == 0 ? "tianjin" : "nanjing", reply).ok()) << "the follower in Shenzhen is there";
    for (const v1::NodeCall& call : live.far.seen()) reached.insert(call.node());
  }
  EXPECT_EQ(reached, (std::set<std::uint32_t>{0, 1}));
}

TEST(GatewayServer, WhenTheClientIsGoneTheNodeIsTold) {
  LiveGateway live;
  live.near.answer_with([](const v1::NodeCall&) { return std::nullopt; });
  const auto context = live.client->context();
  std::thread impatient([&] {
    EXPECT_TRUE(live.near.saw_calls(1));
    context->TryCancel();
  });
  EXPECT_EQ(live.client->submit(submit(), nullptr, context.get()).error_code(), grpc::StatusCode::CANCELLED);
  impatient.join();
  ASSERT_TRUE(live.near.saw_cancelled(1));
  EXPECT_TRUE(live.near.cancelled.contains(live.near.seen()[0].attempt()));
}

TEST(GatewayServer, HoldsCallsAndAnswersForTheWayOfTheWan) {
  LiveGateway live(true);
  const Duration there = link_profile(live.spec.wan, live.spec.cities[0].place, live.spec.cities[1].place).base;
  ASSERT_GT(there, milliseconds(1));
  Reply reply;
  ASSERT_TRUE(live.client->submit(submit(), &reply).ok());
  EXPECT_GE(reply.split.wire, there);
  EXPECT_GE(reply.split.back, there);
}

// ---- lookups ----

TEST(GatewayServer, ListsNetworksAndCitiesAndExplainsRoutesToThoseWithAKey) {
  LiveGateway live;
  v1::ListNetworksResponse networks;
  const auto a = live.client->context();
  ASSERT_TRUE(live.client->gateway->ListNetworks(a.get(), {}, &networks).ok());
  ASSERT_EQ(networks.networks_size(), 2);
  EXPECT_EQ(networks.networks(0).network(), "fabric");
  EXPECT_EQ(networks.networks(0).chains(0).validators_size(), 3);
  v1::ListCityNodesResponse cities;
  const auto b = live.client->context();
  ASSERT_TRUE(live.client->gateway->ListCityNodes(b.get(), {}, &cities).ok());
  ASSERT_EQ(cities.cities_size(), 5);
  EXPECT_TRUE(cities.cities(1).healthy());
  EXPECT_FALSE(cities.cities(3).healthy()) << "Suzhou's process is missing";
  v1::ExplainRouteRequest request;
  *request.mutable_chain() = encode(ChainName{"fabric", "trade"});
  v1::ExplainRouteResponse route;
  const auto c = live.client->context();
  ASSERT_TRUE(live.client->gateway->ExplainRoute(c.get(), request, &route).ok());
  ASSERT_EQ(route.candidates_size(), 4);
  EXPECT_EQ(route.candidates(0).why(), "nearest healthy");
  EXPECT_EQ(route.candidates(2).why(), "unhealthy: link down");
  const auto stranger = live.client->context("stranger");
  EXPECT_EQ(live.client->gateway->ListCityNodes(stranger.get(), {}, &cities).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(trailer(*stranger), "UNKNOWN_KEY");
}

TEST(GatewayServer, LooksTransactionsUpAtTheNearestPeer) {
  LiveGateway live;
  v1::GetTransactionRequest request;
  *request.mutable_chain() = encode(ChainName{"fabric", "trade"});
  request.set_transaction(std::string(sha256("t").view()));
  v1::Reply reply;
  const auto context = live.client->context();
  ASSERT_TRUE(live.client->gateway->GetTransaction(context.get(), request, &reply).ok());
  EXPECT_EQ(reply.height(), 7u);
  EXPECT_EQ(reply.city(), "tianjin");
  request.set_transaction("short");
  const auto again = live.client->context();
  EXPECT_EQ(live.client->gateway->GetTransaction(again.get(), request, &reply).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  const auto stranger = live.client->context("stranger");
  EXPECT_EQ(live.client->gateway->GetTransaction(stranger.get(), request, &reply).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
}

TEST(GatewayServer, CountsCallsRefusalsAndAttempts) {
  LiveGateway live;
  ASSERT_TRUE(live.client->submit(submit("1")).ok());
  ASSERT_FALSE(live.client->submit(submit("")).ok());
  v1::CountersResponse counters;
  const auto context = live.client->context();
  ASSERT_TRUE(live.client->control->Counters(context.get(), {}, &counters).ok());
  EXPECT_EQ(counters.calls(), 2u);
  EXPECT_EQ(counters.refused(), 1u);
  EXPECT_EQ(counters.attempts(), 1u);
  EXPECT_EQ(counters.retries(), 0u);
}

// ---- the end ----

TEST(GatewayServer, StoppingLetsOpenCallsEndAndRefusesNewOnes) {
  LiveGateway live;
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  live.near.answer_with([released](const v1::NodeCall&) -> std::optional<v1::Reply> {
    released.wait();
    return v1::Reply();
  });
  std::thread caller([&] { EXPECT_TRUE(live.client->submit(submit("open")).ok()); });
  ASSERT_TRUE(live.near.saw_calls(1));
  std::thread stopper([&] { live.server->stop(seconds(10)); });
  ASSERT_TRUE(live.client->wait_for_health(HealthStatus::NOT_SERVING));
  Reply reply;
  while (live.client->submit(submit("late"), &reply).ok()) {
  }
  EXPECT_EQ(reply.reason, Reason::stopping);
  release.set_value();
  caller.join();
  stopper.join();
}

}  // namespace
}  // namespace bsn
