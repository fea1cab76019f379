#include "gateway/serve/unary_calls.h"

#include <utility>

#include "gateway/serve/request_metadata.h"
#include "proto/codec.h"
#include "rpc/call_context.h"
#include "rpc/reply_outcome.h"
#include "rpc/short_message.h"

namespace bsn {

void UnaryCalls::start(GatewayShell& shell, h2::Call& call, ReceivedCall received, const std::string& bytes) {
  shell_ = &shell;
  const Instant now = monotonic_now();
  RequestMetadata metadata = read_metadata(call.metadata());
  std::shared_ptr<const SignedBy> signature;
  if (metadata.is_signed || !call.vouched().empty()) {
    const std::string network = to_string(received.call.chain);
    signature = shell.callers()->signer(call, {network, received.call.idempotency_key, bytes}, now);
  }
  if (metadata.malformed) received = without_shape(received.call.chain, "x-bsn-origin is not a city's name");
  ClientCall arrived;
  arrived.access_key = std::move(metadata.access_key);
  arrived.origin = std::move(metadata.origin);
  arrived.call = std::move(received.call);
  arrived.received = now;
  arrived.deadline = deadline_of(call, now);
  arrived.signature = std::move(signature);
  arrived.trace = metadata.trace;
  call.tag = ++last_id_;
  open_calls_.emplace(call.tag, Open{call.shared_from_this(), std::move(received.wrong),
                                     sampler_->take(call, arrived, *shell.callers())});
  if (!batch_) {
    batch_ = std::make_shared<CallBatch>();
    batch_->sink = shared_from_this();
    batch_->client_ids.reserve(last_batch_);
    batch_->calls.reserve(last_batch_);
  }
  batch_->client_ids.push_back(call.tag);
  batch_->calls.emplace_back(std::move(arrived));
}

void UnaryCalls::end_turn() {
  if (!batch_) return;
  const std::shared_ptr<CallBatch> batch = std::exchange(batch_, nullptr);
  last_batch_ = batch->calls.size();
  if (shell_->post(batch)) return;
  Reply full = refusal(Status::resource_exhausted, Reason::gateway_full, "too many calls are waiting");
  for (const std::uint64_t id : batch->client_ids) finish(id, full);
}

void UnaryCalls::answered(std::vector<Answer>& answers) {
  for (Answer& answer : answers) finish(answer.client_id, answer.reply);
}

void UnaryCalls::finish(std::uint64_t id, Reply& reply) {
  const auto found = open_calls_.find(id);
  if (found == open_calls_.end()) return;  // its client is gone
  const Open open = std::move(found->second);
  open_calls_.erase(found);
  if (open.to_log) sampler_->write(*open.to_log, reply);
  if (reply.status == Status::ok) {
    ShortMessage<v1::Reply> message;
    encode(reply, *message);
    return answer(*open.call, *message);
  }
  if (reply.reason == Reason::malformed && !open.wrong.empty()) reply.message = open.wrong;
  open.call->finish(outcome_of(reply));
}

void UnaryCalls::on_cancel(h2::Call& call) {
  open_calls_.erase(call.tag);
  shell_->gone(shared_from_this(), call.tag);
}

}  // namespace bsn
