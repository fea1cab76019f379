#include "gateway/serve/call_stream.h"

#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "tests/gateway_serve/live_gateway.h"

namespace bsn {
namespace {

using namespace test;

using Stream = grpc::ClientReaderWriter<v1::ClientCalls, v1::ClientReplies>;

void add(v1::ClientCalls& batch, std::uint64_t id, const Call& call, Duration timeout = {}) {
  v1::ClientCall& added = *batch.add_calls();
  added.set_id(id);
  *added.mutable_call() = encode(call);
  added.set_timeout_ns(timeout.ns);
}

// All answers until the stream ends, by the client's id; an id that came twice is a failure.
std::map<std::uint64_t, v1::Reply> read_all(Stream& stream) {
  std::map<std::uint64_t, v1::Reply> answers;
  v1::ClientReplies message;
  while (stream.Read(&message)) {
    EXPECT_LE(message.replies_size(), 1024);
    for (const v1::ClientReply& reply : message.replies()) {
      EXPECT_TRUE(answers.emplace(reply.id(), reply.reply()).second) << "call " << reply.id() << " answered twice";
    }
  }
  return answers;
}

TEST(CallStream, AnswersEveryCallExactlyOnceAndEndsWhenTheClientHasSaidAll) {
  LiveGateway live;
  const auto context = live.client->context();
  const auto stream = live.client->gateway->Stream(context.get());
  constexpr std::uint64_t calls = 20'000;
  std::thread writer([&] {
    for (std::uint64_t id = 0; id < calls;) {
      v1::ClientCalls batch;
      for (std::uint64_t size = 1 + id % 1000; size > 0 && id < calls; --size, ++id) {
        add(batch, id, id % 10 == 3 ? submit("") : submit(std::to_string(id)));
      }
      ASSERT_TRUE(stream->Write(batch));
    }
    stream->WritesDone();
  });
  const auto answers = read_all(*stream);
  writer.join();
  EXPECT_TRUE(stream->Finish().ok());
  ASSERT_EQ(answers.size(), calls);
  EXPECT_EQ(answers.at(3).status(), 3u) << "malformed";
  EXPECT_EQ(answers.at(3).reason(), v1::REASON_MALFORMED);
  EXPECT_EQ(answers.at(4).status(), 0u);
  EXPECT_EQ(answers.at(4).city(), "tianjin");
}

TEST(CallStream, CallsOnABrokenNodeAreAnsweredByAnother) {
  LiveGateway live;
  live.near.answer_with([](const v1::NodeCall&) { return std::nullopt; });
  const auto context = live.client->context();
  const auto stream = live.client->gateway->Stream(context.get());
  v1::ClientCalls batch;
  for (std::uint64_t id = 0; id < 50; ++id) add(batch, id, submit(std::to_string(id)));
  stream->Write(batch);
  stream->WritesDone();
  ASSERT_TRUE(live.near.saw_calls(50));
  live.near.kill();
  const auto answers = read_all(*stream);
  ASSERT_EQ(answers.size(), 50u);
  for (const auto& [id, reply] : answers) EXPECT_EQ(reply.city(), "nanjing") << id;
}

TEST(CallStream, EachCallHasItsOwnTimeOut) {
  LiveGateway live;
  live.near.answer_with([](const v1::NodeCall&) { return std::nullopt; });
  const auto context = live.client->context();
  const auto stream = live.client->gateway->Stream(context.get());
  v1::ClientCalls batch;
  add(batch, 1, submit(), milliseconds(50));
  stream->Write(batch);
  stream->WritesDone();
  const auto answers = read_all(*stream);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers.at(1).reason(), v1::REASON_DEADLINE);
  const v1::CallSplit& split = answers.at(1).split();
  EXPECT_GE(split.gateway_queue_ns() + split.wire_ns(), milliseconds(50).ns);
}

TEST(CallStream, AnIdThatIsOpenIsNotTakenAgain) {
  LiveGateway live;
  live.near.answer_with([](const v1::NodeCall&) { return std::nullopt; });
  const auto context = live.client->context();
  const auto stream = live.client->gateway->Stream(context.get());
  v1::ClientCalls batch;
  add(batch, 1, submit("first"), milliseconds(200));
  add(batch, 1, submit("second"), milliseconds(200));
  stream->Write(batch);
  stream->WritesDone();
  std::vector<v1::Reason> reasons;
  v1::ClientReplies message;
  while (stream->Read(&message)) {
    for (const v1::ClientReply& reply : message.replies()) reasons.push_back(reply.reply().reason());
  }
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(reasons, (std::vector<v1::Reason>{v1::REASON_MALFORMED, v1::REASON_DEADLINE}));
  EXPECT_EQ(live.near.seen().size(), 1u) << "the second has no effect";
}

TEST(CallStream, AStrangerIsRefusedAtOnce) {
  LiveGateway live;
  const auto context = live.client->context("stranger");
  const auto stream = live.client->gateway->Stream(context.get());
  v1::ClientReplies message;
  EXPECT_FALSE(stream->Read(&message));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

TEST(CallStream, AnOverfullMessageEndsTheStreamAndNothingOfItIsDone) {
  LiveGateway live;
  const auto context = live.client->context();
  const auto stream = live.client->gateway->Stream(context.get());
  v1::ClientCalls batch;
  for (std::uint64_t id = 0; id <= 1024; ++id) add(batch, id, submit(std::to_string(id)));
  stream->Write(batch);
  v1::ClientReplies message;
  EXPECT_FALSE(stream->Read(&message));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(live.near.seen().empty());
}

TEST(CallStream, AClientThatVanishesTakesItsCallsAlong) {
  LiveGateway live;
  live.near.answer_with([](const v1::NodeCall&) { return std::nullopt; });
  auto context = live.client->context();
  auto stream = live.client->gateway->Stream(context.get());
  v1::ClientCalls batch;
  for (std::uint64_t id = 0; id < 10; ++id) add(batch, id, submit(std::to_string(id)));
  stream->Write(batch);
  ASSERT_TRUE(live.near.saw_calls(10));
  context->TryCancel();
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(live.near.saw_cancelled(10));
}

}  // namespace
}  // namespace bsn
