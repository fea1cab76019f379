// The caller's trace goes on to the city node, whatever way the call came in.
#include "tests/fixtures/raw_http.h"
#include "tests/gateway_serve/live_gateway.h"

namespace bsn {
namespace {

using namespace test;

const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string traceparent = "00-" + trace + "-00f067aa0ba902b7-01";

struct PassedOn : testing::Test {
  // Of the last call that the nearest node saw; empty: it belongs to no trace.
  std::string seen() {
    const v1::NodeCall call = live.near.seen().back();
    if (!call.has_trace()) return "";
    const auto read = decode(call.trace());
    return read ? to_traceparent(*read) : "no trace";
  }

  void expect_own_span(const std::string& where) {
    const std::string passed = seen();
    ASSERT_EQ(passed.size(), traceparent.size()) << where;
    EXPECT_EQ(passed.substr(0, 36), traceparent.substr(0, 36)) << where << ": the trace stays";
    EXPECT_NE(passed.substr(36, 16), traceparent.substr(36, 16)) << where << ": the span is the gateway's";
    EXPECT_EQ(passed.substr(52), "-01") << where;
  }

  LiveGateway live;
};

TEST_F(PassedOn, FromMetadataOfGrpc) {
  const auto context = live.client->context();
  context->AddMetadata("traceparent", traceparent);
  ASSERT_TRUE(live.client->submit(submit(), nullptr, context.get()).ok());
  expect_own_span("gRPC");
}

TEST_F(PassedOn, FromHeadersOfHttpAndOfGrpcWeb) {
  RawHttp http{live.server->http_address()};
  const auto post = [&](const std::string& path, const std::string& type, const std::string& body) {
    http.send("POST " + path + " HTTP/1.1\r\nHost: x\r\nx-api-key: all-key\r\nTraceparent: " + traceparent +
              "\r\nContent-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return http.read();
  };
  const Answer json = post("/v1/query", "application/json",
                           R"({"chain": {"network": "fabric", "chain": "trade"}, "contract": "kv", "function": "get",)"
                           R"( "args": ["YQ=="], "level": "LEVEL_LOCAL"})");
  ASSERT_EQ(json.status, 200u) << json.body();
  expect_own_span("HTTP");
  const std::string message = encode_submit(submit("key-2")).SerializeAsString();
  const auto size = static_cast<char>(message.size());
  const std::string frame = std::string("\0\0\0\0", 4) + size + message;
  ASSERT_EQ(post("/bsn.v1.Gateway/Submit", "application/grpc-web+proto", frame).status, 200u);
  ASSERT_EQ(live.near.seen().size(), 2u);
  expect_own_span("gRPC-Web");
}

TEST_F(PassedOn, EachCallOfAStreamMayHaveItsOwnAndElseHasTheStreams) {
  const auto context = live.client->context();
  context->AddMetadata("traceparent", traceparent);
  const auto stream = live.client->gateway->Stream(context.get());
  const std::string other = "00-" + std::string(32, 'a') + "-00f067aa0ba902b7-00";
  v1::ClientCalls batch;
  for (const std::string& own : {std::string(), other}) {
    v1::ClientCall& call = *batch.add_calls();
    call.set_id(static_cast<std::uint64_t>(batch.calls_size()));
    *call.mutable_call() = encode(submit("key-" + std::to_string(call.id())));
    call.set_traceparent(own);
  }
  ASSERT_TRUE(stream->Write(batch));
  stream->WritesDone();
  v1::ClientReplies replies;
  while (stream->Read(&replies)) {
  }
  ASSERT_TRUE(stream->Finish().ok());
  const auto calls = live.near.seen();
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(to_traceparent(*decode(calls[0].trace())).substr(3, 32), trace);
  EXPECT_EQ(to_traceparent(*decode(calls[1].trace())).substr(3, 32), other.substr(3, 32));
  EXPECT_FALSE(calls[1].trace().sampled());
}

TEST_F(PassedOn, WhatIsNoTraceparentIsNotAndNoneIsBegun) {
  ASSERT_TRUE(live.client->submit(submit()).ok());
  EXPECT_EQ(seen(), "");
  const auto context = live.client->context();
  context->AddMetadata("traceparent", "00-" + std::string(32, '0') + "-00f067aa0ba902b7-01");
  ASSERT_TRUE(live.client->submit(submit("key-2"), nullptr, context.get()).ok());
  EXPECT_EQ(seen(), "");
  const auto twice = live.client->context();
  twice->AddMetadata("traceparent", traceparent);
  twice->AddMetadata("traceparent", traceparent);
  ASSERT_TRUE(live.client->submit(submit("key-3"), nullptr, twice.get()).ok());
  EXPECT_EQ(seen(), "") << "of two nobody knows which is meant";
}

}  // namespace
}  // namespace bsn
