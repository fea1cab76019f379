// The gateway's stream into a city node: batches of calls in, batches of answers out.
//
// What a turn of the node's machine answers leaves in as few messages as possible. Bounds: a message carries at most
// 4,096 answers or about 4 MiB; no further calls are read while more than 16 MiB of answers wait because the gateway
// does not read. Threads: the loop's.
#pragma once

#include "h2/methods.h"
#include "node/serve/node_process.h"

namespace bsn {

h2::Method call_batches(NodeProcess& process);

}  // namespace bsn
