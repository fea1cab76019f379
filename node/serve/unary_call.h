// One Submit or Query over unary gRPC, from its arrival to its end.
#pragma once

#include <grpcpp/grpcpp.h>

#include "core/result.h"
#include "node/serve/node_process.h"
#include "proto/call.pb.h"

namespace bsn {

// Hands the call to the node and finishes the RPC with its answer; a call that could not be decoded is refused with
// INVALID_ARGUMENT. A caller that goes away, or whose deadline passes, cancels the call.
grpc::ServerUnaryReactor* start_unary_call(NodeProcess& process, grpc::CallbackServerContext* context,
                                           const Result<Call>& call, v1::Reply* response);

}  // namespace bsn
