// Calls, replies and the names and digests in them.

#include <google/protobuf/stubs/common.h>

#include <algorithm>

#include "proto/codec.h"
#include "proto/codec_checks.h"

namespace bsn {
namespace {

// On the wire 0 is "unspecified", so that a forgotten level is noticed; ours count from 0.
v1::Level encode_level(Level level) { return static_cast<v1::Level>(static_cast<int>(level) + 1); }

Level decode_level(Checks& checks, v1::Level level) {
  checks.require(level != v1::LEVEL_UNSPECIFIED, "level is missing");
  if (!checks.ok()) return Level::local;
  return checks.enum_up_to(Level::local, static_cast<std::uint64_t>(level) - 1, "level");
}

void fill(const ChainName& name, v1::ChainName& message) {
  message.set_network(name.network);
  message.set_chain(name.chain);
}

// What submit and query requests have in common. A field that is empty is not set: a message has to make room for it.
template <class Request>
void fill_common(const Call& call, Request& message) {
  fill(call.chain, *message.mutable_chain());
  message.set_contract(call.contract);
  message.set_function(call.function);
  for (const std::string& arg : call.args) message.add_args(arg);
  message.set_level(encode_level(call.level));
  if (!call.project.empty()) message.set_project(call.project);
}

void fill(const Call& call, v1::SubmitRequest& message) {
  fill_common(call, message);
  message.set_idempotency_key(call.idempotency_key);
}

void fill(const Call& call, v1::QueryRequest& message) { fill_common(call, message); }

template <class Request>
Call decode_common(Checks& checks, const Request& message, Operation operation) {
  Call call;
  call.operation = operation;
  call.project = message.project();
  call.chain = {message.chain().network(), message.chain().chain()};
  call.contract = message.contract();
  call.function = message.function();
  call.args.assign(message.args().begin(), message.args().end());
  call.level = decode_level(checks, message.level());
  return call;
}

// A text for people may quote bytes that a caller sent; a protobuf string that is no UTF-8 would make the whole reply
// unreadable.
std::string readable(std::string text) {
  if (google::protobuf::internal::IsStructurallyValidUTF8(text.data(), static_cast<int>(text.size()))) return text;
  std::replace_if(
      text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; }, '?');
  return text;
}

}  // namespace

v1::ChainName encode(const ChainName& name) {
  v1::ChainName message;
  fill(name, message);
  return message;
}

Result<ChainName> decode(const v1::ChainName& message) {
  Checks checks("ChainName");
  ChainName name;
  name.network = checks.required_text(message.network(), CallLimits::name_bytes, "network");
  name.chain = checks.required_text(message.chain(), CallLimits::name_bytes, "chain");
  return checks.give(std::move(name));
}

std::string encode(const Digest& digest) { return digest.is_zero() ? std::string() : std::string(digest.view()); }

Result<Digest> decode_digest(const std::string& bytes) {
  Checks checks("Digest");
  const Digest digest = checks.digest(bytes, "value");
  return checks.give(digest);
}

v1::SubmitRequest encode_submit(const Call& call) {
  v1::SubmitRequest message;
  fill(call, message);
  return message;
}

v1::QueryRequest encode_query(const Call& call) {
  v1::QueryRequest message;
  fill(call, message);
  return message;
}

v1::Call encode(const Call& call) {
  v1::Call message;
  encode(call, message);
  return message;
}

void encode(const Call& call, v1::Call& message) {
  call.operation == Operation::submit ? fill(call, *message.mutable_submit()) : fill(call, *message.mutable_query());
}

Result<Call> decode(const v1::SubmitRequest& message) {
  Checks checks("SubmitRequest");
  Call call = decode_common(checks, message, Operation::submit);
  call.idempotency_key = message.idempotency_key();
  return checks.give(std::move(call));
}

Result<Call> decode(const v1::QueryRequest& message) {
  Checks checks("QueryRequest");
  return checks.give(decode_common(checks, message, Operation::query));
}

