// gRPC-Web as browsers send it, byte by byte.
#include "h2/wire_text.h"
#include "tests/fixtures/raw_http.h"
#include "tests/gateway_serve/live_gateway.h"

namespace bsn {
namespace {

using namespace test;

std::string frame(char flag, const std::string& payload) {
  std::string made(1, flag);
  for (int shift = 24; shift >= 0; shift -= 8) made.push_back(static_cast<char>(payload.size() >> shift & 0xff));
  return made + payload;
}

struct Frame {
  char flag = 0;
  std::string payload;
};

std::vector<Frame> frames(std::string_view bytes) {
  std::vector<Frame> all;
  while (bytes.size() >= 5) {
    std::size_t size = 0;
    for (std::size_t i = 1; i < 5; ++i) size = size << 8 | static_cast<unsigned char>(bytes[i]);
    all.push_back({bytes[0], std::string(bytes.substr(5, size))});
    bytes.remove_prefix(std::min(bytes.size(), 5 + size));
  }
  EXPECT_TRUE(bytes.empty());
  return all;
}

struct GrpcWeb : testing::Test {
  Answer post(const std::string& method, const std::string& body, const std::string& headers = "x-api-key: all-key\r\n",
              const std::string& type = "application/grpc-web+proto") {
    http.send("POST " + method + " HTTP/1.1\r\nHost: x\r\nContent-Type: " + type +
              "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body);
    return http.read();
  }

  LiveGateway live;
  RawHttp http{live.server->http_address()};
  const std::string request = frame(0, encode_submit(submit("key-1")).SerializeAsString());
};

TEST_F(GrpcWeb, ACallIsAnsweredByAMessageAndTrailers) {
  const Answer answer = post("/bsn.v1.Gateway/Submit", request);
  ASSERT_EQ(answer.status, 200u);
  EXPECT_EQ(answer.field("content-type"), "application/grpc-web+proto");
  const auto got = frames(answer.body());
  ASSERT_EQ(got.size(), 2u);
  v1::Reply reply;
  EXPECT_TRUE(reply.ParseFromString(got[0].payload));
  EXPECT_EQ(reply.city(), "tianjin");
  EXPECT_EQ(got[1].flag, '\x80');
  EXPECT_EQ(got[1].payload, "grpc-status: 0\r\n");
}

TEST_F(GrpcWeb, TextIsTheSameInBase64) {
  const Answer answer =
      post("/bsn.v1.Gateway/Submit", h2::base64_encode(request), "x-api-key: all-key\r\n", "application/grpc-web-text");
  EXPECT_EQ(answer.field("content-type"), "application/grpc-web-text+proto");
  std::string bytes;  // every piece is padded, so four characters stand for themselves
  for (std::size_t at = 0; at + 4 <= answer.body().size(); at += 4)
    bytes += *h2::base64_decode(answer.body().substr(at, 4));
  EXPECT_EQ(frames(bytes).back().payload, "grpc-status: 0\r\n");
}

TEST_F(GrpcWeb, RefusalsStandInTheTrailers) {
  const auto got = frames(post("/bsn.v1.Gateway/Submit", request, "").body());
  ASSERT_EQ(got.size(), 1u);
  EXPECT_NE(got[0].payload.find("grpc-status: 16\r\n"), std::string::npos);
  EXPECT_NE(got[0].payload.find("bsn-reason: UNKNOWN_KEY\r\n"), std::string::npos);
}

TEST_F(GrpcWeb, BlocksAreStreamedUntilTheDeadline) {
  live.near.tip = 3;
  v1::WatchBlocksRequest watch;
  *watch.mutable_chain() = encode(ChainName{"fabric", "trade"});
  watch.set_from_height(1);
  const auto got = frames(post("/bsn.v1.Gateway/WatchBlocks", frame(0, watch.SerializeAsString()),
                               "x-api-key: all-key\r\ngrpc-timeout: 300m\r\n")
                              .body());
  ASSERT_EQ(got.size(), 4u);
  v1::Block block;
  EXPECT_TRUE(block.ParseFromString(got[2].payload));
  EXPECT_EQ(block.height(), 3u);
  EXPECT_NE(got[3].payload.find("grpc-status: 4\r\n"), std::string::npos);
}

TEST_F(GrpcWeb, BodiesOfAnotherFormAreRefusedAndReachNobody) {
  for (const std::string& body : {std::string(), request + request, request.substr(0, 9), "\1" + request.substr(1),
                                  std::string("\0\xff\xff\xff\xff", 5)}) {
    EXPECT_NE(post("/bsn.v1.Gateway/Submit", body).body().find("grpc-status: 3\r\n"), std::string::npos);
  }
  EXPECT_NE(post("/bsn.v1.Gateway/Nothing", request).body().find("grpc-status: 12\r\n"), std::string::npos);
  EXPECT_NE(post("/bsn.v1.Gateway/Stream", request).body().find("grpc-status: 12\r\n"), std::string::npos);
  EXPECT_TRUE(live.near.seen().empty());
}

// A page in a browser on this machine could call them otherwise.
TEST_F(GrpcWeb, WhatIsForThisMachineOnlyIsNotServed) {
  EXPECT_EQ(post("/bsn.v1.GatewayControl/Counters", frame(0, "")).status, 404u);
  EXPECT_EQ(post("/bsn.v1.GatewayControl/Commission", frame(0, "")).status, 404u);
}

}  // namespace
}  // namespace bsn
