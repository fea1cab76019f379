// Ethereum's clients in front of a live cluster whose Ethereum has quick blocks: real processes, sockets and disk.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>

#include "loop/temporary_folder.h"
#include "sim/live/live_cluster.h"
#include "sim/scenario_file.h"
#include "sim/topology.h"
#include "tests/fixtures/raw_http.h"

namespace bsn {
namespace {

namespace json = boost::json;
using test::Answer;
using test::RawHttp;

// One cluster for all tests of the suite: it takes a while to start.
class EthereumService : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto topology = load_topology("tests/edge/ethereum.yaml");
    ASSERT_TRUE(topology) << topology.error().message;
    folder_ = std::make_unique<TemporaryFolder>();
    ClusterOptions options;
    options.bin_dir = BSN_BIN_DIR;
    options.run_dir = folder_->path();
    auto started = LiveCluster::start(*topology, options);
    ASSERT_TRUE(started) << started.error().message;
    cluster_ = std::move(*started);
  }
  static void TearDownTestSuite() {
    cluster_.reset();
    folder_.reset();
  }

  static std::string address() { return cluster_->http_address(); }

  Answer post(const std::string& body, const std::string& key = "demo-key", const std::string& project = "demo") {
    return http_.post("/api/" + project + "/ETH-Mainnet/rpc", body, "x-api-key: " + key + "\r\n");
  }
  json::value call(const std::string& method, const std::string& params = "[]") {
    const Answer answer = post(R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"(","params":)" + params + "}");
    return answer.json();
  }
  int error_code(const std::string& method, const std::string& params) {
    const json::value answer = call(method, params);
    EXPECT_TRUE(answer.as_object().contains("error")) << answer;
    return json::value_to<int>(answer.at("error").at("code"));
  }

  RawHttp http_{address()};

 private:
  static inline std::unique_ptr<TemporaryFolder> folder_;
  static inline std::unique_ptr<LiveCluster> cluster_;
};

TEST_F(EthereumService, EthersSendsATransferAndAwaitsItsReceipt) {
  const std::string command =
      "timeout 100 env NODE_PATH=build/npm/node_modules node tests/edge/peers/ethers_peer.js http://" + address() +
      "/api/demo/ETH-Mainnet/rpc ws://" + address() + "/api/demo/demo-key/ETH-Mainnet/ 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  ASSERT_TRUE(pipe);
  std::string output;
  std::array<char, 4096> part;
  for (std::size_t count = 0; (count = fread(part.data(), 1, part.size(), pipe)) > 0;)
    output.append(part.data(), count);
  EXPECT_EQ(pclose(pipe), 0) << output << "\nIs ethers there? scripts/install_dependencies.sh installs it.";
}

TEST_F(EthereumService, RequestsAndBatchesAreAnsweredAsJsonRpcSays) {
  EXPECT_EQ(call("eth_chainId").at("result").as_string(), "0x539");
  EXPECT_EQ(call("net_version").at("result").as_string(), "1337");
  EXPECT_EQ(error_code("eth_mine", "[]"), -32601);
  EXPECT_EQ(error_code("eth_getBalance", R"(["0x12"])"), -32602);
  EXPECT_EQ(post("{").json().at("error").at("code").as_int64(), -32700);
  EXPECT_EQ(post("[]").json().at("error").at("code").as_int64(), -32600);
  EXPECT_EQ(post("7").json().at("error").at("code").as_int64(), -32600);
  const Answer batch =
      post(R"([{"jsonrpc":"2.0","id":"a","method":"eth_chainId"},{"jsonrpc":"2.0","method":"eth_chainId"},)"
           R"({"jsonrpc":"2.0","id":2,"method":"eth_gasPrice","params":[]},3])");
  const json::value whole = batch.json();
  const json::array& answers = whole.as_array();
  ASSERT_EQ(answers.size(), 3u) << batch.body();  // the one without an id is a notification
  EXPECT_EQ(answers[0].at("id").as_string(), "a");
  EXPECT_EQ(answers[1].at("result").as_string(), "0x4a817c800");
  EXPECT_EQ(answers[2].at("error").at("code").as_int64(), -32600);
}

TEST_F(EthereumService, KeysAndQuotasAreJudgedWithTheCodesOfBsn) {
  const std::string request = R"({"jsonrpc":"2.0","id":1,"method":"eth_chainId"})";
  for (const auto& [key, project] : {std::pair("", "demo"), std::pair("nobody", "demo"), std::pair("demo-key", "other"),
                                     std::pair("other-key", "other")}) {
    const Answer answer = post(request, key, project);
    EXPECT_EQ(answer.status, 401u) << key << " " << project;
    EXPECT_EQ(answer.json().at("error").at("code").as_int64(), -32097) << answer.body();
  }
  Answer answer;
  for (int i = 0; i < 10 && answer.status != 429; ++i) answer = post(request, "slow-key", "slow");
  EXPECT_EQ(answer.status, 429u);
  EXPECT_EQ(answer.json().at("error").at("code").as_int64(), -32098);
  EXPECT_EQ(answer.field("retry-after"), "1");
  EXPECT_EQ(http_.post("/api/demo/EOS-Mainnet/rpc", request).status, 404u);
  EXPECT_EQ(http_.get("/api/demo/ETH-Mainnet/rpc").status, 405u);
}

TEST_F(EthereumService, WhatIsNoGoodTransactionIsRefused) {
  // EIP-155's own example, signed for chain 1 by key 0x46...46 with nonce 9.
  const std::string for_chain_1 =
      "0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2195"
      "fe53"
      "7567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83";
  const json::value refused = call("eth_sendRawTransaction", "[\"" + for_chain_1 + "\"]");
  EXPECT_EQ(refused.at("error").at("code").as_int64(), -32000);
  EXPECT_NE(std::string(refused.at("error").at("message").as_string()).find("chain 1,"), std::string::npos);
  EXPECT_EQ(error_code("eth_sendRawTransaction", R"(["0x02f86c"])"), -32000);  // typed, after 2020
  EXPECT_EQ(error_code("eth_sendRawTransaction", R"(["0xc0"])"), -32000);
  EXPECT_EQ(error_code("eth_sendRawTransaction", R"(["0x"])"), -32000);
  EXPECT_EQ(error_code("eth_sendRawTransaction", R"(["hello"])"), -32602);
  EXPECT_EQ(error_code("eth_sendRawTransaction", "[]"), -32602);
}

TEST_F(EthereumService, TheStateOfOldBlocksIsNotKept) {
  const std::string address = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
  EXPECT_EQ(call("eth_getBalance", "[\"" + address + "\",\"latest\"]").at("result").as_string(), "0x0");
  EXPECT_EQ(call("eth_getCode", "[\"" + address + "\",\"latest\"]").at("result").as_string(), "0x");
  EXPECT_EQ(call("eth_getLogs", "[{}]").at("result").as_array().size(), 0u);
  EXPECT_EQ(call("eth_estimateGas", "[{\"to\":\"" + address + "\",\"data\":\"0x0001\"}]").at("result").as_string(),
            "0x521c");  // 21000 + 4 + 16
  EXPECT_EQ(call("eth_getBlockByNumber", R"(["0xffffffff",false])").at("result"), json::value(nullptr));
}

}  // namespace
}  // namespace bsn
