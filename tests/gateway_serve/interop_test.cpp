// The gateway in front of clients that others wrote: Python's grpcio, grpc-js, h2load. (gRPC C++ is the client of all
// the other tests here.) They are installed by scripts/install_dependencies.sh.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <string>

#include "loop/temporary_folder.h"
#include "tests/gateway_serve/live_gateway.h"

namespace bsn {
namespace {

using namespace test;

// The gateway that the peers expect: the node leaves calls with the key "never" unanswered.
struct PeersGateway : LiveGateway {
  PeersGateway() {
    near.answer_with([](const v1::NodeCall& call) -> std::optional<v1::Reply> {
      if (call.call().submit().idempotency_key() == "never") return std::nullopt;
      return v1::Reply();
    });
  }
};

const std::string put_json =
    R"({"chain": {"network": "fabric", "chain": "trade"}, "contract": "kv", "function": "put",)"
    R"( "args": ["YQ==", "MQ=="], "idempotencyKey": "key-1", "level": "LEVEL_ACCEPTED"})";

struct Ran {
  int status = -1;
  std::string output;
};

// Runs a command to its end, at most half a minute.
Ran run(const std::string& command) {
  Ran ran;
  FILE* pipe = popen(("timeout 30 " + command + " 2>&1").c_str(), "r");
  if (!pipe) return ran;
  std::array<char, 4096> part;
  for (std::size_t count = 0; (count = fread(part.data(), 1, part.size(), pipe)) > 0;) {
    ran.output.append(part.data(), count);
  }
  const int status = pclose(pipe);
  if (WIFEXITED(status)) ran.status = WEXITSTATUS(status);
  return ran;
}

const std::string missing = "\nIs the peer there? scripts/install_dependencies.sh installs it.";

TEST(Interop, PythonsGrpcioIsServed) {
  PeersGateway live;
  const Ran ran = run("/usr/bin/python3 tests/gateway_serve/peers/grpcio_peer.py " + live.server->address());
  EXPECT_EQ(ran.status, 0) << ran.output << missing;
}

TEST(Interop, GrpcJsIsServed) {
  PeersGateway live;
  const Ran ran = run("env NODE_PATH=build/npm/node_modules node tests/gateway_serve/peers/grpc_js_peer.js " +
                      live.server->address());
  EXPECT_EQ(ran.status, 0) << ran.output << missing;
}

TEST(Interop, H2loadIsServed) {
  PeersGateway live;
  const TemporaryFolder folder;
  const std::string message = encode_submit(submit("load")).SerializeAsString();
  std::string body = {'\0', '\0', '\0', '\0', static_cast<char>(message.size())};
  std::ofstream(folder / "request") << body + message;
  const Ran ran = run("h2load -n 4000 -c 8 -m 32 -d " + (folder / "request") +
                      " -H 'content-type: application/grpc' -H 'te: trailers' -H 'x-api-key: all-key' http://" +
                      live.server->address() + "/bsn.v1.Gateway/Submit");
  EXPECT_EQ(ran.status, 0) << ran.output << missing;
  EXPECT_NE(ran.output.find("4000 succeeded, 0 failed, 0 errored, 0 timeout"), std::string::npos) << ran.output;
  EXPECT_EQ(live.near.seen().size(), 4000u);
}

TEST(Interop, CurlCallsTheJsonApiOverHttp2) {
  PeersGateway live;
  const std::string base = "curl -sS --max-time 20 --http2-prior-knowledge -H 'x-api-key: all-key' ";
  const std::string at = " http://" + live.server->address();
  const Ran put = run(base + "-w ' %{http_version} %{http_code}' -d '" + put_json + "'" + at + "/v1/submit");
  EXPECT_EQ(put.status, 0) << put.output << missing;
  EXPECT_NE(put.output.find("\"city\":\"tianjin\""), std::string::npos) << put.output;
  EXPECT_NE(put.output.find(" 2 200"), std::string::npos) << put.output;
  const Ran networks = run(base + at + "/v1/networks");
  EXPECT_NE(networks.output.find("\"network\":\"fabric\""), std::string::npos) << networks.output;
  const Ran refused = run(base + "-w ' %{http_code}' -d '{}'" + at + "/v1/submit");
  EXPECT_NE(refused.output.find("\"reason\":\"MALFORMED\""), std::string::npos) << refused.output;
  EXPECT_NE(refused.output.find(" 400"), std::string::npos) << refused.output;
  const Ran nothing = run(base + "-w ' %{http_code}'" + at + "/nothing");
  EXPECT_NE(nothing.output.find(" 404"), std::string::npos) << nothing.output;
}

// What listens there also serves methods that are for this machine only: no page in a browser may call it.
TEST(Interop, NoPageOfAnotherOriginIsLetInOverHttp2) {
  PeersGateway live;
  const Ran asked =
      run("curl -sSi --max-time 20 --http2-prior-knowledge -X OPTIONS -H 'Origin: http://evil.example' "
          "-H 'Access-Control-Request-Method: POST' http://" +
          live.server->address() + "/v1/submit");
  EXPECT_EQ(asked.status, 0) << asked.output << missing;
  EXPECT_NE(asked.output.find("HTTP/2 405"), std::string::npos) << asked.output;
  EXPECT_EQ(asked.output.find("access-control"), std::string::npos) << asked.output;
}

TEST(Interop, H2loadCallsTheJsonApi) {
  PeersGateway live;
  const TemporaryFolder folder;
  std::ofstream(folder / "request") << put_json;
  const Ran ran = run("h2load -n 4000 -c 8 -m 32 -d " + (folder / "request") +
                      " -H 'content-type: application/json' -H 'x-api-key: all-key' http://" + live.server->address() +
                      "/v1/submit");
  EXPECT_EQ(ran.status, 0) << ran.output << missing;
  EXPECT_NE(ran.output.find("4000 succeeded, 0 failed, 0 errored, 0 timeout"), std::string::npos) << ran.output;
  EXPECT_NE(ran.output.find("4000 2xx"), std::string::npos) << ran.output;
  EXPECT_EQ(live.near.seen().size(), 4000u);
}

}  // namespace
}  // namespace bsn
