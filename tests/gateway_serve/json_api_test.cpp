// The gateway's API as JSON over HTTP/1.1, in front of city nodes that answer as told.
#include "tests/fixtures/raw_http.h"
#include "tests/gateway_serve/live_gateway.h"

namespace bsn {
namespace {

using namespace test;

const std::string submit_body =
    R"({"chain": {"network": "fabric", "chain": "trade"}, "contract": "kv", "function": "put",)"
    R"( "args": ["YQ==", "MQ=="], "idempotencyKey": "key-1", "level": "LEVEL_ACCEPTED"})";

struct JsonApi : testing::Test {
  LiveGateway live;
  RawHttp http{live.server->http_address()};
};

TEST_F(JsonApi, SubmitReachesTheNodeAndIsAnswered) {
  live.near.answer_with([](const v1::NodeCall&) {
    v1::Reply reply;
    reply.set_value("done");
    reply.set_height(7);
    return reply;
  });
  const Answer answer = http.post("/v1/submit", submit_body);
  ASSERT_EQ(answer.status, 200u) << answer.body();
  EXPECT_EQ(answer.field("content-type"), "application/json");
  EXPECT_EQ(answer.json().at("value").as_string(), "ZG9uZQ==");
  EXPECT_EQ(answer.json().at("height").as_string(), "7");  // 64-bit numbers are strings in protobuf's JSON
  EXPECT_EQ(answer.json().at("city").as_string(), "tianjin");
  ASSERT_EQ(live.near.seen().size(), 1u);
  const v1::SubmitRequest seen = live.near.seen()[0].call().submit();
  EXPECT_EQ(seen.args(0), "a");
  EXPECT_EQ(seen.project(), "all");
  EXPECT_EQ(seen.idempotency_key(), "key-1");
}

TEST_F(JsonApi, OneConnectionServesManyRequests) {
  for (int i = 0; i < 50; ++i) ASSERT_EQ(http.post("/v1/submit", submit_body).status, 200u);
  EXPECT_EQ(live.near.seen().size(), 50u);
}

TEST_F(JsonApi, RequestsThatAreSentAtOnceAreAnsweredInOrder) {
  http.send(
      "GET /v1/networks HTTP/1.1\r\nHost: x\r\nx-api-key: all-key\r\n\r\n"
      "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"
      "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(http.read().status, 200u);
  EXPECT_EQ(http.read().status, 404u);
  EXPECT_EQ(http.read().json().at("status").as_string(), "SERVING");
}

TEST_F(JsonApi, RefusalsHaveTheCodesOfGoogleRpc) {
  const Answer stranger = http.post("/v1/submit", submit_body, "");
  EXPECT_EQ(stranger.status, 401u);
  EXPECT_EQ(stranger.error("status"), "UNAUTHENTICATED");
  EXPECT_EQ(stranger.json().at("error").at("details").at(0).at("reason").as_string(), "UNKNOWN_KEY");

  std::string other_network = submit_body;
  other_network.replace(other_network.find("\"fabric\""), 8, "\"irisnet\"");
  EXPECT_EQ(http.post("/v1/submit", other_network, "x-api-key: shop-key\r\n").status, 403u);
  EXPECT_EQ(http.post("/v1/submit", other_network).status, 404u);
  EXPECT_TRUE(live.near.seen().empty());
}

TEST_F(JsonApi, WhoIsTooFastIsToldWhenToComeBack) {
  const auto post = [&] { return http.post("/v1/submit", submit_body, "x-api-key: metered-key\r\n"); };
  Answer answer;
  // At first the project's share of the day may still be on its way.
  for (int i = 0; i < 1'000 && answer.status != 200; ++i) answer = post();
  for (int i = 0; i < 20 && answer.status == 200; ++i) answer = post();
  ASSERT_EQ(answer.status, 429u);
  EXPECT_EQ(answer.field("retry-after"), "1");
  const auto details = answer.json().at("error").at("details");
  EXPECT_EQ(details.at(0).at("reason").as_string(), "RATE_LIMITED");
  EXPECT_EQ(details.at(1).at("@type").as_string(), "type.googleapis.com/google.rpc.RetryInfo");
}

TEST_F(JsonApi, TheDeadlineOfTheHeaderHolds) {
  live.near.answer_with([](const v1::NodeCall&) { return std::nullopt; });
  const Answer late = http.post("/v1/submit", submit_body, "x-api-key: all-key\r\nx-bsn-timeout: 200 ms\r\n");
  EXPECT_EQ(late.status, 504u);
  EXPECT_EQ(late.error("status"), "DEADLINE_EXCEEDED");
  EXPECT_EQ(http.post("/v1/submit", submit_body, "x-api-key: all-key\r\nx-bsn-timeout: soon\r\n").status, 400u);
}

TEST_F(JsonApi, AnUnknownKeyInTheBodyIsAnErrorThatNamesIt) {
  const Answer answer = http.post("/v1/submit", R"({"contract": "kv", "idempotencykey": "1"})");
  EXPECT_EQ(answer.status, 400u);
  EXPECT_NE(answer.error("message").find("idempotencykey"), std::string::npos) << answer.body();
  EXPECT_EQ(http.post("/v1/submit", "{").status, 400u);
  EXPECT_EQ(http.post("/v1/submit", "").status, 400u);
  EXPECT_EQ(http.post("/v1/submit", "[]").status, 400u);
  EXPECT_EQ(http.post("/v1/submit", "{}").status, 400u);  // no call at all
  EXPECT_TRUE(live.near.seen().empty());
}

TEST_F(JsonApi, UnknownParametersAndMethodsAreErrors) {
  const Answer wrong = http.get("/v1/networks?verbose=true");
  EXPECT_EQ(wrong.status, 400u);
  EXPECT_NE(wrong.error("message").find("verbose"), std::string::npos);
  EXPECT_EQ(http.get("/v1/submit").status, 405u);
  EXPECT_EQ(http.get("/v1/chains/fabric/trade/route?submit=yes").status, 400u);
  EXPECT_EQ(http.get("/v1/%zz").status, 404u);
}

TEST_F(JsonApi, ListsAndExplains) {
  const auto networks = http.get("/v1/networks").json().at("networks");
  EXPECT_EQ(networks.at(0).at("network").as_string(), "fabric");
  EXPECT_EQ(http.get("/v1/networks", "").status, 401u);
  const auto cities = http.get("/v1/cities").json().at("cities");
  EXPECT_EQ(cities.as_array().size(), live.spec.cities.size());
  const auto route = http.get("/v1/chains/fabric/trade/route?origin=nanjing&submit=true").json();
  EXPECT_EQ(route.at("policy").as_string(), "nearest");
  EXPECT_EQ(route.at("candidates").at(0).at("city").as_string(), "nanjing");
}

TEST_F(JsonApi, TransactionsAreFoundByHexAndBase64) {
  // The fake node gives the id that it was asked for back: 32 times 0xaa.
  const std::string base64 = "qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo";
  for (const std::string& id : {std::string(64, 'a'), base64}) {
    const Answer found = http.get("/v1/chains/fabric/trade/transactions/" + id);
    ASSERT_EQ(found.status, 200u) << found.body();
    EXPECT_EQ(found.json().at("transaction").as_string(), base64 + "=");
    EXPECT_EQ(found.json().at("height").as_string(), "7");
  }
  EXPECT_EQ(http.get("/v1/chains/fabric/trade/transactions/1234").status, 400u);
  EXPECT_EQ(http.get("/v1/chains/fabric/trade/transactions/!").status, 400u);
}

TEST_F(JsonApi, BlocksComeAsLinesUpToTheLimit) {
  live.near.tip = 20;
  const Answer answer = http.get("/v1/chains/fabric/trade/blocks?from_height=3&limit=5");
  ASSERT_EQ(answer.status, 200u);
  EXPECT_EQ(answer.field("content-type"), "application/x-ndjson");
  std::istringstream lines(answer.body());
  std::vector<std::string> heights;
  for (std::string line; std::getline(lines, line);) {
    heights.emplace_back(boost::json::parse(line).at("height").as_string());
  }
  EXPECT_EQ(heights, (std::vector<std::string>{"3", "4", "5", "6", "7"}));
  EXPECT_EQ(http.get("/healthz").status, 200u);  // the connection goes on
}

TEST_F(JsonApi, TheDocumentNamesEveryEndpointAndEveryReferenceInItIsThere) {
  const Answer answer = http.get("/openapi.json", "");
  ASSERT_EQ(answer.status, 200u);
  const auto document = answer.json();
  EXPECT_EQ(document.at("openapi").as_string(), "3.0.3");
  for (const char* path : {"/v1/submit", "/v1/query", "/v1/networks", "/healthz"}) {
    EXPECT_TRUE(document.at("paths").as_object().contains(path)) << path;
  }
  const auto& schemas = document.at("components").at("schemas").as_object();
  const std::string reference = "#/components/schemas/";
  std::size_t references = 0;
  for (std::size_t at = answer.body().find(reference); at != std::string::npos;
       at = answer.body().find(reference, at + 1)) {
    const std::size_t begin = at + reference.size();
    const std::string name = answer.body().substr(begin, answer.body().find('"', begin) - begin);
    EXPECT_TRUE(schemas.contains(name)) << name;
    ++references;
  }
  EXPECT_GT(references, 10u);
  for (const auto& [path, item] : document.at("paths").as_object()) {
    for (const auto& [verb, operation] : item.as_object()) {
      EXPECT_TRUE(operation.at("responses").as_object().contains("200")) << path;
      for (const auto& parameter : operation.at("parameters").as_array()) {
        const std::string name(parameter.at("name").as_string());
        const bool in_path = std::string_view(path).find("{" + name + "}") != std::string_view::npos;
        EXPECT_EQ(parameter.at("in").as_string() == "path", in_path) << path << " " << name;
        EXPECT_EQ(parameter.at("required").as_bool(), in_path) << path << " " << name;
        EXPECT_TRUE(parameter.at("schema").as_object().contains("type")) << path << " " << name;
      }
    }
  }
  EXPECT_EQ(schemas.at("SubmitRequest").at("properties").at("args").at("items").at("format").as_string(), "byte");
  EXPECT_EQ(schemas.at("Error").at("required").as_array().size(), 1u);
}

TEST_F(JsonApi, AClientThatLeavesTakesItsCallAlong) {
  live.near.answer_with([](const v1::NodeCall&) { return std::nullopt; });
  {
    RawHttp leaving(live.server->http_address());
    leaving.send("POST /v1/submit HTTP/1.1\r\nHost: x\r\nx-api-key: all-key\r\nContent-Length: " +
                 std::to_string(submit_body.size()) + "\r\n\r\n" + submit_body);
    ASSERT_TRUE(live.near.saw_calls(1));
  }
  EXPECT_TRUE(live.near.saw_cancelled(1));
}

TEST_F(JsonApi, BrowsersAreAllowedToCall) {
  http.send(
      "OPTIONS /v1/submit HTTP/1.1\r\nHost: x\r\nOrigin: http://page\r\nAccess-Control-Request-Method: POST\r\n\r\n");
  const Answer answer = http.read();
  EXPECT_EQ(answer.status, 204u);
  EXPECT_EQ(answer.field("access-control-allow-origin"), "*");
  EXPECT_NE(answer.field("access-control-allow-headers").find("x-api-key"), std::string::npos);
}

}  // namespace
}  // namespace bsn
