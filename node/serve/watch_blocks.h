// A stream of one chain's final blocks: those stored, then every new one, in order, each once.
//
// Blocks are read from the store while less than 1 MiB waits for the consumer: no more is buffered, however far behind
// it is. A consumer that takes nothing while 1,024 new blocks are sealed is too slow: the stream ends with
// RESOURCE_EXHAUSTED. Threads: the loop's.
#pragma once

#include <memory>

#include "h2/call.h"
#include "node/serve/node_process.h"
#include "proto/call.pb.h"

namespace bsn {

// Returns who is to hear of the call's end; nullptr: it has ended.
std::shared_ptr<h2::CallHandler> start_watch_blocks(NodeProcess& process, h2::Call& stream,
                                                    const v1::WatchBlocksRequest& request);

}  // namespace bsn
