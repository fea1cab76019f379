// The gRPC face of a city node, over real sockets.
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <set>

#include "proto/codec.h"
#include "rpc/refusal.h"
#include "tests/node_serve/node_cluster.h"

namespace bsn {
namespace {

v1::QueryRequest get_request(const std::string& key) {
  v1::QueryRequest request;
  *request.mutable_chain() = encode(test_chain);
  request.set_contract("kv");
  request.set_function("get");
  request.add_args(key);
  request.set_level(v1::LEVEL_LOCAL);
  return request;
}

TEST(CityNodeService, AnswersAWriteWhenItIsFinalAndReadsIt) {
  TestCluster cluster(1);
  const Reply written = submit_until_ok(cluster.node(0), put_request("a"));
  ASSERT_EQ(written.status, Status::ok) << written.message;
  EXPECT_EQ(written.city, "city-0");
  EXPECT_GE(written.height, 1u);

  v1::Reply response;
  ASSERT_TRUE(cluster.node(0).city_node().Query(within().get(), get_request("a"), &response).ok());
  EXPECT_EQ(response.value(), "value of a");

  v1::GetTransactionRequest find;
  *find.mutable_chain() = encode(test_chain);
  find.set_transaction(encode(written.transaction));
  ASSERT_TRUE(cluster.node(0).city_node().GetTransaction(within().get(), find, &response).ok());
  EXPECT_EQ(response.height(), written.height);
  find.set_transaction(std::string(32, 'x'));
  EXPECT_EQ(cluster.node(0).city_node().GetTransaction(within().get(), find, &response).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST(CityNodeService, RefusesWhatIsMalformedAndSaysWhy) {
  TestCluster cluster(1);
  v1::Reply response;
  const auto refused = [&](const v1::SubmitRequest& request) {
    const auto context = within();
    const grpc::Status status = cluster.node(0).city_node().Submit(context.get(), request, &response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << status.error_message();
    const auto trailer = context->GetServerTrailingMetadata().find("bsn-reason");
    EXPECT_NE(trailer, context->GetServerTrailingMetadata().end());
    EXPECT_EQ(received_reply(status, response).reason, Reason::malformed);
  };
  refused(v1::SubmitRequest());
  auto request = put_request("a");
  request.clear_idempotency_key();
  refused(request);
  request = put_request("a");
  request.set_level(v1::LEVEL_LOCAL);
  refused(request);
  request = put_request("a");
  request.set_args(1, std::string(CallLimits::total_bytes + 1, 'x'));
  refused(request);
  const auto digest = cluster.node(0).process().shell()->feed().tip(ChainIndex{0});
  EXPECT_EQ(digest, 0u) << "a refused call has no effect";
}

TEST(CityNodeService, NamesAChainThatIsNotHosted) {
  TestCluster cluster(1);
  auto request = put_request("a");
  request.mutable_chain()->set_chain("other");
  const Reply reply = submit(cluster.node(0), request);
  EXPECT_EQ(reply.status, Status::not_found);
  EXPECT_EQ(reply.reason, Reason::not_hosted);
}

TEST(CityNodeService, IsUnavailableUntilItIsCommissioned) {
  TestNode node;
  EXPECT_EQ(submit(node, put_request("a")).status, Status::unavailable);
  EXPECT_FALSE(node.process().serving());
}

TEST(CityNodeService, IsUnderConstructionForEverWhileItsCityIsBuilding) {
  TestNode node;
  NodeSpec spec;
  CitySpec city;
  city.name = "lhasa";
  city.state = CityState::building;
  spec.cities = {city};
  ASSERT_TRUE(node.process().commission(spec).ok());
  EXPECT_FALSE(node.process().serving());
  const Reply reply = submit(node, put_request("a"));
  EXPECT_EQ(reply.status, Status::unavailable);
  EXPECT_EQ(reply.reason, Reason::under_construction);
}

TEST(CityNodeService, ServesBlocksByHeight) {
  TestCluster cluster(1);
  const Reply written = submit_until_ok(cluster.node(0), put_request("a"));
  v1::GetBlockRequest request;
  *request.mutable_chain() = encode(test_chain);
  request.set_height(written.height);
  v1::Block block;
  ASSERT_TRUE(cluster.node(0).city_node().GetBlock(within().get(), request, &block).ok());
  const auto decoded = decode_block(block, test_chain);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ((*decoded)->transactions[written.index]->id, written.transaction);
  request.set_height(1'000);
  EXPECT_EQ(cluster.node(0).city_node().GetBlock(within().get(), request, &block).error_code(),
            grpc::StatusCode::NOT_FOUND);
  request.set_height(0);
  EXPECT_EQ(cluster.node(0).city_node().GetBlock(within().get(), request, &block).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST(CityNodeService, WatchersSeeStoredAndNewBlocksInOrderWithoutAGap) {
  TestCluster cluster(1);
  for (int i = 0; i < 3; ++i) submit_until_ok(cluster.node(0), put_request("old-" + std::to_string(i)));
  v1::WatchBlocksRequest request;
  *request.mutable_chain() = encode(test_chain);
  request.set_from_height(1);
  const auto context = within();
  const auto reader = cluster.node(0).city_node().WatchBlocks(context.get(), request);
  v1::Block block;
  Height expected = 1;
  std::set<std::string> seen;
  const auto read_until = [&](const std::string& key) {
    while (!seen.contains(key) && reader->Read(&block)) {
      EXPECT_EQ(block.height(), expected++);
      for (const auto& transaction : block.transactions()) seen.insert(transaction.idempotency_key());
    }
    EXPECT_TRUE(seen.contains(key));
  };
  read_until("old-2");
  submit_until_ok(cluster.node(0), put_request("new"));
  read_until("new");
  context->TryCancel();
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

// A client for which gRPC holds little more than one message, however quick the connection is.
std::unique_ptr<v1::CityNode::Stub> client_without_read_ahead(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 65'536);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return v1::CityNode::NewStub(grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
}

// Reads one block of 40 large ones; meanwhile so many new ones that it is too slow are said to be there. How the stream
// ends when the reader goes on.
grpc::Status end_of_slow_watch() {
  constexpr Height more = 1'025;
  TestCluster cluster(1);
  for (int i = 0; i < 40; ++i) {
    v1::SubmitRequest request = put_request(std::to_string(i));
    request.set_args(1, std::string(60'000, 'x'));
    EXPECT_EQ(submit_until_ok(cluster.node(0), request).status, Status::ok);
  }
  v1::WatchBlocksRequest request;
  *request.mutable_chain() = encode(test_chain);
  request.set_from_height(1);
  const auto context = within();
  const auto client = client_without_read_ahead(cluster.node(0).address());
  const auto reader = client->WatchBlocks(context.get(), request);
  v1::Block block;
  EXPECT_TRUE(reader->Read(&block));
  const std::shared_ptr<NodeShell> shell = cluster.node(0).process().shell();
  const Height tip = shell->feed().tip(ChainIndex{0});
  shell->look([&](const CityNode&) { shell->feed().grow(ChainIndex{0}, tip + more); });
  while (reader->Read(&block)) EXPECT_LT(block.height(), tip) << "the stream ends before it has sent everything";
  return reader->Finish();
}

TEST(CityNodeService, AWatchThatIsReadTooSlowlyEnds) {
  EXPECT_EQ(end_of_slow_watch().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST(CityNodeService, BatchesAreAnsweredCallByCall) {
  TestCluster cluster(1);
  submit_until_ok(cluster.node(0), put_request("warm"));
  const auto context = within();
  const auto stream = cluster.node(0).city_node().CallBatches(context.get());
  v1::NodeAnswers answers;
  ASSERT_TRUE(stream->Read(&answers));
  ASSERT_EQ(answers.states_size(), 1);
  EXPECT_TRUE(answers.states(0).serving());
  EXPECT_FALSE(answers.clock().empty());
  v1::NodeCalls calls;
  for (std::uint64_t i = 1; i <= 100; ++i) {
    auto& call = *calls.add_calls();
    call.set_attempt(i);
    *call.mutable_call()->mutable_submit() = put_request("batch-" + std::to_string(i));
  }
  calls.add_calls()->set_attempt(101);  // neither submit nor query
  const Instant before = monotonic_now();
  ASSERT_TRUE(stream->Write(calls));
  ASSERT_TRUE(stream->WritesDone());  // the answers still come
  std::map<std::uint64_t, v1::NodeAnswer> answered;
  while (stream->Read(&answers)) {
    for (const auto& answer : answers.answers()) {
      EXPECT_TRUE(answered.emplace(answer.attempt(), answer).second) << "answered twice";
    }
  }
  EXPECT_TRUE(stream->Finish().ok());
  ASSERT_EQ(answered.size(), 101u);
  EXPECT_EQ(answered[101].reply().reason(), v1::REASON_MALFORMED);
  for (std::uint64_t i = 1; i <= 100; ++i) {
    EXPECT_EQ(answered[i].reply().status(), 0u) << answered[i].reply().message();
    EXPECT_GE(answered[i].received_ns(), before.ns);
  }
}

TEST(CityNodeService, TheBatchStreamTellsWhenTheNodeBeginsToServe) {
  TestNode node;
  const auto context = within();
  const auto stream = node.city_node().CallBatches(context.get());
  v1::NodeAnswers answers;
  ASSERT_TRUE(stream->Read(&answers));
  ASSERT_EQ(answers.states_size(), 1);
  EXPECT_FALSE(answers.states(0).serving());
  NodeSpec spec;
  CitySpec city;
  city.name = "beijing";
  spec.cities = {city};
  ASSERT_TRUE(node.process().commission(spec).ok());
  ASSERT_TRUE(stream->Read(&answers));
  ASSERT_EQ(answers.states_size(), 1);
  EXPECT_TRUE(answers.states(0).serving());
  context->TryCancel();
  stream->Finish();
}

TEST(CityNodeService, ACallEndsAtItsDeadline) {
  TestCluster cluster(2);
  cluster.node(1).stop();  // no majority: nothing becomes final
  v1::Reply response;
  const grpc::Status status =
      cluster.node(0).city_node().Submit(within(std::chrono::milliseconds(100)).get(), put_request("late"), &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  cluster.node(1).start();
}

// Counts the answers of one kind; the last one is kept.
class CountingSink : public AnswerSink {
 public:
  void answer(std::uint64_t, const Reply& reply, Instant) override {
    const std::lock_guard lock(mutex_);
    if (reply.status != Status::resource_exhausted) return;
    ++exhausted_;
    last_ = reply;
  }
  std::pair<int, Reply> exhausted() const {
    const std::lock_guard lock(mutex_);
    return {exhausted_, last_};
  }

 private:
  mutable std::mutex mutex_;
  int exhausted_ = 0;
  Reply last_;
};

TEST(CityNodeService, ACallThatFindsTheInboxFullIsToldWhenToComeAgain) {
  TestCluster cluster(1);
  const auto sink = std::make_shared<CountingSink>();
  const Call call = *decode(get_request("a"));
  const std::vector<ArrivingCall> calls(65'536 + 10, ArrivingCall{call, monotonic_now(), {}, sink, 0});
  cluster.node(0).process().shell()->submit(calls);  // at once: the loop takes none of them meanwhile
  const auto [count, reply] = sink->exhausted();
  EXPECT_GE(count, 10);
  EXPECT_EQ(reply.reason, Reason::mempool_full);
  EXPECT_GT(reply.retry_after, Duration{});
}

TEST(CityNodeService, AFrozenNodeAnswersAfterItsFreeze) {
  TestCluster cluster(1);
  submit_until_ok(cluster.node(0), put_request("warm"));
  v1::FreezeRequest freeze;
  freeze.set_frozen(true);
  freeze.set_max_ns(milliseconds(200).ns);
  v1::FreezeResponse frozen;
  const Instant before = monotonic_now();
  ASSERT_TRUE(cluster.node(0).control().Freeze(within().get(), freeze, &frozen).ok());
  v1::Reply response;
  ASSERT_TRUE(cluster.node(0).city_node().Query(within().get(), get_request("warm"), &response).ok());
  EXPECT_GE(monotonic_now() - before, milliseconds(200));
  freeze.set_max_ns(seconds(601).ns);
  EXPECT_EQ(cluster.node(0).control().Freeze(within().get(), freeze, &frozen).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace bsn
