// One stream for several city nodes that turn on one loop.
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "loop/monotonic_clock.h"
#include "proto/codec.h"
#include "tests/node_serve/node_cluster.h"

namespace bsn {
namespace {

using Stream = std::unique_ptr<grpc::ClientReaderWriter<v1::NodeCalls, v1::NodeAnswers>>;

// Three nodes on one loop, each the only validator of the one chain that it was told of.
class HostBatches : public testing::Test {
 protected:
  HostBatches() {
    for (int n = 0; n < 3; ++n) {
      auto host = NodeHost::start(folders_[n].path(), "127.0.0.1:0", loop_);
      BSN_CHECK(host.ok(), "a test node takes its folder and an address");
      hosts_.push_back(std::move(*host));
    }
    loop_.loop().start();
    for (int n = 0; n < 3; ++n) commission(n);
  }
  ~HostBatches() override {
    for (int n = 0; n < 3; ++n) stop(n);
    loop_.loop().stop();
  }

  void commission(int n) {
    NodeSpec spec;
    spec.wan.enabled = false;
    spec.durability = Durability::os;
    CitySpec city;
    city.name = "city-" + std::to_string(n);
    city.address = hosts_[n]->address();
    spec.cities = {city};
    ChainSpec chain;
    chain.name = test_chain;
    chain.engine = quick_raft();
    chain.validators = {{0}};
    spec.chains = {chain};
    ASSERT_TRUE(hosts_[n]->process().commission(spec).ok());
  }

  void stop(int n) {
    hosts_[n]->stop_calls(Duration{});
    hosts_[n]->stop_streams(Duration{});
  }

  // To the node of this number; `list` is what it says first.
  Stream open(int n, const v1::NodeCalls& list) {
    stub_ = v1::CityNode::NewStub(open_channel(hosts_[n]->address()));
    context_ = within();
    Stream stream = stub_->HostBatches(context_.get());
    EXPECT_TRUE(stream->Write(list));
    return stream;
  }

  v1::NodeCalls list_of_all() const {
    v1::NodeCalls list;
    for (const auto& host : hosts_) list.add_nodes(host->address());
    return list;
  }

  // A stream on which every node has said that it serves.
  Stream open_to_all(int n) {
    Stream stream = open(n, list_of_all());
    v1::NodeAnswers first;
    EXPECT_TRUE(stream->Read(&first));
    EXPECT_EQ(serving_of(first), (std::map<std::uint32_t, bool>{{0, true}, {1, true}, {2, true}}));
    EXPECT_FALSE(first.clock().empty());
    return stream;
  }

  static std::map<std::uint32_t, bool> serving_of(const v1::NodeAnswers& message) {
    std::map<std::uint32_t, bool> serving;
    for (const v1::NodeState& state : message.states()) serving[state.node()] = state.serving();
    return serving;
  }

  static void add_read(v1::NodeCalls& calls, std::uint64_t attempt, std::uint32_t node) {
    Call call;
    call.chain = test_chain;
    call.contract = "kv";
    call.function = "get";
    call.args = {"a"};
    call.level = Level::local;
    v1::NodeCall& one = *calls.add_calls();
    one.set_attempt(attempt);
    one.set_node(node);
    *one.mutable_call() = encode(call);
  }

  void freeze(int n, bool frozen) {
    v1::FreezeRequest request;
    request.set_frozen(frozen);
    request.set_max_ns(seconds(60).ns);
    v1::FreezeResponse response;
    const auto control = v1::NodeControl::NewStub(open_channel(hosts_[n]->address()));
    ASSERT_TRUE(control->Freeze(within().get(), request, &response).ok());
  }

  // How the stream ends that begins with this.
  grpc::Status end_after(const v1::NodeCalls& first) {
    const Stream stream = open(0, first);
    v1::NodeAnswers none;
    EXPECT_FALSE(stream->Read(&none));
    return stream->Finish();
  }

