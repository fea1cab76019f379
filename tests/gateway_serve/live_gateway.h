// A gateway server in this process between a client and a few fake city nodes.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "gateway/serve/gateway_server.h"
#include "loop/temporary_folder.h"
#include "proto/codec.h"
#include "proto/control.grpc.pb.h"
#include "proto/gateway.grpc.pb.h"
#include "proto/health.grpc.pb.h"
#include "rpc/channel.h"
#include "rpc/refusal.h"
#include "tests/fixtures/small_network.h"
#include "tests/gateway_serve/fake_node.h"

namespace bsn::test {

inline std::unique_ptr<GatewayServer> start_gateway(const std::string& folder, const std::string& metrics = "") {
  auto gateway = GatewayServer::start({"127.0.0.1:0", folder, 1, metrics, 0, "127.0.0.1:0"});
  EXPECT_TRUE(gateway.ok()) << (gateway ? "" : gateway.error().message);
  return gateway ? std::move(*gateway) : nullptr;
}

// What a client sees; every call has a deadline of 20 s and the key of the project "all" unless told otherwise.
class Client {
 public:
  explicit Client(const std::string& address)
      : channel(open_channel(address)),
        gateway(v1::Gateway::NewStub(channel)),
        control(v1::GatewayControl::NewStub(channel)),
        health(grpc::health::v1::Health::NewStub(channel)) {}

  std::unique_ptr<grpc::ClientContext> context(const std::string& key = "all-key", const std::string& origin = "") {
    auto made = std::make_unique<grpc::ClientContext>();
    made->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    if (!key.empty()) made->AddMetadata("x-api-key", key);
    if (!origin.empty()) made->AddMetadata("x-bsn-origin", origin);
    return made;
  }

  grpc::Status submit(const Call& call, Reply* reply = nullptr, grpc::ClientContext* with = nullptr) {
    const auto own = context();
    v1::Reply message;
    const grpc::Status status = gateway->Submit(with ? with : own.get(), encode_submit(call), &message);
    if (reply) *reply = received_reply(status, message);
    return status;
  }

  grpc::Status commission(const GatewaySpec& spec) {
    const auto with = context();
    v1::CommissionResponse response;
    return control->Commission(with.get(), encode(spec), &response);
  }

  // Waits until health says SERVING (or whatever is asked for); false: not within ten seconds.
  bool wait_for_health(grpc::health::v1::HealthCheckResponse::ServingStatus wanted) {
    const auto with = context();
    with->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    const auto watch = health->Watch(with.get(), {});
    grpc::health::v1::HealthCheckResponse response;
    while (watch->Read(&response)) {
      if (response.status() == wanted) return true;
    }
    return false;
  }
  bool wait_until_serving() { return wait_for_health(grpc::health::v1::HealthCheckResponse::SERVING); }

  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<v1::Gateway::Stub> gateway;
  std::unique_ptr<v1::GatewayControl::Stub> control;
  std::unique_ptr<grpc::health::v1::Health::Stub> health;
};

// The small network of the machine's tests with nodes in Tianjin, Nanjing and Shenzhen; Suzhou's process is missing.
struct LiveGateway {
  explicit LiveGateway(bool wan = false, const std::string& metrics = "",
                       std::vector<std::vector<CityIndex>> shared_loops = {}) {
    spec = small_network();
    spec.shared_loops = std::move(shared_loops);
    spec.wan.enabled = wan;
    spec.wan.mainland_loss = 0;
    spec.cities[tianjin.value].address = near.address;
    spec.cities[nanjing.value].address = far.address;
    spec.cities[shenzhen.value].address = south.address;
    server = start_gateway(folder.path(), metrics);
    client = std::make_unique<Client>(server->address());
    const grpc::Status commissioned = client->commission(spec);
    EXPECT_TRUE(commissioned.ok()) << commissioned.error_message();
    EXPECT_TRUE(client->wait_until_serving());
  }

  TemporaryFolder folder;
  FakeNode near, far, south;
  GatewaySpec spec;
  std::unique_ptr<GatewayServer> server;
  std::unique_ptr<Client> client;
};

}  // namespace bsn::test
