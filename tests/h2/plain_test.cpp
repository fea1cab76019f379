// Requests of plain HTTP beside gRPC on one connection, and what they may cost.
#include <gtest/gtest.h>

#include <atomic>

#include "h2/server.h"
#include "tests/h2/raw_client.h"

namespace bsn::h2 {
namespace {

using namespace test;
using namespace std::chrono_literals;

// Answers with verb, path, type, one header and body; "/late" never, "/lines" in two parts.
struct PlainServer {
  explicit PlainServer(Budgets budgets = {}) {
    ServerOptions options;
    options.budgets = budgets;
    auto listening = Server::listen(std::move(options));
    EXPECT_TRUE(listening.ok());
    server = std::move(*listening);
    server->methods().add("/t/Echo", UnaryStart([](Call& call, std::string& message) {
                            call.send(message);
                            call.finish({});
                            return nullptr;
                          }));
    server->serve_plain([this](PlainCall& call, std::string& body) { return serve(call, body); });
    server->start();
  }

  struct Handler final : CallHandler {
    explicit Handler(PlainServer& owner) : server(owner) {}
    void on_cancel(Call&) override { ++server.cancelled; }
    PlainServer& server;
  };

  std::shared_ptr<CallHandler> serve(PlainCall& call, const std::string& body) {
    ++started;
    if (call.path() == "/late") return std::make_shared<Handler>(*this);
    call.begin(207, {{"content-type", "text/plain"}, {"x-b", "2"}});
    if (call.path() == "/lines") {
      call.send("one\n");
      call.send("two\n");
    } else {
      call.send(call.verb() + " " + call.path() + " " + call.content_type() + " " +
                std::string(call.metadata().only("x-a").value_or("-")) + " " + body);
    }
    call.finish({});
    return nullptr;
  }

  std::unique_ptr<Server> server;
  std::atomic<int> started{0}, cancelled{0};
};

std::string head(const std::string& verb, const std::string& path, const Headers& more = {}) {
  Headers all = {{":method", verb}, {":scheme", "http"}, {":path", path}, {":authority", "a"}};
  all.insert(all.end(), more.begin(), more.end());
  return block(all);
}

// Of the next answer's head.
std::string status_of(RawClient& client) {
  const auto head = client.read_until(HEADERS);
  return head ? head->headers.at(":status") : "none";
}

const Headers json = {{"content-type", "application/json"}, {"x-a", "1"}};

TEST(Plain, ARequestAndItsAnswerCarryNothingOfGrpc) {
  PlainServer server;
  RawClient client(server.server->address());
  client.write(frame(HEADERS, END_HEADERS, 1, head("POST", "/v1/x?y=1", json)));
  client.write(frame(DATA, 0, 1, "{\"a\":"));
  client.write(frame(DATA, END_STREAM, 1, "1}"));
  const auto first = client.read_until(HEADERS);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->headers.at(":status"), "207");
  EXPECT_EQ(first->headers.at("x-b"), "2");
  EXPECT_FALSE(first->headers.contains("grpc-status"));
  const Ended ended = client.end_of(1);
  EXPECT_EQ(ended.body, "POST /v1/x?y=1 application/json 1 {\"a\":1}");
  EXPECT_EQ(ended.reset, 0u);
}

TEST(Plain, StreamsOfBothKindsShareAConnection) {
  PlainServer server;
  RawClient client(server.server->address());
  client.write(unary(1, "/t/Echo", "hello"));
  client.write(frame(HEADERS, END_HEADERS | END_STREAM, 3, head("GET", "/v1/y")));
  client.write(unary(5, "/t/Echo", "again"));
  EXPECT_EQ(client.end_of(1).status, "0");
  EXPECT_EQ(client.end_of(3).body, "GET /v1/y  - ");
  EXPECT_EQ(client.end_of(5).status, "0");
  client.write(frame(HEADERS, END_HEADERS | END_STREAM, 7, head("GET", "/lines")));
  EXPECT_EQ(client.end_of(7).body, "one\ntwo\n");
}

TEST(Plain, ABodyBeyondItsBudgetIsRefusedAndTheConnectionLives) {
  Budgets budgets;
  budgets.plain_body_bytes = 1000;
  PlainServer server(budgets);
  RawClient client(server.server->address());
  client.write(frame(HEADERS, END_HEADERS, 1, head("POST", "/v1/x", json)));
  client.write(frame(DATA, 0, 1, std::string(600, 'x')));
  client.write(frame(DATA, END_STREAM, 1, std::string(600, 'x')));
  EXPECT_EQ(status_of(client), "413");
  client.write(frame(HEADERS, END_HEADERS | END_STREAM, 3, head("GET", "/v1/y")));
  EXPECT_EQ(client.end_of(3).body, "GET /v1/y  - ");
  EXPECT_EQ(server.started, 1);
}

TEST(Plain, HeadersBeyondTheirBudgetAndBytesThatNoHeaderHasAreRefused) {
  Budgets budgets;
  budgets.header_list_bytes = 1000;
  PlainServer server(budgets);
  RawClient client(server.server->address());
  client.write(frame(HEADERS, END_HEADERS | END_STREAM, 1, head("GET", "/", {{"x-a", std::string(2000, 'x')}})));
  EXPECT_EQ(status_of(client), "431");
  client.write(frame(HEADERS, END_HEADERS | END_STREAM, 3, head("GET", "/", {{"x-a", std::string("a\nb")}})));
  EXPECT_EQ(status_of(client), "400");
  EXPECT_EQ(server.started, 0);
}

TEST(Plain, ABodyThatDoesNotComeInTimeIsGivenUp) {
  Budgets budgets;
  budgets.half_sent = 300ms;
  PlainServer server(budgets);
  RawClient client(server.server->address());
  client.write(frame(HEADERS, END_HEADERS, 1, head("POST", "/v1/x", json)));
  client.write(frame(DATA, 0, 1, "{"));
  EXPECT_EQ(status_of(client), "408");
  EXPECT_EQ(server.started, 0);
}

TEST(Plain, AClientThatGoesIsHeardOf) {
  PlainServer server;
  {
    RawClient client(server.server->address());
    client.write(frame(HEADERS, END_HEADERS | END_STREAM, 1, head("GET", "/late")));
    client.write(frame(HEADERS, END_HEADERS | END_STREAM, 3, head("GET", "/v1/y")));
    EXPECT_EQ(client.end_of(3).body, "GET /v1/y  - ");
  }
  RawClient other(server.server->address());
  const auto until = std::chrono::steady_clock::now() + 10s;
  for (std::uint32_t stream = 1; server.cancelled == 0 && std::chrono::steady_clock::now() < until; stream += 2) {
    other.write(unary(stream, "/t/Echo", "are they gone?"));
    other.end_of(stream);
  }
  EXPECT_EQ(server.cancelled, 1);
}

}  // namespace
}  // namespace bsn::h2
