// What the server says on the wire to a client that keeps the rules.
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <thread>

#include "h2/wire_text.h"
#include "tests/h2/echo_server.h"
#include "tests/h2/raw_client.h"

namespace bsn::h2 {
namespace {

using namespace test;
using std::chrono::steady_clock;

TEST(Wire, AUnaryCallIsAnsweredByHeadersMessageAndTrailers) {
  EchoServer server;
  RawClient client(server.address);
  client.write(unary(1, "/t/Echo", "hello"));
  const auto first = client.read_until(HEADERS);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->headers.at(":status"), "200");
  EXPECT_EQ(first->headers.at("content-type"), "application/grpc");
  const Ended ended = client.end_of(1);
  EXPECT_EQ(ended.body, message("hello"));
  EXPECT_EQ(ended.status, "0");
}

TEST(Wire, BytesMayComeOneByOne) {
  EchoServer server;
  RawClient client(server.address, false);
  const std::string all =
      std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") + frame(SETTINGS, 0, 0, "") + unary(1, "/t/Echo", "slowly");
  for (const char byte : all) ASSERT_TRUE(client.write({&byte, 1}));
  EXPECT_EQ(client.end_of(1).body, message("slowly"));
}

TEST(Wire, ManyCallsOnManyConnectionsAreAnsweredEachOnItsOwn) {
  EchoServer server({}, 2);
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 8; ++i) clients.push_back(std::make_unique<RawClient>(server.address));
  for (std::uint32_t call = 0; call < 100; ++call) {
    for (const auto& client : clients) client->write(unary(2 * call + 1, "/t/Echo", std::to_string(call)));
  }
  for (const auto& client : clients) {
    for (std::uint32_t call = 0; call < 100; ++call) {
      EXPECT_EQ(client->end_of(2 * call + 1).body, message(std::to_string(call)));
    }
  }
  EXPECT_EQ(server.started, 800);
}

TEST(Wire, AStreamGoesBothWaysUntilTheClientHasSaidAll) {
  EchoServer server;
  RawClient client(server.address);
  client.write(frame(HEADERS, END_HEADERS, 1, block(request("/t/Stream"))));
  client.write(frame(DATA, 0, 1, message("a") + message("")));
  const auto first = client.read_until(DATA);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->payload, message("a") + message("")) << "one write for both";
  const std::string split = message("bcd");
  client.write(frame(DATA, 0, 1, split.substr(0, 3)));
  client.write(frame(DATA, END_STREAM, 1, split.substr(3)));
  const Ended ended = client.end_of(1);
  EXPECT_EQ(ended.body, split);
  EXPECT_EQ(ended.status, "0");
}

TEST(Wire, AnUnknownMethodIsUnimplemented) {
  EchoServer server;
  RawClient client(server.address);
  client.write(unary(1, "/t/N\xc3\xb6ne", ""));
  const Ended ended = client.end_of(1);
  EXPECT_EQ(ended.status, "12");
  EXPECT_EQ(ended.trailers.at("grpc-message"), "there is no method /t/N%C3%B6ne");
}

TEST(Wire, AnAnswerThatDoesNotWaitForTheRequestEndsTheRequest) {
  EchoServer server;
  RawClient client(server.address);
  client.write(frame(HEADERS, END_HEADERS, 1, block(request("/t/None"))));
  EXPECT_EQ(client.end_of(1).status, "12");
  const auto reset = client.read_until(RST_STREAM);
  ASSERT_TRUE(reset);
  EXPECT_EQ(reset->error(), 0u) << "NO_ERROR: the rest need not be sent";
}

TEST(Wire, TheDeadlineEndsACallThatNobodyAnswers) {
  EchoServer server;
  RawClient client(server.address);
  client.write(unary(1, "/t/Wait", "", {{"grpc-timeout", "50m"}}));
  EXPECT_EQ(client.end_of(1).status, "4");
  EXPECT_EQ(server.cancelled, 1);
}