  NodeLoop loop_;
  TemporaryFolder folders_[3];
  std::vector<std::unique_ptr<NodeHost>> hosts_;
  std::unique_ptr<v1::CityNode::Stub> stub_;
  std::unique_ptr<grpc::ClientContext> context_;
};

TEST_F(HostBatches, AnswersOfAllNodesInATurnLeaveInOneMessage) {
  const Stream stream = open_to_all(1);
  v1::NodeCalls calls;
  for (std::uint32_t node = 0; node < 3; ++node) add_read(calls, 100 + node, node);
  ASSERT_TRUE(stream->Write(calls));
  v1::NodeAnswers answers;
  ASSERT_TRUE(stream->Read(&answers));
  ASSERT_EQ(answers.answers_size(), 3);
  std::map<std::uint32_t, std::uint64_t> attempts;
  for (const v1::NodeAnswer& answer : answers.answers()) {
    attempts[answer.node()] = answer.attempt();
    EXPECT_EQ(answer.reply().city(), "city-" + std::to_string(answer.node()));
  }
  EXPECT_EQ(attempts, (std::map<std::uint32_t, std::uint64_t>{{0, 100}, {1, 101}, {2, 102}}));
  ASSERT_TRUE(stream->WritesDone());
  EXPECT_FALSE(stream->Read(&answers));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(HostBatches, ANodeThatStopsLeavesTheOthersToTheirStream) {
  const Stream stream = open_to_all(1);
  stop(0);
  v1::NodeAnswers answers;
  ASSERT_TRUE(stream->Read(&answers));
  EXPECT_EQ(serving_of(answers), (std::map<std::uint32_t, bool>{{0, false}}));
  v1::NodeCalls calls;
  add_read(calls, 1, 0);
  add_read(calls, 2, 2);
  ASSERT_TRUE(stream->Write(calls));
  ASSERT_TRUE(stream->Read(&answers));
  ASSERT_EQ(answers.answers_size(), 2);
  std::map<std::uint64_t, v1::Reply> replies;
  for (const v1::NodeAnswer& answer : answers.answers()) replies[answer.attempt()] = answer.reply();
  EXPECT_EQ(replies[1].reason(), v1::REASON_STOPPING);
  EXPECT_EQ(replies[2].city(), "city-2");
}

TEST_F(HostBatches, OnlyTheNodeThatIsAskedForASignOfLifeGivesOne) {
  const Stream stream = open_to_all(0);
  freeze(1, true);
  v1::NodeCalls probe;
  probe.add_probed(1);
  probe.add_probed(2);
  ASSERT_TRUE(stream->Write(probe));
  v1::NodeAnswers answers;
  ASSERT_TRUE(stream->Read(&answers));
  EXPECT_EQ(serving_of(answers), (std::map<std::uint32_t, bool>{{2, true}})) << "the other one stands still";
  freeze(1, false);
  ASSERT_TRUE(stream->Read(&answers));
  EXPECT_EQ(serving_of(answers), (std::map<std::uint32_t, bool>{{1, true}}));
}

TEST_F(HostBatches, ACallToNoNodeOfTheListIsAnswered) {
  const Stream stream = open_to_all(0);
  v1::NodeCalls calls;
  add_read(calls, 5, 3);
  ASSERT_TRUE(stream->Write(calls));
  v1::NodeAnswers answers;
  ASSERT_TRUE(stream->Read(&answers));
  ASSERT_EQ(answers.answers_size(), 1);
  EXPECT_EQ(answers.answers(0).attempt(), 5u);
  EXPECT_EQ(answers.answers(0).reply().reason(), v1::REASON_MALFORMED);
}

TEST_F(HostBatches, AListThatCannotBeServedIsRefusedInWords) {
  v1::NodeCalls stranger = list_of_all();
  stranger.add_nodes("127.0.0.1:1");
  const grpc::Status unknown = end_after(stranger);
  EXPECT_EQ(unknown.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(unknown.error_message(), "no city node turns here at '127.0.0.1:1'");
  v1::NodeCalls twice = list_of_all();
  twice.add_nodes(hosts_[0]->address());
  EXPECT_EQ(end_after(twice).error_message(), "a city node is listed twice");
  v1::NodeCalls calls;
  add_read(calls, 1, 0);
  EXPECT_EQ(end_after(calls).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace bsn
