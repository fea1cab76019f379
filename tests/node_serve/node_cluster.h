// City nodes with real sockets in one process, for tests: real NodeProcess, services and server, on port 0.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "loop/temporary_folder.h"
#include "node/serve/node_host.h"
#include "proto/city_node.grpc.pb.h"
#include "proto/control.grpc.pb.h"
#include "rpc/channel.h"

namespace bsn {

// One node: may be stopped and started again on its folder and address.
class TestNode {
 public:
  TestNode();
  ~TestNode() { stop(); }

  void start();
  void stop();

  const std::string& address() const { return address_; }
  NodeProcess& process() { return host_->process(); }
  v1::CityNode::Stub& city_node() { return *city_node_stub_; }
  v1::NodeControl::Stub& control() { return *control_stub_; }

 private:
  TemporaryFolder folder_;
  std::string address_ = "127.0.0.1:0";
  std::unique_ptr<NodeLoop> loop_;
  std::unique_ptr<NodeHost> host_;
  std::unique_ptr<v1::CityNode::Stub> city_node_stub_;
  std::unique_ptr<v1::NodeControl::Stub> control_stub_;
};

extern const ChainName test_chain;

RaftParameters quick_raft();

// `validators` cities with one chain, of a quick Raft unless told, commissioned; without WAN delays unless
// `wan_enabled`.
class TestCluster {
 public:
  explicit TestCluster(std::uint32_t validators, bool wan_enabled = false, EngineParameters engine = quick_raft());

  TestNode& node(std::uint32_t city) { return *nodes_[city]; }
  NodeSpec spec(std::uint32_t self) const;

 private:
  bool wan_enabled_;
  EngineParameters engine_;
  std::vector<std::unique_ptr<TestNode>> nodes_;
};

// A context whose call ends within `limit`.
std::unique_ptr<grpc::ClientContext> within(std::chrono::milliseconds limit = std::chrono::seconds(15));

v1::SubmitRequest put_request(const std::string& key, v1::Level level = v1::LEVEL_FINAL);

// The reply of one unary submit.
Reply submit(TestNode& node, const v1::SubmitRequest& request);

// Submits the same call again until it succeeds or 15 s have passed: for chains that have no leader yet.
Reply submit_until_ok(TestNode& node, const v1::SubmitRequest& request);

}  // namespace bsn