TEST(Wire, ACancelledCallIsToldToItsHandler) {
  EchoServer server;
  RawClient client(server.address);
  client.write(unary(1, "/t/Wait", "") + frame(RST_STREAM, 0, 1, number(8)));
  client.write(unary(3, "/t/Echo", ""));
  EXPECT_EQ(client.end_of(3).status, "0");
  EXPECT_EQ(server.started, 1 + 1);
  EXPECT_EQ(server.cancelled, 1);
}

TEST(Wire, AClientThatVanishesCancelsItsCalls) {
  EchoServer server;
  {
    RawClient client(server.address);
    client.write(unary(1, "/t/Wait", "") + unary(3, "/t/Wait", "") + unary(5, "/t/Echo", ""));
    EXPECT_EQ(client.end_of(5).status, "0");
  }
  const auto limit = steady_clock::now() + std::chrono::seconds(10);
  while (server.cancelled < 2 && steady_clock::now() < limit) std::this_thread::yield();
  EXPECT_EQ(server.cancelled, 2);
}

TEST(Wire, NoMoreIsSentThanTheWindowAllowsAndTheRestWhenItOpens) {
  EchoServer server;
  RawClient client(server.address);
  client.write(unary(1, "/t/Large", "100000"));
  std::size_t got = 0;
  while (got < 65'535) {
    const auto data = client.read_until(DATA);
    ASSERT_TRUE(data);
    got += data->payload.size();
  }
  EXPECT_EQ(got, 65'535u);
  client.write(frame(PING, 0, 0, "12345678"));
  const auto next = client.read();
  ASSERT_TRUE(next);
  EXPECT_EQ(next->type, PING) << "nothing of the message comes before";
  client.write(frame(WINDOW_UPDATE, 0, 0, number(100'000)) + frame(WINDOW_UPDATE, 0, 1, number(100'000)));
  const Ended ended = client.end_of(1);
  EXPECT_EQ(got + ended.body.size(), 100'005u);
  EXPECT_EQ(ended.status, "0");
}

// Nobody reads the stream: no window is given back for it, while another stream goes on.
TEST(Wire, AHandlerThatPausesHoldsItsClientByFlowControl) {
  Budgets budgets;
  budgets.stream_window = 65'535;
  budgets.connection_window = 1'000'000;
  EchoServer server(budgets);
  RawClient client(server.address);
  client.write(frame(HEADERS, END_HEADERS, 1, block(request("/t/Slow"))));
  const std::string chunk = message(std::string(16'000, 'x'));
  for (int i = 0; i < 4; ++i) client.write(frame(DATA, 0, 1, chunk));
  client.write(unary(3, "/t/Echo", ""));
  bool given_back = false;
  client.read_until([&](const Frame& frame) {
    if (frame.type == WINDOW_UPDATE && frame.stream == 1) given_back = true;
    return frame.stream == 3 && frame.flags & END_STREAM;
  });
  EXPECT_FALSE(given_back);
  EXPECT_EQ(server.messages, 1);
}

TEST(Wire, CompressedMessagesAreRead) {
  EchoServer server;
  RawClient client(server.address);
  const std::string text(100'000, 'z');
  client.write(frame(HEADERS, END_HEADERS, 1, block(request("/t/Large", {{"grpc-encoding", "gzip"}}))));
  client.write(frame(DATA, END_STREAM, 1, message(gzip("1000"), 1)));
  EXPECT_EQ(client.end_of(1).body.size(), 1'005u);
}

TEST(Wire, PingsAreAnswered) {
  EchoServer server;
  RawClient client(server.address);
  client.write(frame(PING, 0, 0, "abcdefgh"));
  const auto answer = client.read_until(PING);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->flags, ACK);
  EXPECT_EQ(answer->payload, "abcdefgh");
}

TEST(Wire, ASilentConnectionWithOpenCallsIsPingedAndClosedWhenDead) {
  Budgets budgets;
  budgets.keep_alive = budgets.ping_answer = std::chrono::milliseconds(100);
  EchoServer server(budgets);
  RawClient client(server.address);
  client.write(unary(1, "/t/Wait", ""));
  EXPECT_TRUE(client.read_until(PING));
  std::optional<std::uint32_t> code;
  EXPECT_TRUE(client.ended_by(code)) << "no answer came";
  EXPECT_EQ(server.cancelled, 1);
}

TEST(Wire, StoppingSaysGoawayAndLetsOpenCallsEnd) {
  EchoServer server;
  RawClient client(server.address);
  client.write(frame(HEADERS, END_HEADERS, 1, block(request("/t/Stream"))));
  client.write(frame(DATA, 0, 1, message("before")));
  ASSERT_TRUE(client.read_until(DATA));
  std::thread stopper([&] { server.server->stop(std::chrono::seconds(10)); });
  const auto goaway = client.read_until(GOAWAY);
  ASSERT_TRUE(goaway);
  EXPECT_EQ(goaway->error(), 0u);
  client.write(frame(DATA, END_STREAM, 1, message("after")));
  const Ended ended = client.end_of(1);
  EXPECT_EQ(ended.body, message("after"));
  EXPECT_EQ(ended.status, "0");
  stopper.join();
  EXPECT_EQ(server.server->connections(), 0u);
}

TEST(Wire, StoppingWithoutPatienceCancelsWhatIsOpen) {
  EchoServer server;
  RawClient client(server.address);
  client.write(unary(1, "/t/Wait", "") + unary(3, "/t/Echo", ""));
  EXPECT_EQ(client.end_of(3).status, "0");
  server.server->stop({});
  EXPECT_EQ(server.cancelled, 1);
}

TEST(Wire, AnAddressInUseIsSaid) {
  EchoServer server;
  ServerOptions options;
  options.listen = server.address;
  const auto second = Server::listen(options);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::already_running);
  options.listen = "nowhere";
  const auto third = Server::listen(options);
  ASSERT_FALSE(third.ok());
  EXPECT_EQ(third.error().code, ErrorCode::invalid_configuration);
}

// ---- what there is to see ----

std::vector<ClientConnection> seen(Server& server, std::size_t most = 100) {
  std::promise<std::vector<ClientConnection>> told;
  server.look(most, [&told](std::vector<ClientConnection> all) { told.set_value(std::move(all)); });
  return told.get_future().get();
}

TEST(View, CountsTheStreamsBytesResetsAndPingsOfEachConnection) {
  EchoServer server({}, 2);
  RawClient idle(server.address), client(server.address);
  client.write(unary(1, "/t/Echo", "hello"));
  EXPECT_EQ(client.end_of(1).status, "0");
  client.write(unary(3, "/t/Wait", "") + unary(5, "/t/Wait", "") + frame(RST_STREAM, 0, 5, number(8)));
  client.write(frame(PING, 0, 0, "12345678"));
  ASSERT_TRUE(client.read_until(PING));
  const std::vector<ClientConnection> all = seen(*server.server);
  ASSERT_EQ(all.size(), 2u);
  const ClientConnection& busy = all[0];
  EXPECT_EQ(busy.streams, 3u);
  EXPECT_EQ(busy.open_streams, 1u);
  EXPECT_EQ(busy.resets_in, 1u);
  EXPECT_EQ(busy.resets_out, 0u);
  EXPECT_EQ(busy.pings_in, 1u);
  EXPECT_GT(busy.bytes_in, 100u);
  EXPECT_GT(busy.bytes_out, 50u);
  EXPECT_GE(busy.age, busy.quiet);
  EXPECT_EQ(all[1].streams, 0u) << "the one that was heard longest ago is the last";
  EXPECT_NE(all[1].peer, busy.peer);
  EXPECT_EQ(seen(*server.server, 1).size(), 1u);
}

}  // namespace
}  // namespace bsn::h2
