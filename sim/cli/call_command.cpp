#include <fmt/format.h>
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <chrono>
#include <optional>
#include <random>

#include "proto/codec.h"
#include "proto/gateway.grpc.pb.h"
#include "rpc/refusal.h"
#include "sim/cli/commands.h"
#include "sim/cli/gateway_target.h"
#include "sim/cli/key_file.h"

namespace bsn {
namespace {

std::string fresh_key() {
  std::random_device device;
  return fmt::format("cli-{:08x}{:08x}", device(), device());
}

Result<Call> make_call(const CallOptions& options) {
  Call call;
  call.operation = options.submit ? Operation::submit : Operation::query;
  call.chain = {options.network, options.chain};
  call.contract = options.contract;
  call.function = options.function;
  call.args = options.args;
  call.level = options.submit ? Level::final_ : Level::local;
  if (!options.level.empty()) {
    const auto level = parse_level(options.level);
    if (!level) {
      return Error{ErrorCode::invalid_configuration,
                   "'" + options.level + "' is no level; say accepted, committed, final or local"};
    }
    call.level = *level;
  }
  if (options.submit) {
    call.idempotency_key = options.idempotency_key.empty() ? fresh_key() : options.idempotency_key;
  }
  if (const auto wrong = validate(call)) return Error{ErrorCode::invalid_configuration, *wrong};
  return call;
}

// What is signed is what gRPC sends: the same message always gives the same bytes within one process.
void add_signature(grpc::ClientContext& context, const KeyFile& key, const GatewayTarget& target, const Call& call,
                   const v1::Call& message) {
  const bool submit = call.operation == Operation::submit;
  CanonicalRequest request;
  request.gateway = target.name;
  request.method = "POST";
  request.path = submit ? "/bsn.v1.Gateway/Submit" : "/bsn.v1.Gateway/Query";
  request.project = key.project;
  request.network = to_string(call.chain);
  request.timestamp_ns = std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
  request.nonce = fresh_nonce();
  request.idempotency_key = call.idempotency_key;
  request.body = sha256(submit ? message.submit().SerializeAsString() : message.query().SerializeAsString());
  context.AddMetadata("x-bsn-key", to_hex(Digest{key.key.public_key().bytes}));
  context.AddMetadata("x-bsn-timestamp", std::to_string(request.timestamp_ns));
  context.AddMetadata("x-bsn-nonce", request.nonce);
  context.AddMetadata("x-bsn-signature", sign_hex(key.key, request));
}

Reply send(const GatewayTarget& target, const CallOptions& options, const Call& call, const KeyFile* key) {
  grpc::ClientContext context;
  const v1::Call message = encode(call);
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(options.timeout_ms));
  if (key) {
    add_signature(context, *key, target, call, message);
  } else {
    context.AddMetadata("x-api-key", target.access_key);
  }
  if (!options.origin.empty()) context.AddMetadata("x-bsn-origin", options.origin);
  const auto stub = v1::Gateway::NewStub(target.channel());
  v1::Reply answer;
  const grpc::Status status = call.operation == Operation::submit ? stub->Submit(&context, message.submit(), &answer)
                                                                  : stub->Query(&context, message.query(), &answer);
  return received_reply(status, answer);
}

boost::json::object to_json(const Call& call, const Reply& reply) {
  return {{"status", to_string(reply.status)},
          {"reason", to_string(reply.reason)},
          {"message", reply.message},
          {"value", reply.value},
          {"idempotency_key", call.idempotency_key},
          {"transaction", reply.transaction.is_zero() ? "" : to_hex(reply.transaction)},
          {"height", reply.height},
          {"index", reply.index},
          {"city", reply.city},
          {"total_ns", reply.split.total().ns}};
}

void print_reply(const Call& call, const Reply& reply) {
  fmt::print("{}", to_string(reply.status));
  if (reply.reason != Reason::none) fmt::print(" {}", to_string(reply.reason));
  fmt::print("\n");
  if (!reply.message.empty()) fmt::print("  message          {}\n", reply.message);
  if (!reply.value.empty()) fmt::print("  value            {}\n", reply.value);
  if (!call.idempotency_key.empty()) fmt::print("  idempotency key  {}\n", call.idempotency_key);
  if (!reply.transaction.is_zero()) fmt::print("  transaction      {}\n", to_hex(reply.transaction));
  if (reply.height != 0) fmt::print("  block            {} (position {})\n", reply.height, reply.index);
  if (!reply.city.empty()) fmt::print("  answered by      {}\n", reply.city);
  const CallSplit& split = reply.split;
  if (split.total().ns != 0) {
    fmt::print(
        "  time             {:.3f} ms = queue {:.3f} + route {:.3f} + wire {:.3f} + node {:.3f} + "
        "consensus {:.3f} + return {:.3f}\n",
        split.total().milliseconds(), split.gateway_queue.milliseconds(), split.route.milliseconds(),
        split.wire.milliseconds(), split.node_queue.milliseconds(), split.consensus.milliseconds(),
        split.back.milliseconds());
  }
}

}  // namespace

int command_call(const CallOptions& options) {
  const Result<Call> call = make_call(options);
  if (!call) return report_error(call.error());
  const Result<GatewayTarget> target = find_gateway(options);
  if (!target) return report_error(target.error());
  std::optional<KeyFile> key;
  if (!options.sign_with.empty()) {
    const Result<KeyFile> read = read_key_file(options.sign_with);
    if (!read) return report_error(read.error());
    key = read.value();
  }
  const Reply reply = send(*target, options, *call, key ? &*key : nullptr);
  if (options.json) {
    fmt::print("{}\n", boost::json::serialize(to_json(*call, reply)));
  } else {
    print_reply(*call, reply);
  }
  return reply.status == Status::ok ? 0 : 1;
}

}  // namespace bsn
