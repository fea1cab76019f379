// The client's side of refused calls (rpc/reply_outcome.h is the server's).
#pragma once

#include <grpcpp/support/status.h>

#include "core/call.h"
#include "proto/call.pb.h"

namespace bsn {

// The reply that came with `status`, from the message or from the details. A status without details comes from the
// transport itself and becomes a refusal without a reason; bytes that don't decode become INTERNAL.
Reply received_reply(const grpc::Status& status, const v1::Reply& message);

}  // namespace bsn
