// The client's side of a stream of messages against our own server; the other side in production is gRPC C++.
#include <gtest/gtest.h>

#include "tests/h2/echo_server.h"
#include "tests/h2/talk.h"

namespace bsn::h2::test {
namespace {

TEST(ClientStream, MessagesGoBothWaysInOrder) {
  EchoServer server;
  Talk talk(server.address, "/t/Stream");
  talk.send({"one", "", "three"});  // before it is connected, perhaps
  EXPECT_EQ(talk.messages(3), (std::vector<std::string>{"one", "", "three"}));
  talk.send({"four"});
  EXPECT_EQ(talk.messages(4).back(), "four");
  EXPECT_EQ(talk.ends(), 0u);
}

// Both directions need windows many times larger than those that are open at first.
TEST(ClientStream, MuchMoreThanTheWindows) {
  EchoServer server;
  Talk talk(server.address, "/t/Stream");
  std::vector<std::string> sent;
  for (int i = 0; i < 20; ++i) sent.emplace_back(1'000'000 + static_cast<std::size_t>(i), static_cast<char>('a' + i));
  talk.send(sent);
  EXPECT_TRUE(talk.messages(sent.size()) == sent);
}

TEST(ClientStream, AServerThatTakesNothingKeepsTheRestWaiting) {
  EchoServer server;
  Talk talk(server.address, "/t/Slow");
  talk.send({std::string(8'000'000, 'x')});
  talk.close();
  EXPECT_EQ(talk.ends(), 0u);
}

TEST(ClientStream, ARefusalIsItsOutcome) {
  EchoServer server;
  Talk talk(server.address, "/t/Nothing");
  const Outcome outcome = talk.outcome();
  EXPECT_EQ(outcome.code, static_cast<int>(Code::unimplemented));
  EXPECT_EQ(outcome.message, "there is no method /t/Nothing");
}

TEST(ClientStream, NobodyThere) {
  std::string address;
  { address = EchoServer().address; }
  EXPECT_EQ(Talk(address, "/t/Stream").outcome().code, static_cast<int>(Code::unavailable));
  const Outcome wrong = Talk("nowhere", "/t/Stream").outcome();
  EXPECT_EQ(wrong.code, static_cast<int>(Code::unavailable));
  EXPECT_NE(wrong.message.find("'nowhere'"), std::string::npos);
}

TEST(ClientStream, AServerThatGoesAwayEndsIt) {
  auto server = std::make_unique<EchoServer>();
  Talk talk(server->address, "/t/Stream");
  talk.send({"hello"});
  EXPECT_EQ(talk.messages(1).size(), 1u);
  server->server->stop({});
  EXPECT_NE(talk.outcome().code, 0);
}

TEST(ClientStream, WhoClosesItHearsNothingMoreAndTheServerDoes) {
  EchoServer server;
  Talk talk(server.address, "/t/Stream");
  talk.send({"hello"});
  EXPECT_EQ(talk.messages(1).size(), 1u);
  talk.close();
  server.server->stop(std::chrono::milliseconds(100));
  EXPECT_EQ(server.cancelled, 1);
  EXPECT_EQ(talk.ends(), 0u);
}

}  // namespace
}  // namespace bsn::h2::test
