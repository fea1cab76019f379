// BSN's permissioned call shape in front of a live cluster with a chain of each alliance framework.
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>

#include "core/mac_signature.h"
#include "h2/wire_text.h"
#include "loop/temporary_folder.h"
#include "proto/accounts.grpc.pb.h"
#include "rpc/channel.h"
#include "rpc/secret.h"
#include "sim/live/live_cluster.h"
#include "sim/scenario_file.h"
#include "sim/topology.h"
#include "tests/fixtures/mac_signer.h"
#include "tests/fixtures/raw_http.h"

namespace bsn {
namespace {

namespace json = boost::json;
using test::Answer;
using test::MacSigner;
using test::RawHttp;

// A request whose fields are written in the order in which they are signed, all of them texts.
struct Sent {
  std::string path = "/api/fabric/v1/node/reqChainCode";
  std::string user = "demo", app = "trade";
  std::vector<std::pair<std::string, std::string>> fields{};
  std::vector<std::string> args{};  // of Fabric's reqChainCode

  std::string text() const {
    std::string signed_text = user + app;
    for (const auto& [name, value] : fields) signed_text += value;
    for (const std::string& arg : args) signed_text += arg;
    return signed_text;
  }
  std::string with(const std::string& mac) const {
    json::object body;
    for (const auto& [name, value] : fields) body[name] = value;
    if (!args.empty()) body["args"] = json::value_from(args);
    return json::serialize(
        json::object{{"header", {{"userCode", user}, {"appCode", app}}}, {"mac", mac}, {"body", std::move(body)}});
  }
};

Sent fabric_call(const std::string& function, std::vector<std::string> args, const std::string& nonce = "") {
  Sent sent{.fields = {{"userName", "alice"}, {"nonce", nonce}, {"chainCode", "kv"}, {"funcName", function}}};
  sent.args = std::move(args);
  return sent;
}

Sent func_param_call(const std::string& framework, const std::string& app, const std::string& function,
                     const std::string& param) {
  return {.path = "/api/" + framework + "/v1/node/reqChainCode",
          .app = app,
          .fields = {{"userId", "alice"}, {"contractName", "kv"}, {"funcName", function}, {"funcParam", param}}};
}

class PermissionedService : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto topology = load_topology("tests/edge/permissioned.yaml");
    ASSERT_TRUE(topology) << topology.error().message;
    folder_ = std::make_unique<TemporaryFolder>();
    ClusterOptions options;
    options.bin_dir = BSN_BIN_DIR;
    options.run_dir = folder_->path();
    auto started = LiveCluster::start(*topology, options);
    ASSERT_TRUE(started) << started.error().message;
    cluster_ = std::move(*started);
    for (const std::string project : {"demo", "fabric-only", "slow"}) create_key(project, signer(project));
  }
  static void TearDownTestSuite() {
    cluster_.reset();
    folder_.reset();
    signers_.clear();
  }

  // Of the project; made when first asked for.
  static const MacSigner& signer(const std::string& project, KeyKind kind = KeyKind::secp256r1) {
    return signers_.try_emplace(project + std::string(to_string(kind)), kind).first->second;
  }

