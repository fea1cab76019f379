#include "rpc/refusal.h"

#include "proto/codec.h"

namespace bsn {
namespace {

constexpr std::size_t most_text = 1024;

}  // namespace

RefusalOnTheWire on_the_wire(const Reply& reply) {
  Reply sent = reply;
  if (sent.message.size() > most_text) sent.message.resize(most_text);
  if (sent.value.size() > most_text) sent.value.resize(most_text);
  return {sent.message, encode(sent).SerializeAsString(), std::string(to_string(sent.reason))};
}

grpc::Status finish_status(grpc::ServerContextBase& context, const Reply& reply) {
  if (reply.status == Status::ok) return grpc::Status::OK;
  const RefusalOnTheWire wire = on_the_wire(reply);
  context.AddTrailingMetadata(reason_trailer, wire.reason);
  return {static_cast<grpc::StatusCode>(reply.status), wire.message, wire.details};
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
