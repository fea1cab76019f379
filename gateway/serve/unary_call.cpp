#include "gateway/serve/unary_call.h"

#include "gateway/serve/request_metadata.h"
#include "proto/codec.h"
#include "rpc/call_context.h"
#include "rpc/refusal.h"

namespace bsn {

grpc::ServerUnaryReactor* UnaryCall::start(GatewayShell& shell, grpc::CallbackServerContext& context, ReceivedCall call,
                                           v1::Reply& response) {
  const std::shared_ptr<UnaryCall> self(new UnaryCall(shell, context, response));
  self->self_ = self;
  const Instant now = monotonic_now();
  RequestMetadata metadata = read_metadata(context);
  if (metadata.malformed) call = without_shape(call.call.chain, "x-bsn-origin is not a city's name");
  self->wrong_ = std::move(call.wrong);
  ClientCall arrived;
  arrived.access_key = std::move(metadata.access_key);
  arrived.origin = std::move(metadata.origin);
  arrived.call = std::move(call.call);
  arrived.received = now;
  arrived.deadline = deadline_of(context, now);
  auto batch = std::make_shared<CallBatch>();
  batch->sink = self;
  batch->client_ids.push_back(0);
  batch->calls.emplace_back(std::move(arrived));
  if (!shell.post(batch)) {
    self->deliver(0, refusal(Status::resource_exhausted, Reason::gateway_full, "too many calls are waiting"));
  }
  return self.get();
}

void UnaryCall::deliver(std::uint64_t, const Reply& reply) {
  finished_ = true;
  if (reply.status == Status::ok) response_ = encode(reply);
  if (reply.reason != Reason::malformed || wrong_.empty()) return Finish(finish_status(context_, reply));
  Reply precise = reply;
  precise.message = wrong_;
  Finish(finish_status(context_, precise));
}

void UnaryCall::abandoned() {
  if (!finished_) Finish(grpc::Status::CANCELLED);
  finished_ = true;
}

}  // namespace bsn
