// Attacks on the raw wire. After each: the process lives, its memory has not grown beyond a bound, another client is
// served within a second, and no handler saw what should not have come through.
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <random>

#include "core/random.h"
#include "tests/h2/echo_server.h"
#include "tests/h2/raw_client.h"

namespace bsn::h2 {
namespace {

using namespace test;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::uint32_t no_error = 0, refused_stream = 7, enhance_your_calm = 11;
constexpr std::size_t most_growth = 96 * 1024 * 1024;

std::size_t resident_bytes() {
  std::size_t all = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

// Writes what make(0), make(1) ... give, in pieces, until the server hangs up. Keeps nothing: the memory that the tests
// look at is the server's.
template <class Make>
void flood(RawClient& client, std::uint32_t count, Make make) {
  constexpr std::size_t piece = 32 * 1024;
  std::string bytes;
  for (std::uint32_t i = 0; i < count; ++i) {
    bytes += make(i);
    if (bytes.size() < piece) continue;
    if (!client.write(bytes)) return;
    bytes.clear();
  }
  client.write(bytes);
}

class Guard : public testing::Test {
 protected:
  Guard() : before_(resident_bytes()) {}

  void expect_unharmed(EchoServer& server) {
    const auto start = steady_clock::now();
    RawClient other(server.address);
    other.write(unary(1, "/t/Echo", "still there"));
    EXPECT_EQ(other.end_of(1).body, message("still there"));
    EXPECT_LT(steady_clock::now() - start, milliseconds(1000));
    EXPECT_LT(resident_bytes(), before_ + most_growth);
  }

  void expect_ended(RawClient& client, std::uint32_t expected) {
    std::optional<std::uint32_t> code;
    EXPECT_TRUE(client.ended_by(code));
    EXPECT_EQ(code.value_or(expected), expected)
        << "a client that still sends may lose it to the reset of its connection";
  }

 private:
  const std::size_t before_;
};

// ---- floods ----

TEST_F(Guard, RapidResetEndsTheConnection) {
  EchoServer server;
  RawClient client(server.address);
  const std::string headers = block(request("/t/Wait"));
  flood(client, 50'000, [&](std::uint32_t i) {
    return frame(HEADERS, END_HEADERS | END_STREAM, 2 * i + 1, headers) + frame(RST_STREAM, 0, 2 * i + 1, number(8));
  });
  expect_ended(client, enhance_your_calm);
  expect_unharmed(server);
}

TEST_F(Guard, ResetsThatWeAreMadeToSendCountToo) {
  EchoServer server;
  RawClient client(server.address);
  const std::string headers = block(request("/t/Wait"));
  const std::string too_much = number(0x7fff'ffff);  // a stream error, RFC 9113 6.9.1
  flood(client, 20'000, [&](std::uint32_t i) {
    return frame(HEADERS, END_HEADERS, 2 * i + 1, headers) + frame(WINDOW_UPDATE, 0, 2 * i + 1, too_much);
  });
  expect_ended(client, enhance_your_calm);
  expect_unharmed(server);
}

TEST_F(Guard, PingsSettingsAndEmptyFramesHaveABudget) {
  const std::string nothing = frame(DATA, 0, 1, "");
  for (const std::string& one : {frame(PING, 0, 0, "12345678"), frame(SETTINGS, 0, 0, ""),
                                 frame(PRIORITY, 0, 1, number(0) + "x"), frame(0x77, 0, 0, "unknown"), nothing}) {
    EchoServer server;
    RawClient client(server.address);
    client.write(frame(HEADERS, END_HEADERS, 1, block(request("/t/Stream"))));
    flood(client, 100'000, [&](std::uint32_t) { return one; });
    expect_ended(client, enhance_your_calm);
    expect_unharmed(server);
  }
}

TEST_F(Guard, ManyPingsAreFineForOneWhoAlsoCalls) {
  EchoServer server;
  RawClient client(server.address);
  for (std::uint32_t call = 0; call < 1'000; ++call) {
    ASSERT_TRUE(client.write(frame(PING, 0, 0, "12345678") + unary(2 * call + 1, "/t/Echo", "") +
                             frame(WINDOW_UPDATE, 0, 0, number(10))));
    ASSERT_EQ(client.end_of(2 * call + 1).status, "0");
  }
}

TEST_F(Guard, ContinuationsWithoutEndHaveABudget) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1'000}}) {
    EchoServer server;
    RawClient client(server.address);
    client.write(frame(HEADERS, 0, 1, block(request("/t/Echo"))));
    const std::string more = frame(CONTINUATION, 0, 1, std::string(size, 'a'));
    flood(client, 50'000, [&](std::uint32_t) { return more; });
    expect_ended(client, enhance_your_calm);
    expect_unharmed(server);
  }
}

TEST_F(Guard, AHeaderOfFortyMegabytesIsNotRead) {
  EchoServer server;
  RawClient client(server.address);
  const std::string start = std::string("\0\x07x-large", 9) + "\x7f\x81\xb3\x89\x13";  // a value of 40,000,000 bytes
  const std::string more = frame(CONTINUATION, 0, 1, std::string(16'000, 'h'));
  // In one piece, or the decoder may see the length alone and call it an error of compression.
  client.write(frame(HEADERS, 0, 1, block(request("/t/Echo")) + start) + more + more + more);
  flood(client, 2'500, [&](std::uint32_t) { return more; });
  expect_ended(client, enhance_your_calm);
  EXPECT_EQ(server.started, 0);
  expect_unharmed(server);
}

// A few thousand bytes that the decoder turns into many megabytes: one large entry of its table, named over and over.
TEST_F(Guard, AHeaderBombIsRefused) {
  EchoServer server;
  RawClient client(server.address);
  std::string headers = block(request("/t/Echo"));
  headers += '\x40';  // literal with indexing: the entry stays in the table
  headers += std::string("\x05x-big\x7f\x81\x1e", 9) + std::string(4'000, 'b');
  headers += std::string(10'000, '\xbe');  // the newest entry, ten thousand times
  client.write(frame(HEADERS, END_HEADERS | END_STREAM, 1, headers));
  EXPECT_EQ(client.end_of(1).status, "8");
  EXPECT_EQ(server.started, 0);
  expect_unharmed(server);
}

TEST_F(Guard, TheStreamLimitBindsWithoutAnAcknowledgement) {
  Budgets budgets;
  budgets.streams = 100;
  EchoServer server(budgets);
  RawClient client(server.address);
  for (std::uint32_t call = 0; call < 300; ++call) client.write(unary(2 * call + 1, "/t/Wait", ""));
  int refused = 0;
  while (refused < 200) {
    const auto reset = client.read_until(RST_STREAM);
    ASSERT_TRUE(reset);
    EXPECT_EQ(reset->error(), refused_stream);
    ++refused;
  }
  EXPECT_EQ(server.started, 100);
  expect_unharmed(server);
}

TEST_F(Guard, TheStreamLimitInAllBindsToo) {
  Budgets budgets;
  budgets.streams_in_all = 10;
  EchoServer server(budgets);
  RawClient one(server.address), two(server.address);
  for (std::uint32_t call = 0; call < 10; ++call) one.write(unary(2 * call + 1, "/t/Wait", ""));
  one.write(frame(PING, 0, 0, "12345678"));
  ASSERT_TRUE(one.read_until(PING));
  two.write(unary(1, "/t/Echo", ""));
  EXPECT_EQ(two.end_of(1).reset, refused_stream);
}

// ---- memory ----

TEST_F(Guard, AClientThatReadsNoAnswersIsEnded) {
  Budgets budgets;
  budgets.connection_bytes = 4'000'000;
  EchoServer server(budgets);
  RawClient client(server.address);
  for (std::uint32_t call = 0; call < 100; ++call) client.write(unary(2 * call + 1, "/t/Large", "1000000"));
  expect_ended(client, enhance_your_calm);
  expect_unharmed(server);
}

TEST_F(Guard, WhenMemoryIsShortTheLargestHolderGoes) {
  Budgets budgets;
  budgets.bytes_in_all = 4'000'000;
  EchoServer server(budgets);
  RawClient large(server.address), small(server.address);
  small.write(unary(1, "/t/Large", "200000"));
  ASSERT_TRUE(small.read_until(DATA));
  for (std::uint32_t call = 0; call < 5; ++call) large.write(unary(2 * call + 1, "/t/Large", "1000000"));
  expect_ended(large, enhance_your_calm);
  small.write(frame(WINDOW_UPDATE, 0, 0, number(1'000'000)) + frame(WINDOW_UPDATE, 0, 1, number(1'000'000)));
  EXPECT_EQ(small.end_of(1).status, "0");
  expect_unharmed(server);
}

TEST_F(Guard, CompressionBombsAreRefused) {
  EchoServer server;
  RawClient client(server.address);
  const std::string bomb = message(gzip(std::string(50'000'000, '\0')), 1);
  client.write(frame(HEADERS, END_HEADERS, 1, block(request("/t/Echo", {{"grpc-encoding", "gzip"}}))));
  std::size_t at = 0;
  for (; at + 16'000 < bomb.size(); at += 16'000) client.write(frame(DATA, 0, 1, bomb.substr(at, 16'000)));
  client.write(frame(DATA, END_STREAM, 1, bomb.substr(at)));
  EXPECT_EQ(client.end_of(1).status, "8");
  EXPECT_EQ(server.started, 0);
}

TEST_F(Guard, AMessageThatClaimsToBeHugeIsRefusedBeforeItComes) {
  EchoServer server;
  RawClient client(server.address);
  client.write(frame(HEADERS, END_HEADERS, 1, block(request("/t/Echo"))));
  client.write(frame(DATA, 0, 1, std::string(1, '\0') + number(0xffff'ffff)));
  EXPECT_EQ(client.end_of(1).status, "8");
  expect_unharmed(server);
}

// ---- time ----

TEST_F(Guard, HalfSentThingsEnd) {
  Budgets budgets;
  budgets.half_sent = budgets.greeting = milliseconds(300);
  const std::string greeting = std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") + frame(SETTINGS, 0, 0, "");
  const std::string headers = frame(HEADERS, END_HEADERS, 1, block(request("/t/Echo")));
  for (const std::string& half :
       {std::string(), greeting.substr(0, 10), greeting + headers.substr(0, 5), greeting + headers.substr(0, 50),
        greeting + frame(HEADERS, 0, 1, block(request("/t/Echo")))}) {
    EchoServer server(budgets);
    RawClient client(server.address, false);
    client.write(half);
    expect_ended(client, enhance_your_calm);
    expect_unharmed(server);
  }
  for (const std::string& half :
       {headers, headers + frame(DATA, 0, 1, message("abc").substr(0, 7)),
        frame(HEADERS, END_HEADERS, 1, block(request("/t/Stream"))) + frame(DATA, 0, 1, message("abc").substr(0, 7))}) {
    EchoServer server(budgets);
    RawClient client(server.address);
    client.write(half);
    EXPECT_EQ(client.end_of(1).status, "4") << "only the call ends";
  }
}

TEST_F(Guard, AnIdleConnectionIsAskedToGo) {
  Budgets budgets;
  budgets.idle = milliseconds(300);
  EchoServer server(budgets);
  RawClient client(server.address);
  std::optional<std::uint32_t> code;
  EXPECT_TRUE(client.ended_by(code));
  EXPECT_EQ(code, no_error);
}

TEST_F(Guard, WhenAllPlacesAreTakenTheLongestIdleGoes) {
  Budgets budgets;
  budgets.connections = 3;
  EchoServer server(budgets);
  RawClient busy(server.address), idle(server.address), other(server.address);
  busy.write(unary(1, "/t/Wait", ""));
  for (RawClient* client : {&busy, &idle, &other}) {
    client->write(frame(PING, 0, 0, "12345678"));
    ASSERT_TRUE(client->read_until(PING));
  }
  const auto limit = steady_clock::now() + std::chrono::seconds(10);
  bool served = false;
  while (!served && steady_clock::now() < limit) {  // an idle one is left in peace for a second
    RawClient late(server.address);
    late.write(unary(1, "/t/Echo", ""));
    served = late.end_of(1).status == "0";
  }
  EXPECT_TRUE(served);
  std::optional<std::uint32_t> code;
  EXPECT_TRUE(idle.ended_by(code));
  EXPECT_EQ(code, no_error);
  EXPECT_EQ(server.cancelled, 0) << "who has a call open stays";
}

// ---- requests that must not be carried out ----

TEST_F(Guard, WhatIsWrongWithARequestIsSaidAndNothingIsDone) {
  struct Case {
    const char* what;
    Headers more;
    std::string body;
    const char* status;
  };
  const std::string good = message("x");
  const std::vector<Case> cases = {
      {"two messages", {}, good + good, "3"},
      {"no message", {}, "", "3"},
      {"half a message", {}, good.substr(0, 5), "3"},
      {"unknown flags", {}, message("x", 7), "3"},
      {"compressed without an encoding", {}, message(gzip("x"), 1), "3"},
      {"not what the encoding says", {{"grpc-encoding", "gzip"}}, message("x", 1), "3"},
      {"bytes behind the end of the gzip", {{"grpc-encoding", "gzip"}}, message(gzip("x") + "y", 1), "3"},
      {"unknown encoding", {{"grpc-encoding", "snappy"}}, good, "12"},
      {"CR LF in metadata", {{"x-a", "b\r\nx-admin: 1"}}, good, "3"},
      {"NUL in metadata", {{"x-a", std::string("b\0c", 3)}}, good, "3"},
      {"a time-out without a unit", {{"grpc-timeout", "10"}}, good, "3"},
      {"a time-out of nine digits", {{"grpc-timeout", "123456789S"}}, good, "3"},
      {"a negative time-out", {{"grpc-timeout", "-1S"}}, good, "3"},
      {"two time-outs", {{"grpc-timeout", "1S"}, {"grpc-timeout", "2S"}}, good, "3"},
      {"much metadata", {{"x-a", std::string(20'000, 'm')}}, good, "8"},
  };
  EchoServer server;
  RawClient client(server.address);
  std::uint32_t stream = 1;
  for (const Case& each : cases) {
    const std::string headers = block(request("/t/Echo", each.more));
    client.write(frame(HEADERS, headers.size() > 16'384 ? 0 : END_HEADERS, stream, headers.substr(0, 16'384)));
    if (headers.size() > 16'384) client.write(frame(CONTINUATION, END_HEADERS, stream, headers.substr(16'384)));
    client.write(frame(DATA, END_STREAM, stream, each.body));
    EXPECT_EQ(client.end_of(stream).status, each.status) << each.what;
    stream += 2;
  }
  EXPECT_EQ(server.started, 0);
  client.write(unary(stream, "/t/Echo", "the connection lives"));
  EXPECT_EQ(client.end_of(stream).status, "0");
}

TEST_F(Guard, WhatIsNoGrpcIsToldSoInHttp) {
  EchoServer server;
  RawClient client(server.address);
  client.write(frame(HEADERS, END_HEADERS | END_STREAM, 1,
                     block({{":method", "GET"}, {":scheme", "http"}, {":path", "/t/Echo"}, {":authority", "a"}})));
  EXPECT_EQ(client.end_of(1).trailers.at(":status"), "405");
  client.write(frame(HEADERS, END_HEADERS | END_STREAM, 3,
                     block({{":method", "POST"}, {":scheme", "http"}, {":path", "/t/Echo"}, {":authority", "a"}})));
  EXPECT_EQ(client.end_of(3).trailers.at(":status"), "415");
  EXPECT_EQ(server.started, 0);
}

TEST_F(Guard, OtherProtocolsAreHungUpOn) {
  EchoServer server;
  for (const std::string& words : {std::string("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), std::string(1'000, '\x16')}) {
    RawClient client(server.address, false);
    client.write(words);
    std::optional<std::uint32_t> code;
    EXPECT_TRUE(client.ended_by(code));
  }
  expect_unharmed(server);
}

// Valid bytes with a few of them changed: whatever it makes of them, the server lives and serves others.
TEST_F(Guard, DamagedBytesHurtOnlyTheirOwnConnection) {
  EchoServer server;
  Random random(7);
  const std::string good = frame(HEADERS, END_HEADERS, 1, block(request("/t/Stream"))) +
                           frame(DATA, 0, 1, message("abc")) + unary(3, "/t/Echo", "d") +
                           frame(PING, 0, 0, "12345678") + frame(WINDOW_UPDATE, 0, 0, number(9)) +
                           frame(RST_STREAM, 0, 1, number(8)) + unary(5, "/t/Echo", "e");
  for (int round = 0; round < 300; ++round) {
    std::string bytes = good;
    for (int i = 0; i < 3; ++i) bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    RawClient client(server.address);
    client.write(bytes);
  }
  expect_unharmed(server);
}

}  // namespace
}  // namespace bsn::h2
