#include "rpc/refusal.h"

#include "proto/codec.h"

namespace bsn {

Reply received_reply(const grpc::Status& status, const v1::Reply& message) {
  v1::Reply details;
  if (!status.ok() && (!details.ParseFromString(status.error_details()) || details.status() == 0)) {
    return refusal(static_cast<Status>(status.error_code()), Reason::none, status.error_message());
  }
  const Result<Reply> reply = decode(status.ok() ? message : details);
  return reply ? *reply : refusal(Status::internal, Reason::none, reply.error().message);
}

}  // namespace bsn
