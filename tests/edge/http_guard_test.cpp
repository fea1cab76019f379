// What a stranger may send to the HTTP/1.1 port: each thing ends that connection at most, and others are served.
#include "edge/http_server.h"
#include "tests/fixtures/raw_http.h"

namespace bsn::edge {
namespace {

using bsn::test::Answer;
using bsn::test::RawHttp;
using namespace std::chrono_literals;

// Answers with the body it got; "/late" only when told.
class Echo final : public Site {
 public:
  bool serve(const std::shared_ptr<Exchange>& exchange) override {
    if (target(exchange->request()) == "/big") {
      exchange->respond(response(200, "text/plain", std::string(4 << 20, 'x')));
    } else {
      exchange->respond(response(200, "text/plain", exchange->request().body()));
    }
    return true;
  }
};

struct HttpGuard : testing::Test {
  HttpGuard() {
    HttpBudgets budgets;
    budgets.head = 300ms;
    budgets.body = 300ms;
    budgets.idle = 500ms;
    budgets.connections = 8;
    budgets.body_bytes = 1000;
    auto listening = h2::Server::listen({});
    EXPECT_TRUE(listening.ok());
    loops = std::move(*listening);
    const auto sites = std::make_shared<Sites>();
    sites->add(std::make_unique<Echo>());
    auto opened = HttpServer::listen("127.0.0.1:0", *loops, sites, budgets);
    EXPECT_TRUE(opened.ok());
    server = std::move(*opened);
    loops->start();
  }
  ~HttpGuard() override {
    server->stop(100ms);
    loops->stop(100ms);
  }

  // A stranger's bytes did no harm: somebody else is served.
  void expect_others_served() {
    const Answer answer = RawHttp(server->address()).post("/", "hello");
    EXPECT_EQ(answer.status, 200u);
    EXPECT_EQ(answer.body(), "hello");
  }

  std::unique_ptr<h2::Server> loops;
  std::unique_ptr<HttpServer> server;
};

TEST_F(HttpGuard, SlowHeadersEndTheConnection) {
  RawHttp slow(server->address());
  slow.send("GET / HTTP/1.1\r\nHost: x\r\nx-a: ");
  EXPECT_TRUE(slow.ended());
  expect_others_served();
}

TEST_F(HttpGuard, ASlowBodyEndsTheConnection) {
  RawHttp slow(server->address());
  slow.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc");
  EXPECT_TRUE(slow.ended());
  expect_others_served();
}

TEST_F(HttpGuard, IdleConnectionsEnd) {
  RawHttp idle(server->address());
  EXPECT_EQ(idle.get("/").status, 200u);
  EXPECT_TRUE(idle.ended());
}

TEST_F(HttpGuard, AHugeHeaderIsRefused) {
  RawHttp huge(server->address());
  huge.send("GET / HTTP/1.1\r\nHost: x\r\nx-a: " + std::string(20 * 1024, 'a'));
  EXPECT_EQ(huge.read().status, 431u);
  EXPECT_TRUE(huge.ended());
  expect_others_served();
}

TEST_F(HttpGuard, AHugeBodyIsRefusedBeforeItIsRead) {
  RawHttp huge(server->address());
  huge.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000000\r\n\r\n");
  EXPECT_EQ(huge.read().status, 413u);
  RawHttp chunked(server->address());
  chunked.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" + std::string(2000, 'a') +
               "\r\n0\r\n\r\n");
  EXPECT_EQ(chunked.read().status, 413u);
  expect_others_served();
}

TEST_F(HttpGuard, TwoLengthsOfOneBodyAreRefused) {
  for (const char* lengths :
       {"Content-Length: 5\r\nContent-Length: 6\r\n", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "Content-Length: -1\r\n", "Content-Length: 5, 6\r\n"}) {
    RawHttp two(server->address());
    two.send(std::string("POST / HTTP/1.1\r\nHost: x\r\n") + lengths + "\r\nhello");
    EXPECT_EQ(two.read().status, 400u) << lengths;
    EXPECT_TRUE(two.ended()) << lengths;
  }
  expect_others_served();
}

TEST_F(HttpGuard, WhatIsNoRequestIsRefused) {
  for (const std::string& bytes :
       {std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), std::string("\x16\x03\x01\x02\x01\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", 30), std::string("GET / HTTP/1.1\r\n no: fold\r\n\r\n"),
        std::string("GET / HTTP/9.9\r\n\r\n")}) {
    RawHttp odd(server->address());
    odd.send(bytes);
    EXPECT_EQ(odd.read().status, 400u) << bytes;
  }
  expect_others_served();
}

TEST_F(HttpGuard, ChunkedBodiesAreRead) {
  RawHttp chunked(server->address());
  chunked.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n");
  EXPECT_EQ(chunked.read().body(), "abcde");
  EXPECT_EQ(chunked.post("/", "more").body(), "more");
}

TEST_F(HttpGuard, WhoExpectsToContinueIsToldTo) {
  RawHttp careful(server->address());
  careful.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(careful.read().status, 100u);
  careful.send("ok");
  EXPECT_EQ(careful.read().body(), "ok");
}

TEST_F(HttpGuard, ANewClientTakesThePlaceOfAnIdleOne) {
  std::vector<std::unique_ptr<RawHttp>> idle;
  for (int i = 0; i < 8; ++i) {
    idle.push_back(std::make_unique<RawHttp>(server->address()));
    EXPECT_EQ(idle.back()->get("/").status, 200u);
  }
  expect_others_served();
}

TEST_F(HttpGuard, BigAnswersArriveWhole) {
  RawHttp reader(server->address());
  EXPECT_EQ(reader.get("/big").body().size(), 4u << 20);
}

TEST_F(HttpGuard, AnOldClientGetsItsAnswerAndTheEnd) {
  RawHttp old(server->address());
  old.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.read().status, 200u);
  EXPECT_TRUE(old.ended());
}

}  // namespace
}  // namespace bsn::edge
