#include "rpc/finish_call.h"

#include "rpc/server.h"

namespace bsn {

grpc::ServerUnaryReactor* finish_call(grpc::CallbackServerContext& context, const grpc::Status& status) {
  grpc::ServerUnaryReactor* reactor = context.DefaultReactor();
  reactor->Finish(status);
  return reactor;
}

std::optional<grpc::Status> refuse_stranger(const grpc::ServerContextBase& context) {
  if (peer_on_loopback(context.peer())) return std::nullopt;
  return grpc::Status(grpc::StatusCode::PERMISSION_DENIED, "control is for callers on this machine only");
}

}  // namespace bsn