Result<Call> decode(const v1::Call& message) {
  switch (message.kind_case()) {
    case v1::Call::kSubmit:
      return decode(message.submit());
    case v1::Call::kQuery:
      return decode(message.query());
    case v1::Call::KIND_NOT_SET:
      break;
  }
  return Error{ErrorCode::corrupt, "Call: is neither submit nor query"};
}

v1::TraceContext encode(const TraceContext& trace) {
  v1::TraceContext message;
  message.set_trace(trace.trace.data(), trace.trace.size());
  message.set_span(trace.span);
  message.set_sampled(trace.sampled);
  return message;
}

Result<TraceContext> decode(const v1::TraceContext& message) {
  Checks checks("TraceContext");
  TraceContext trace;
  checks.require(message.trace().size() == trace.trace.size(), "trace is not 16 bytes");
  if (checks.ok()) std::copy(message.trace().begin(), message.trace().end(), trace.trace.begin());
  trace.span = message.span();
  trace.sampled = message.sampled();
  checks.require(trace.there() && trace.span != 0, "names no trace or no span");
  return checks.give(trace);
}

v1::CallSplit encode(const CallSplit& split) {
  v1::CallSplit message;
  message.set_gateway_queue_ns(split.gateway_queue.ns);
  message.set_route_ns(split.route.ns);
  message.set_wire_ns(split.wire.ns);
  message.set_node_queue_ns(split.node_queue.ns);
  message.set_consensus_ns(split.consensus.ns);
  message.set_return_ns(split.back.ns);
  return message;
}

Result<CallSplit> decode(const v1::CallSplit& message) {
  Checks checks("CallSplit");
  CallSplit split;
  split.gateway_queue = checks.bounded_duration(message.gateway_queue_ns(), "gateway_queue_ns");
  split.route = checks.bounded_duration(message.route_ns(), "route_ns");
  split.wire = checks.bounded_duration(message.wire_ns(), "wire_ns");
  split.node_queue = checks.bounded_duration(message.node_queue_ns(), "node_queue_ns");
  split.consensus = checks.bounded_duration(message.consensus_ns(), "consensus_ns");
  split.back = checks.bounded_duration(message.return_ns(), "return_ns");
  return checks.give(split);
}

v1::Reply encode(const Reply& reply) {
  v1::Reply message;
  encode(reply, message);
  return message;
}

void encode(const Reply& reply, v1::Reply& message) {
  message.set_status(static_cast<std::uint32_t>(reply.status));
  message.set_reason(static_cast<v1::Reason>(reply.reason));
  if (!reply.message.empty()) message.set_message(readable(reply.message));
  if (!reply.value.empty()) message.set_value(reply.value);
  if (!reply.transaction.is_zero()) *message.mutable_transaction() = reply.transaction.view();
  message.set_height(reply.height);
  message.set_index(reply.index);
  if (!reply.state_root.is_zero()) *message.mutable_state_root() = reply.state_root.view();
  message.set_retry_after_ns(reply.retry_after.ns);
  if (!reply.city.empty()) message.set_city(reply.city);
  *message.mutable_split() = encode(reply.split);
}

Result<Reply> decode(const v1::Reply& message) {
  Checks checks("Reply");
  Reply reply;
  reply.status = checks.enum_up_to(Status::unauthenticated, message.status(), "status");
  reply.reason = checks.enum_up_to(Reason::peers_disagree, static_cast<std::uint64_t>(message.reason()), "reason");
  reply.message = checks.text(message.message(), WireLimits::message_bytes, "message");
  reply.value = checks.text(message.value(), WireLimits::value_bytes, "value");
  reply.transaction = checks.digest(message.transaction(), "transaction");
  reply.height = message.height();
  reply.index = message.index();
  reply.state_root = checks.digest(message.state_root(), "state_root");
  reply.retry_after = checks.bounded_duration(message.retry_after_ns(), "retry_after_ns");
  reply.city = checks.text(message.city(), CallLimits::name_bytes, "city");
  reply.split = checks.take(decode(message.split()));
  return checks.give(std::move(reply));
}

}  // namespace bsn
