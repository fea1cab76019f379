// A city node that does as a test says: a real gRPC server with scripted answers. Asked for several nodes at once, it
// answers for all of them.
#pragma once

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "loop/monotonic_clock.h"
#include "proto/city_node.grpc.pb.h"
#include "rpc/server.h"

namespace bsn::test {

class FakeNode final : public v1::CityNode::Service {
 public:
  // nullopt: this call is never answered.
  using Script = std::function<std::optional<v1::Reply>(const v1::NodeCall&)>;

  explicit FakeNode(bool serving = true) : serving_(serving) {
    auto started = RpcServer::start({}, {this});
    EXPECT_TRUE(started.ok());
    server_ = std::move(*started);
    address = server_->address();
  }
  ~FakeNode() override { kill(); }

  // Breaks all streams at once.
  void kill() {
    {
      const std::lock_guard lock(mutex_);
      killed_ = true;
      changed_.notify_all();
    }
    server_->shut_down({});
  }

  void answer_with(Script script) {
    const std::lock_guard lock(mutex_);
    script_ = std::move(script);
  }

  // Waits until it has seen so many calls (or cancellations); false: not within ten seconds.
  bool saw_calls(std::size_t count) {
    return wait([&] { return calls.size() >= count; });
  }
  bool saw_cancelled(std::size_t count) {
    return wait([&] { return cancelled.size() >= count; });
  }
  std::vector<v1::NodeCall> seen() {
    const std::lock_guard lock(mutex_);
    return calls;
  }

  std::string address;
  std::vector<v1::NodeCall> calls;  // in the order of arrival; look at them by seen() while the node runs
  std::set<std::uint64_t> cancelled;

  // WatchBlocks sends the blocks up to here, then ends with `watch_end`, or waits to be killed when that is OK.
  std::uint64_t tip = 0;
  grpc::Status watch_end;

 private:
  template <class Condition>
  bool wait(Condition condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), condition);
  }

  grpc::Status CallBatches(grpc::ServerContext*,
                           grpc::ServerReaderWriter<v1::NodeAnswers, v1::NodeCalls>* stream) override {
    serve(*stream, 1);
    return grpc::Status::OK;
  }

  grpc::Status HostBatches(grpc::ServerContext*,
                           grpc::ServerReaderWriter<v1::NodeAnswers, v1::NodeCalls>* stream) override {
    v1::NodeCalls list;
    if (stream->Read(&list)) serve(*stream, static_cast<std::uint32_t>(list.nodes_size()));
    return grpc::Status::OK;
  }

  void serve(grpc::ServerReaderWriter<v1::NodeAnswers, v1::NodeCalls>& stream, std::uint32_t nodes) {
    v1::NodeAnswers first;
    first.set_clock(clock_id());
    for (std::uint32_t node = 0; node < nodes; ++node) add_state(first, node);
    stream.Write(first);
    v1::NodeCalls batch;
    while (stream.Read(&batch)) stream.Write(answers_to(batch));
  }

  void add_state(v1::NodeAnswers& message, std::uint32_t node) const {
    v1::NodeState& state = *message.add_states();
    state.set_node(node);
    state.set_serving(serving_);
  }

  Script note(const v1::NodeCalls& batch) {
    const std::lock_guard lock(mutex_);
    calls.insert(calls.end(), batch.calls().begin(), batch.calls().end());
    cancelled.insert(batch.cancelled().begin(), batch.cancelled().end());
    changed_.notify_all();
    return script_;
  }

  v1::NodeAnswers answers_to(const v1::NodeCalls& batch) {
    const std::int64_t received = monotonic_now().ns;
    const Script script = note(batch);
    v1::NodeAnswers answers;
    for (const std::uint32_t node : batch.probed()) add_state(answers, node);
    for (const v1::NodeCall& call : batch.calls()) {
      const std::optional<v1::Reply> reply = script ? script(call) : v1::Reply();
      if (!reply) continue;
      v1::NodeAnswer& answer = *answers.add_answers();
      answer.set_attempt(call.attempt());
      *answer.mutable_reply() = *reply;
      answer.set_received_ns(received);
      answer.set_node(call.node());
    }
    return answers;
  }

  grpc::Status GetTransaction(grpc::ServerContext*, const v1::GetTransactionRequest* request,
                              v1::Reply* reply) override {
    reply->set_height(7);
    reply->set_transaction(request->transaction());
    return grpc::Status::OK;
  }

  grpc::Status WatchBlocks(grpc::ServerContext* context, const v1::WatchBlocksRequest* request,
                           grpc::ServerWriter<v1::Block>* writer) override {
    for (std::uint64_t height = std::max<std::uint64_t>(1, request->from_height()); height <= tip; ++height) {
      v1::Block block;
      block.set_height(height);
      if (!writer->Write(block)) return grpc::Status::CANCELLED;
    }
    if (!watch_end.ok()) return watch_end;
    std::unique_lock lock(mutex_);
    while (!killed_ && !context->IsCancelled()) changed_.wait_for(lock, std::chrono::milliseconds(20));
    return {grpc::StatusCode::UNAVAILABLE, "killed"};
  }

  const bool serving_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool killed_ = false;
  Script script_;
  std::unique_ptr<RpcServer> server_;
};

}  // namespace bsn::test
