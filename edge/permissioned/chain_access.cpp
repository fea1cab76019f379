#include "edge/permissioned/chain_access.h"

#include <algorithm>
#include <utility>

#include "core/call_operation.h"
#include "proto/codec.h"
#include "proto/gateway.pb.h"

namespace bsn::edge {
namespace {

constexpr std::chrono::seconds longest_wait_for_block{5};

// Of a refusal, as far as it carries one.
Reply refusal_in(const h2::Outcome& outcome) {
  v1::Reply details;
  if (!outcome.details.empty() && details.ParseFromString(outcome.details)) {
    if (Result<Reply> reply = decode(details)) return std::move(*reply);
  }
  return {};
}

// What a call with one answer has brought so far.
struct Heard {
  Reply reply;
  h2::Outcome wrong;
};

}  // namespace

void ChainAccess::cancel() {
  cancelled_ = true;
  if (const auto call = current_.lock()) call->cancel();
}

void ChainAccess::start(const char* method, const google::protobuf::MessageLite& request,
                        std::chrono::nanoseconds timeout, const OnMessage& on_message, const OnEnd& on_end) {
  if (cancelled_) return;
  current_ = InnerCall::start(loop_, methods_, std::string("/bsn.v1.Gateway/") + method, request, caller_, timeout,
                              on_message, on_end);
}

void ChainAccess::start_for_reply(const char* method, const google::protobuf::MessageLite& request, OnReply done) {
  const auto heard = std::make_shared<Heard>();
  start(
      method, request, timeout_,
      [heard](std::string_view bytes) {
        v1::Reply message;
        const bool read = message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
        Result<Reply> reply = decode(message);
        if (read && reply) {
          heard->reply = std::move(*reply);
        } else {
          heard->wrong = {h2::Code::internal, "the answer can't be decoded"};
        }
      },
      [heard, done = std::move(done)](const h2::Outcome& outcome) {
        if (outcome.code != 0) return done(outcome, refusal_in(outcome));
        done(heard->wrong, heard->reply);
      });
}

void ChainAccess::call(const std::string& contract, const std::string& function, const std::vector<std::string>& args,
                       const std::string& once, OnReply done) {
  const auto fill = [&](auto& request) {
    *request.mutable_chain() = encode(chain_);
    request.set_contract(contract);
    request.set_function(function);
    for (const std::string& arg : args) request.add_args(arg);
  };
  if (operation_of(contract, function) == Operation::query) {
    v1::QueryRequest request;
    fill(request);
    request.set_level(v1::LEVEL_FINAL);
    return start_for_reply("Query", request, std::move(done));
  }
  v1::SubmitRequest request;
  fill(request);
  request.set_level(v1::LEVEL_ACCEPTED);
  request.set_idempotency_key(once);
  start_for_reply("Submit", request, std::move(done));
}

void ChainAccess::transaction(const Digest& id, OnReply done) {
  v1::GetTransactionRequest request;
  *request.mutable_chain() = encode(chain_);
  request.set_transaction(std::string(id.view()));
  start_for_reply("GetTransaction", request, std::move(done));
}

void ChainAccess::block(Height height, OnBlock done) {
  v1::WatchBlocksRequest request;
  *request.mutable_chain() = encode(chain_);
  request.set_from_height(height);
  auto timeout = std::chrono::nanoseconds(longest_wait_for_block);
  if (timeout_.count() > 0) timeout = std::min(timeout, timeout_);
  const auto told = std::make_shared<OnBlock>(std::move(done));
  const auto tell = [told](const h2::Outcome& outcome, const BlockPtr& block) {
    if (const OnBlock once = std::exchange(*told, nullptr)) once(outcome, block);
  };
  start(
      "WatchBlocks", request, timeout,
      [this, tell](std::string_view bytes) {
        v1::Block message;
        const bool read = message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
        const Result<BlockPtr> block = decode_block(message, chain_);
        if (const auto call = current_.lock()) call->cancel();
        if (!read || !block) return tell({h2::Code::internal, "the block can't be decoded"}, nullptr);
        tell({}, *block);
      },
      [tell, height](h2::Outcome outcome) {
        if (outcome.code == static_cast<int>(h2::Code::deadline_exceeded)) {
          outcome.message = "there is no final block " + std::to_string(height) + " yet";
        }
        tell(outcome, nullptr);
      });
}

// Any read says how high the state is that it saw; a service need not carry both contracts.
void ChainAccess::newest(OnReply done) {
  call("kv", "exists", {"-"}, "", [this, done = std::move(done)](const h2::Outcome& outcome, const Reply& reply) {
    if (reply.reason != Reason::unknown_contract) return done(outcome, reply);
    call("asset", "supply", {}, "", done);
  });
}

}  // namespace bsn::edge
