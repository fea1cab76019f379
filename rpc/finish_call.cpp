#include "rpc/finish_call.h"

#include "rpc/refusal.h"
#include "rpc/server.h"

namespace bsn {

grpc::ServerUnaryReactor* finish_call(grpc::CallbackServerContext& context, const grpc::Status& status) {
  grpc::ServerUnaryReactor* reactor = context.DefaultReactor();
  reactor->Finish(status);
  return reactor;
}

grpc::ServerUnaryReactor* refuse_call(grpc::CallbackServerContext& context, const Reply& reply) {
  return finish_call(context, finish_status(context, reply));
}

std::optional<grpc::Status> refuse_stranger(const grpc::ServerContextBase& context) {
  if (peer_on_loopback(context.peer())) return std::nullopt;
  return grpc::Status(grpc::StatusCode::PERMISSION_DENIED, "control is for callers on this machine only");
}

}  // namespace bsn
