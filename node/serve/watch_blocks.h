// A stream of one chain's final blocks: those stored, then every new one, in order, each once.
//
// One block at a time is read from the store and written: nothing is buffered here, however far behind the consumer is.
// A consumer that takes so long over one block that 1,024 new ones are sealed meanwhile is too slow: the stream ends
// with RESOURCE_EXHAUSTED when that block has gone out, and is cut off after another 1,024.
#pragma once

#include <grpcpp/grpcpp.h>

#include "node/serve/node_process.h"
#include "proto/call.pb.h"

namespace bsn {

grpc::ServerWriteReactor<v1::Block>* start_watch_blocks(NodeProcess& process, grpc::CallbackServerContext* context,
                                                        const v1::WatchBlocksRequest& request);

}  // namespace bsn
