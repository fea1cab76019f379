#include "gateway/serve/call_stream.h"

#include <utility>

#include "gateway/serve/gathered_messages.h"
#include "gateway/serve/received_call.h"
#include "proto/codec.h"
#include "rpc/call_context.h"
#include "rpc/reply_outcome.h"
#include "rpc/short_message.h"

namespace bsn {
namespace {

// The proto's rule: 1 ms ... 10 min, 0 means the default.
Instant deadline_in(Instant now, std::int64_t timeout_ns) {
  if (timeout_ns > 0 && timeout_ns < milliseconds(1).ns) timeout_ns = milliseconds(1).ns;
  return now + bounded_timeout(timeout_ns);
}

}  // namespace

std::shared_ptr<CallStream> CallStream::start(GatewayShell& shell, h2::Call& call,
                                              std::shared_ptr<AccessSampler> sampler) {
  RequestMetadata metadata = read_metadata(call.metadata());
  if (!shell.callers()->know(metadata.access_key, monotonic_now())) {
    call.finish(
        outcome_of(refusal(Status::unauthenticated, Reason::unknown_key, "the access key is missing or not valid")));
    return nullptr;
  }
  if (metadata.malformed) {
    call.finish(outcome_of(refusal(Status::invalid_argument, Reason::malformed, "x-bsn-origin is not a city's name")));
    return nullptr;
  }
  return std::make_shared<CallStream>(shell, call, std::move(metadata), std::move(sampler));
}

// ---- calls come in ----

void CallStream::on_message(h2::Call&, std::string& message) {
  ShortMessage<v1::ClientCalls> incoming;
  if (!incoming->ParseFromString(message)) {
    return end_with(refusal(Status::invalid_argument, Reason::malformed, "a message can't be decoded"));
  }
  if (incoming->calls_size() > most_calls_in_a_message) {
    return end_with(refusal(Status::invalid_argument, Reason::malformed, "more than 1,024 calls in a message"));
  }
  const std::shared_ptr<CallBatch> batch = take_batch(*incoming);
  if (batch->calls.empty()) return;
  open_ += batch->calls.size();
  if (!room()) call_->pause();
  if (shell_.post(batch)) return;
  std::vector<Answer> full;  // the machine has no room: answered without troubling it
  for (const std::uint64_t id : batch->client_ids) {
    full.push_back({id, refusal(Status::resource_exhausted, Reason::gateway_full, "too many calls are waiting")});
  }
  answered(full);
}

std::shared_ptr<CallBatch> CallStream::take_batch(v1::ClientCalls& incoming) {
  auto batch = std::make_shared<CallBatch>();
  batch->sink = shared_from_this();
  const Instant now = monotonic_now();
  const auto callers = shell_.callers();
  for (const v1::ClientCall& message : incoming.calls()) {
    ClientCall arrived;
    arrived.access_key = metadata_.access_key;
    arrived.origin = message.origin().empty() ? metadata_.origin : message.origin();
    ReceivedCall call = receive(message.call());
    arrived.call = std::move(call.call);
    if (!call.wrong.empty()) wrong_[message.id()] = std::move(call.wrong);
    arrived.received = now;
    arrived.deadline = deadline_in(now, message.timeout_ns());
    arrived.trace = message.traceparent().empty() ? metadata_.trace : parse_traceparent(message.traceparent());
    if (auto entry = sampler_->take(*call_, arrived, *callers)) to_log_.emplace(message.id(), std::move(entry));
    batch->client_ids.push_back(message.id());
    batch->calls.emplace_back(std::move(arrived));
  }
  return batch;
}

void CallStream::on_half_close(h2::Call&) {
  all_read_ = true;
  if (open_ == 0) call_->finish({});
}

// ---- answers go out ----

void CallStream::answered(std::vector<Answer>& answers) {
  GatheredMessages<v1::ClientReplies> gathered;
  for (Answer& answer : answers) {
    if (answer.reply.reason == Reason::malformed) {
      if (auto wrong = wrong_.extract(answer.client_id)) answer.reply.message = std::move(wrong.mapped());
    }
    log(answer);
    const std::size_t size = 200 + answer.reply.value.size() + answer.reply.message.size();
    v1::ClientReply& message = *gathered.room_for(size).add_replies();
    message.set_id(answer.client_id);
    encode(answer.reply, *message.mutable_reply());
  }
  for (; !gathered.empty(); gathered.pop()) call_->send(gathered.front().SerializeAsString());
  open_ -= answers.size();
  if (all_read_ && open_ == 0) return call_->finish({});
  resume_if_room();
}

void CallStream::log(const Answer& answer) {
  if (to_log_.empty()) return;
  if (const auto entry = to_log_.extract(answer.client_id)) sampler_->write(*entry.mapped(), answer.reply);
}

void CallStream::resume_if_room() {
  if (room()) call_->resume();
}

// ---- the end ----

void CallStream::end_with(const Reply& reply) {
  call_->finish(outcome_of(reply));
  shell_.gone(shared_from_this());
}

void CallStream::on_cancel(h2::Call&) { shell_.gone(shared_from_this()); }

}  // namespace bsn
