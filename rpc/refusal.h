// How a Reply travels over a unary gRPC call.
//
// OK: as the response message. Refused: the gRPC status is the reply's status, its message is for people, its details
// carry the serialized v1.Reply, and the trailer `bsn-reason` names the reason for programs that know no protobuf.
#pragma once

#include <grpcpp/impl/codegen/server_context.h>
#include <grpcpp/support/status.h>

#include <string>

#include "core/call.h"
#include "proto/call.pb.h"

namespace bsn {

// The parts of a refusal as they are sent. Long texts are cut: gRPC sends them as trailers, and clients refuse more
// than 8 KiB of those.
struct RefusalOnTheWire {
  std::string message;
  std::string details;  // the serialized v1.Reply
  std::string reason;
};
inline constexpr const char* reason_trailer = "bsn-reason";
RefusalOnTheWire on_the_wire(const Reply& reply);

// The status with which a call ends that has this reply; sets the trailer in `context`. Call it before Finish.
grpc::Status finish_status(grpc::ServerContextBase& context, const Reply& reply);

// The client's side: the reply that came with `status`, from the message or from the details. A status without details
// comes from the transport itself and becomes a refusal without a reason; bytes that don't decode become INTERNAL.
Reply received_reply(const grpc::Status& status, const v1::Reply& message);

}  // namespace bsn
