#include "rpc/refusal.h"

#include "proto/codec.h"

namespace bsn {
namespace {

// gRPC sends details as a trailer, and metadata beyond 8 KiB is refused by many clients: a longer text is cut.
constexpr std::size_t most_text = 1024;

}  // namespace

grpc::Status finish_status(grpc::ServerContextBase& context, const Reply& reply) {
  if (reply.status == Status::ok) return grpc::Status::OK;
  Reply sent = reply;
  if (sent.message.size() > most_text) sent.message.resize(most_text);
  if (sent.value.size() > most_text) sent.value.resize(most_text);
  context.AddTrailingMetadata("bsn-reason", std::string(to_string(sent.reason)));
  return {static_cast<grpc::StatusCode>(sent.status), sent.message, encode(sent).SerializeAsString()};
}

Reply received_reply(const grpc::Status& status, const v1::Reply& message) {
  v1::Reply details;
  if (!status.ok() && (!details.ParseFromString(status.error_details()) || details.status() == 0)) {
    return refusal(static_cast<Status>(status.error_code()), Reason::none, status.error_message());
  }
  const Result<Reply> reply = decode(status.ok() ? message : details);
  return reply ? *reply : refusal(Status::internal, Reason::none, reply.error().message);
}

}  // namespace bsn
