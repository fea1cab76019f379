// The gateway's stream into one city node, or into several that turn on one loop: batches of calls in, batches of
// answers out.
//
// What the machines of all its nodes answer in a turn leaves in as few messages as possible. Bounds: a message carries
// at most 4,096 answers or about 4 MiB; no further calls are read while more than 16 MiB of answers wait because the
// gateway does not read. Threads: the loop's.
#pragma once

#include "h2/methods.h"
#include "node/serve/node_loop.h"
#include "node/serve/node_process.h"

namespace bsn {

// Both as proto/city_node.proto has them. Node and loop outlive the server.
h2::Method call_batches(NodeProcess& node, NodeLoop& on);
h2::Method host_batches(NodeLoop& on);

}  // namespace bsn
