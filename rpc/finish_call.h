// Ends a unary call where it arrived, without anything that lives on.
#pragma once

#include <grpcpp/grpcpp.h>

#include <optional>

namespace bsn {

grpc::ServerUnaryReactor* finish_call(grpc::CallbackServerContext& context, const grpc::Status& status);

// What a control service answers a caller from another machine: PERMISSION_DENIED. nullopt: it is on this one.
std::optional<grpc::Status> refuse_stranger(const grpc::ServerContextBase& context);

}  // namespace bsn
