#include "tests/node_serve/node_cluster.h"

#include <chrono>
#include <utility>

#include "proto/codec.h"
#include "rpc/refusal.h"

namespace bsn {

const ChainName test_chain{"fabric", "main"};

TestNode::TestNode() { start(); }

void TestNode::start() {
  loop_ = std::make_unique<NodeLoop>();
  auto host = NodeHost::start(folder_.path(), address_, *loop_);
  BSN_CHECK(host.ok(), "a test node takes its folder and its address");
  host_ = std::move(*host);
  address_ = host_->address();
  loop_->loop().start();
  city_node_stub_ = v1::CityNode::NewStub(open_channel(address_));
  control_stub_ = v1::NodeControl::NewStub(open_channel(address_));
}

void TestNode::stop() {
  if (!host_) return;
  host_->stop_calls(Duration{});
  host_->stop_streams(Duration{});
  loop_->loop().stop();
  host_.reset();
}

RaftParameters quick_raft() { return {milliseconds(50), milliseconds(300), milliseconds(5), 5, 64}; }

TestCluster::TestCluster(std::uint32_t validators, bool wan_enabled, EngineParameters engine)
    : wan_enabled_(wan_enabled), engine_(std::move(engine)) {
  for (std::uint32_t i = 0; i < validators; ++i) nodes_.push_back(std::make_unique<TestNode>());
  for (std::uint32_t i = 0; i < validators; ++i) {
    const auto done = nodes_[i]->process().commission(spec(i));
    BSN_CHECK(done.ok(), "a test node is commissioned");
  }
}

NodeSpec TestCluster::spec(std::uint32_t self) const {
  NodeSpec spec;
  spec.self = {self};
  spec.wan.enabled = wan_enabled_;
  spec.durability = Durability::os;
  ChainSpec chain;
  chain.name = test_chain;
  chain.engine = engine_;
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    CitySpec city;
    city.index = {i};
    city.name = "city-" + std::to_string(i);
    city.place.longitude = 10.0 * i;
    city.address = nodes_[i]->address();
    spec.cities.push_back(city);
    chain.validators.push_back({i});
  }
  spec.chains = {chain};
  return spec;
}

std::unique_ptr<grpc::ClientContext> within(std::chrono::milliseconds limit) {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(std::chrono::system_clock::now() + limit);
  return context;
}

v1::SubmitRequest put_request(const std::string& key, v1::Level level) {
  v1::SubmitRequest request;
  request.mutable_chain()->set_network(test_chain.network);
  request.mutable_chain()->set_chain(test_chain.chain);
  request.set_contract("kv");
  request.set_function("put");
  request.add_args(key);
  request.add_args("value of " + key);
  request.set_idempotency_key(key);
  request.set_level(level);
  return request;
}

Reply submit(TestNode& node, const v1::SubmitRequest& request) {
  v1::Reply response;
  const auto context = within();
  const grpc::Status status = node.city_node().Submit(context.get(), request, &response);
  return received_reply(status, response);
}

Reply submit_until_ok(TestNode& node, const v1::SubmitRequest& request) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(15);
  Reply reply;
  do {
    reply = submit(node, request);
  } while (reply.status != Status::ok && std::chrono::steady_clock::now() < deadline);
  return reply;
}

}  // namespace bsn