  template <class Request, class Response>
  static void administer(grpc::Status (v1::Accounts::Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                         const Request& request, Response& response) {
    const auto key = read_secret(folder_->path() + "/data/gateway/admin.key");
    ASSERT_TRUE(key) << key.error().message;
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    context.AddMetadata("x-admin-key", *key);
    const auto stub = v1::Accounts::NewStub(open_channel(cluster_->gateway_address()));
    const grpc::Status status = (stub.get()->*method)(&context, request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }
  // Returns its id.
  static std::string create_key(const std::string& project, const MacSigner& signer) {
    const auto key = mac_key_of_pem(signer.pem());
    v1::CreateAccountRequest order;
    order.mutable_key()->set_project(project);
    order.mutable_key()->set_public_key(std::string(key->x.view()));
    order.mutable_key()->set_kind(static_cast<std::uint32_t>(key->kind));
    v1::AccountsChanged changed;
    administer(&v1::Accounts::Stub::Create, order, changed);
    return changed.keys(0).id();
  }

  Answer post(const Sent& sent, const std::string& body) { return http_.post(sent.path, body, ""); }
  Answer post(const Sent& sent, const MacSigner& with) {
    return post(sent, sent.with(h2::base64_encode(with.sign(sent.text()))));
  }
  Answer post(const Sent& sent) { return post(sent, signer(sent.user)); }

  static int code(const Answer& answer) { return json::value_to<int>(answer.json().at("header").at("code")); }
  static std::string message(const Answer& answer) {
    return json::value_to<std::string>(answer.json().at("header").at("msg"));
  }
  json::value body(const Sent& sent) {
    const Answer answer = post(sent);
    EXPECT_EQ(answer.status, 200u) << answer.body();
    EXPECT_EQ(code(answer), 0) << answer.body();
    return answer.json().at("body");
  }
  // Asks until it is found: a write is answered before there is a block.
  json::value await(const Sent& sent) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    Answer answer = post(sent);
    while (answer.status == 404 && std::chrono::steady_clock::now() < until) answer = post(sent);
    EXPECT_EQ(answer.status, 200u) << answer.body();
    return answer.json().at("body");
  }

  RawHttp http_{cluster_->http_address()};

 private:
  static inline std::unique_ptr<TemporaryFolder> folder_;
  static inline std::unique_ptr<LiveCluster> cluster_;
  static inline std::map<std::string, MacSigner> signers_;
};

TEST_F(PermissionedService, FabricWritesReadsAndTellsWhereAWriteIs) {
  const json::value written = body(fabric_call("put", {"colour", "green"}, "bm9uY2U="));
  const std::string id = json::value_to<std::string>(written.at("blockInfo").at("txId"));
  ASSERT_EQ(id.size(), 64u);
  const json::value found = await({.path = "/api/fabric/v1/node/getTransaction", .fields = {{"txId", id}}});
  EXPECT_EQ(found.at("status").as_int64(), 0);
  EXPECT_EQ(found.at("createName").as_string(), "demo");
  const std::string number = json::serialize(found.at("blockNumber"));
  const json::value block =
      body({.path = "/api/fabric/v1/node/getBlockInfo", .fields = {{"blockNumber", number}, {"blockHash", ""}}});
  EXPECT_EQ(block.at("blockHash"), found.at("blockHash"));
  EXPECT_EQ(block.at("transactions").as_array()[0].at("txId").as_string(), id);
  EXPECT_EQ(body({.path = "/api/fabric/v1/node/getBlockInfo", .fields = {{"txId", id}}}), block);
  const json::value read = body(fabric_call("get", {"colour"}));
  EXPECT_EQ(read.at("ccRes").at("ccData").as_string(), "green");
  EXPECT_EQ(read.at("ccRes").at("ccCode").as_int64(), 200);
  const json::value ledger = body({.path = "/api/fabric/v1/node/getLedgerInfo"});
  EXPECT_GE(ledger.at("height").as_int64(), found.at("blockNumber").as_int64());
}

TEST_F(PermissionedService, TheOtherFrameworksWriteAndReadByTheirOwnBodies) {
  const json::value fisco = body(func_param_call("fiscobcos", "deeds", "put", R"(["parcel-7","li"])"));
  EXPECT_FALSE(fisco.at("constant").as_bool());
  const std::string hash = json::value_to<std::string>(fisco.at("txId"));
  const Sent receipt{
      .path = "/api/fiscobcos/v1/node/getTxReceiptByTxHash", .app = "deeds", .fields = {{"txHash", hash}}};
  const json::value in_block = await(receipt);
  EXPECT_EQ(in_block.at("txId").as_string(), hash);
  EXPECT_EQ(body(func_param_call("fiscobcos", "deeds", "get", R"(["parcel-7"])")).at("queryInfo").as_string(), "li");
  const Sent count{.path = "/api/fiscobcos/v1/node/getTxCountByBlockNumber",
                   .app = "deeds",
                   .fields = {{"blockNumber", json::serialize(in_block.at("blockNumber"))}, {"blockHash", ""}}};
  EXPECT_EQ(body(count).at("data").as_string(), "1");

  const json::value cita = body(func_param_call("cita", "cargo", "put", R"(["ship",7])"));
  const Sent cita_receipt{.path = "/api/cita/v1/node/getTxReceiptByTxHash",
                          .app = "cargo",
                          .fields = {{"txHash", json::value_to<std::string>(cita.at("txId"))}}};
  EXPECT_EQ(await(cita_receipt).at("status").as_string(), "0x1");
  EXPECT_EQ(body(func_param_call("cita", "cargo", "get", R"(["ship"])")).at("data").as_string(), "7");

  Sent xuper = func_param_call("xuperchain", "art", "exists", R"({"key":"nothing"})");
  xuper.fields.insert(xuper.fields.begin() + 1, {"userAddr", "address"});
  EXPECT_EQ(body(xuper).at("queryInfo").as_string(), "0");
}

TEST_F(PermissionedService, KeysOfEachCurveSign) {
  for (const KeyKind kind : {KeyKind::secp256k1, KeyKind::sm2}) {
    create_key("demo", signer("demo", kind));
    const Answer answer = post(fabric_call("exists", {"x"}), signer("demo", kind));
    EXPECT_EQ(answer.status, 200u) << to_string(kind) << answer.body();
  }
}

TEST_F(PermissionedService, WhoeverDoesNotSignAsTheProjectGetsOneAndTheSameAnswer) {
  const MacSigner stranger(KeyKind::secp256r1);
  const MacSigner former(KeyKind::secp256r1);
  v1::AccountName name;
  name.set_key(create_key("demo", former));
  v1::AccountsChanged changed;
  administer(&v1::Accounts::Stub::Revoke, name, changed);

  const Sent sent = fabric_call("put", {"door", "open"});
  Sent unknown = sent;
  unknown.user = "nobody";
  Sent other = sent;
  other.args = {"door", "shut"};
  const std::string good = h2::base64_encode(signer("demo").sign(sent.text()));
  const std::vector<Answer> answers = {post(sent, stranger),          post(sent, former),
                                       post(unknown, signer("demo")), post(other, other.with(good)),
                                       post(sent, sent.with("")),     post(sent, sent.with("???"))};
  for (const Answer& answer : answers) {
    EXPECT_EQ(answer.status, 401u);
    EXPECT_EQ(code(answer), -1);
    EXPECT_EQ(answer.body(), answers[0].body());
  }
  EXPECT_EQ(body(fabric_call("get", {"door"})).at("ccRes").at("ccData").as_string(), "");
}

TEST_F(PermissionedService, WhatIsSentAgainIsDoneOnceAndWhatIsSignedAnewTwice) {
  const auto id = [](const Answer& answer) {
    return json::value_to<std::string>(answer.json().at("body").at("blockInfo").at("txId"));
  };
  const Sent sent = fabric_call("put", {"seat", "9"});
  const std::string bytes = sent.with(h2::base64_encode(signer("demo").sign(sent.text())));
  const Answer first = post(sent, bytes), again = post(sent, bytes), anew = post(sent);
  ASSERT_EQ(first.status, 200u) << first.body();
  EXPECT_EQ(id(again), id(first));
  EXPECT_NE(id(anew), id(first));
}

TEST_F(PermissionedService, GrantsAndRatesHoldAsForEveryCall) {
  Sent elsewhere = func_param_call("fiscobcos", "deeds", "get", R"(["x"])");
  elsewhere.user = "fabric-only";
  const Answer refused = post(elsewhere);
  EXPECT_EQ(refused.status, 403u);
  EXPECT_NE(message(refused).find("NOT_GRANTED"), std::string::npos) << refused.body();

  Sent slow = fabric_call("get", {"x"});
  slow.user = "slow";
  Answer answer;
  for (int i = 0; i < 10 && answer.status != 429; ++i) answer = post(slow);
  EXPECT_EQ(answer.status, 429u);
  EXPECT_EQ(code(answer), -1);
  EXPECT_EQ(answer.field("retry-after"), "1");

  Sent nowhere = fabric_call("get", {"x"});
  nowhere.app = "no-such-service";
  EXPECT_EQ(post(nowhere).status, 404u);
}

TEST_F(PermissionedService, WhatHasAnotherFormIsRefusedWithTheReason) {
  const std::string path = "/api/fabric/v1/node/reqChainCode";
  const auto refused = [&](const std::string& bytes, const std::string& why) {
    const Answer answer = http_.post(path, bytes, "");
    EXPECT_EQ(answer.status, 400u) << bytes;
    EXPECT_NE(message(answer).find(why), std::string::npos) << answer.body();
  };
  refused("{", "not a JSON object");
  refused("{}", "no header");
  refused(R"({"header":{"userCode":"demo"}})", "appCode");
  refused(R"({"header":{"userCode":"demo","appCode":"trade"},"bodi":{}})", "'bodi'");
  refused(R"({"header":{"userCode":"demo","appCode":"trade"},"body":{"funcName":"get"}})", "needs chainCode");
  refused(R"({"header":{"userCode":"demo","appCode":"trade"},"body":{"chainCode":"kv","funcName":"get","args":"x"}})",
          "args has the wrong form");
  refused(R"({"header":{"userCode":"demo","appCode":"trade"},"body":{"chainCode":"kv","funcName":"get","level":1}})",
          "'level'");
  EXPECT_EQ(http_.get(path).status, 405u);
  EXPECT_EQ(http_.post("/api/fabric/v1/node/trans", "{}", "").status, 501u);
  EXPECT_EQ(http_.post("/api/corda/v1/node/trans", "{}", "").status, 404u);
}

TEST_F(PermissionedService, AnAppIsDescribedWithoutASignature) {
  const Sent info{.path = "/api/app/getAppInfo"};
  const Answer answer = post(info, R"({"header":{"userCode":"demo","appCode":"trade"},"mac":"","body":null})");
  EXPECT_EQ(code(answer), 0) << answer.body();
  EXPECT_EQ(answer.json().at("body").at("appType").as_string(), "fabric");
  EXPECT_EQ(answer.json().at("body").at("algorithmType").as_int64(), 2);
  EXPECT_EQ(code(post(info, R"({"header":{"userCode":"demo","appCode":"other"}})")), -1);
}

TEST_F(PermissionedService, OpenApiNamesEveryCall) {
  const json::value document = http_.get("/openapi.json").json();
  const json::object& paths = document.at("paths").as_object();
  ASSERT_TRUE(paths.contains("/api/xuperchain/v1/node/reqChainCode"));
  const json::value& body = document.at("paths").at("/api/fiscobcos/v1/node/getTxInfoByTxHash").at("post");
  EXPECT_EQ(body.at("requestBody")
                .at("content")
                .at("application/json")
                .at("schema")
                .at("properties")
                .at("body")
                .at("required")
                .as_array()[0]
                .as_string(),
            "txHash");
}

}  // namespace
}  // namespace bsn
