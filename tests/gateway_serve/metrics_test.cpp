#include "gateway/serve/metrics.h"

#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <fstream>

#include "tests/gateway_serve/live_gateway.h"

namespace bsn {
namespace {

using namespace test;

std::string scrape(const std::string& address) {
  using boost::asio::ip::tcp;
  boost::asio::io_context io;
  tcp::socket socket(io);
  const auto colon = address.find(':');
  socket.connect({boost::asio::ip::make_address(address.substr(0, colon)),
                  static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1)))});
  boost::asio::write(socket, boost::asio::buffer(std::string("GET /metrics HTTP/1.0\r\n\r\n")));
  std::string text;
  boost::system::error_code end;
  boost::asio::read(socket, boost::asio::dynamic_buffer(text), end);
  return text;
}

TEST(Metrics, TellCallsByChainMethodAndCodeAndTheirLatency) {
  LiveGateway live(false, "127.0.0.1:0");
  ASSERT_TRUE(live.client->submit(submit()).ok());
  const auto wrong = live.client->context("a wrong key that is secret all the same");
  EXPECT_FALSE(live.client->submit(submit(), nullptr, wrong.get()).ok());
  const std::string text = scrape(live.server->metrics_address());
  const auto has = [&](const std::string& line) { return text.find(line) != std::string::npos; };
  EXPECT_TRUE(has("bsn_gateway_calls_total{network=\"fabric\",chain=\"trade\",method=\"submit\",code=\"OK\"} 1\n"))
      << text;
  EXPECT_TRUE(has(
      "bsn_gateway_calls_total{network=\"fabric\",chain=\"trade\",method=\"submit\",code=\"UNAUTHENTICATED\"} 1\n"));
  EXPECT_TRUE(has("bsn_gateway_call_seconds_count{network=\"fabric\",chain=\"trade\",method=\"submit\"} 1\n"));
  EXPECT_TRUE(has("bsn_gateway_city_healthy{city=\"tianjin\"} 1\n"));
  EXPECT_TRUE(has("bsn_gateway_city_healthy{city=\"suzhou\"} 0\n"));
  EXPECT_TRUE(has("bsn_gateway_attempts_total 1\n"));
  EXPECT_TRUE(has("bsn_gateway_connections_total "));
  EXPECT_FALSE(has("all-key"));
  EXPECT_FALSE(has("secret all the same"));
}

TEST(Metrics, AreForThisMachineOnly) {
  const auto served = Metrics::serve("0.0.0.0:0", [] { return std::vector<prometheus::MetricFamily>(); });
  ASSERT_FALSE(served.ok());
  EXPECT_EQ(served.error().code, ErrorCode::invalid_configuration);
}

TEST(CallMeter, ClassesOfLatencyHoldTheirUpperBound) {
  CallMeter meter;
  Reply reply;
  reply.split.wire = CallMeter::bound(2);
  meter.count(std::nullopt, Operation::query, reply, true);
  reply.split.wire = CallMeter::bound(2) + nanoseconds(1);
  meter.count(std::nullopt, Operation::query, reply, true);
  reply.split.wire = seconds(100);
  meter.count(std::nullopt, Operation::query, reply, true);
  const CallMeter::Cell& cell = meter.cell(std::nullopt, Operation::query);
  EXPECT_EQ(cell.took[2], 1u);
  EXPECT_EQ(cell.took[3], 1u);
  EXPECT_EQ(cell.took[CallMeter::bounds], 1u);
  EXPECT_EQ(cell.ended[0], 3u);
}

TEST(AccessLog, OneCallOfSoManyIsALineWithItsSplitAndTraceAndWithoutItsKey) {
  LiveGateway live;
  live.server.reset();
  auto started = GatewayServer::start({"127.0.0.1:0", live.folder.path(), 1, "", 2});
  ASSERT_TRUE(started.ok());
  Client client((*started)->address());
  ASSERT_TRUE(client.wait_until_serving());
  const std::string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  for (int i = 0; i < 3; ++i) {
    const auto context = client.context();
    context->AddMetadata("traceparent", trace);
    EXPECT_TRUE(client.submit(submit("key-" + std::to_string(i)), nullptr, context.get()).ok());
  }
  std::ifstream file(live.folder.path() + "/access.log");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  ASSERT_EQ(lines.size(), 2u);
  for (const char* part : {"\"project\":\"all\"", "\"chain\":\"fabric/trade\"", "\"code\":\"OK\"",
                           "\"consensus\":", "\"city\":\"tianjin\"", trace.c_str()}) {
    EXPECT_NE(lines[0].find(part), std::string::npos) << part << " is missing in " << lines[0];
  }
  EXPECT_EQ(lines[0].find("all-key"), std::string::npos);
}

TEST(AccessLog, CallsOfAStreamAreInTheSampleToo) {
  LiveGateway live;
  live.server.reset();
  auto started = GatewayServer::start({"127.0.0.1:0", live.folder.path(), 1, "", 3});
  ASSERT_TRUE(started.ok());
  Client client((*started)->address());
  ASSERT_TRUE(client.wait_until_serving());
  const auto context = client.context();
  const std::string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  context->AddMetadata("traceparent", trace);
  const auto stream = client.gateway->Stream(context.get());
  v1::ClientCalls batch;
  for (std::uint64_t id = 1; id <= 6; ++id) {
    v1::ClientCall& call = *batch.add_calls();
    call.set_id(id);
    *call.mutable_call() = encode(submit("key-" + std::to_string(id)));
  }
  ASSERT_TRUE(stream->Write(batch));
  stream->WritesDone();
  v1::ClientReplies replies;
  int answers = 0;
  while (stream->Read(&replies)) answers += replies.replies_size();
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(answers, 6);
  std::ifstream file(live.folder.path() + "/access.log");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  ASSERT_EQ(lines.size(), 2u);
  for (const char* part : {"\"path\":\"/bsn.v1.Gateway/Stream\"", "\"project\":\"all\"", "\"code\":\"OK\"",
                           "\"city\":\"tianjin\"", trace.c_str()}) {
    EXPECT_NE(lines[0].find(part), std::string::npos) << part << " is missing in " << lines[0];
  }
}

}  // namespace
}  // namespace bsn
