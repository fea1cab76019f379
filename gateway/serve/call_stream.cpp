#include "gateway/serve/call_stream.h"

#include <utility>

#include "gateway/serve/received_call.h"
#include "proto/codec.h"
#include "rpc/call_context.h"
#include "rpc/refusal.h"

namespace bsn {
namespace {

// The proto's rule: 1 ms ... 10 min, 0 means the default.
Instant deadline_in(Instant now, std::int64_t timeout_ns) {
  if (timeout_ns > 0 && timeout_ns < milliseconds(1).ns) timeout_ns = milliseconds(1).ns;
  return now + bounded_timeout(timeout_ns);
}

}  // namespace

CallStream* CallStream::start(GatewayShell& shell, grpc::CallbackServerContext& context) {
  const std::shared_ptr<CallStream> self(new CallStream(shell, context));
  self->self_ = self;
  if (!shell.projects().find(self->metadata_.access_key)) {
    self->end_with(refusal(Status::unauthenticated, Reason::unknown_key, "the access key is missing or not valid"));
  } else if (self->metadata_.malformed) {
    self->end_with(refusal(Status::invalid_argument, Reason::malformed, "x-bsn-origin is not a city's name"));
  } else {
    const std::lock_guard lock(self->mutex_);
    self->go_on();
  }
  return self.get();
}

// ---- calls come in ----

void CallStream::OnReadDone(bool ok) {
  if (ok && incoming_.calls_size() > most_calls_in_a_message) {
    return end_with(refusal(Status::invalid_argument, Reason::malformed, "more than 1,024 calls in a message"));
  }
  std::shared_ptr<CallBatch> batch;
  if (ok) batch = take_batch();
  {
    const std::lock_guard lock(mutex_);
    reading_ = false;
    all_read_ = !ok;
    if (batch) open_ += batch->calls.size();
  }
  if (batch && !batch->calls.empty() && !shell_.post(batch)) refuse(*batch);
  const std::lock_guard lock(mutex_);
  go_on();
}

std::shared_ptr<CallBatch> CallStream::take_batch() {
  auto batch = std::make_shared<CallBatch>();
  batch->sink = self_;
  const Instant now = monotonic_now();
  for (const v1::ClientCall& message : incoming_.calls()) {
    ClientCall arrived;
    arrived.access_key = metadata_.access_key;
    arrived.origin = message.origin().empty() ? metadata_.origin : message.origin();
    ReceivedCall call = receive(message.call());
    arrived.call = std::move(call.call);
    if (!call.wrong.empty()) {
      const std::lock_guard lock(mutex_);
      wrong_[message.id()] = std::move(call.wrong);
    }
    arrived.received = now;
    arrived.deadline = deadline_in(now, message.timeout_ns());
    batch->client_ids.push_back(message.id());
    batch->calls.emplace_back(std::move(arrived));
  }
  return batch;
}

// The loop has no room: answered here, without troubling the machine.
void CallStream::refuse(const CallBatch& batch) {
  const v1::Reply full =
      encode(refusal(Status::resource_exhausted, Reason::gateway_full, "too many calls are waiting"));
  const std::lock_guard lock(mutex_);
  for (const std::uint64_t id : batch.client_ids) {
    v1::ClientReply& reply = *waiting_.room_for(100).add_replies();
    reply.set_id(id);
    *reply.mutable_reply() = full;
  }
}

// ---- answers go out ----

void CallStream::deliver(std::uint64_t client_id, const Reply& reply) {
  v1::ClientReply& message = *gathered_.room_for(200 + reply.value.size() + reply.message.size()).add_replies();
  message.set_id(client_id);
  *message.mutable_reply() = encode(reply);
  if (reply.reason != Reason::malformed) return;
  const std::lock_guard lock(mutex_);
  if (const auto wrong = wrong_.extract(client_id)) message.mutable_reply()->set_message(wrong.mapped());
}

void CallStream::flush() {
  const std::lock_guard lock(mutex_);
  waiting_.append(gathered_);
  go_on();
}

void CallStream::OnWriteDone(bool ok) {
  const std::lock_guard lock(mutex_);
  writing_ = false;
  open_ -= static_cast<std::size_t>(outgoing_.replies_size());
  if (!ok) waiting_.clear();  // the client is gone; OnCancel tells the loop
  go_on();
}

void CallStream::go_on() {
  if (finished_) return;
  if (!ending_ && !writing_ && !waiting_.empty()) {
    outgoing_ = waiting_.pop();
    writing_ = true;
    StartWrite(&outgoing_);
  }
  if (!ending_ && !reading_ && !all_read_ && open_ <= most_open) {
    reading_ = true;
    StartRead(&incoming_);
  }
  if (!ending_ && !cancelled_ && all_read_ && open_ == 0) ending_ = grpc::Status::OK;
  if (ending_ && !writing_) {
    finished_ = true;
    Finish(*ending_);
  }
}

// ---- the end ----

void CallStream::end_with(const Reply& reply) {
  const std::shared_ptr<CallStream> self = self_;
  const grpc::Status status = finish_status(context_, reply);
  {
    const std::lock_guard lock(mutex_);
    reading_ = false;
    if (!ending_) ending_ = status;
    go_on();
  }
  shell_.gone(self);
}

void CallStream::OnCancel() {
  {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
  }
  shell_.gone(self_);
}

void CallStream::abandoned() {
  const std::lock_guard lock(mutex_);
  if (!ending_) ending_ = grpc::Status::CANCELLED;
  go_on();
}

}  // namespace bsn
