// The gateway's stream into a city node: batches of calls in, batches of answers out.
//
// Answers gather while a write is in flight and for the length of a turn of the node's loop; then one message carries
// them all. Bounds: a message carries at most 4,096 answers or about 4 MiB; when more than 50,000 answers wait because
// the gateway does not read, no further calls are read either.
#pragma once

#include <grpcpp/grpcpp.h>

#include "node/serve/node_process.h"
#include "proto/city_node.pb.h"

namespace bsn {

grpc::ServerBidiReactor<v1::NodeCalls, v1::NodeAnswers>* start_call_batches(NodeProcess& process,
                                                                            grpc::CallbackServerContext* context);

}  // namespace bsn
