// The methods of bsn.v1.CityNode (proto/city_node.proto). Threads: the loop's.
#pragma once

#include "h2/methods.h"
#include "node/serve/node_loop.h"
#include "node/serve/node_process.h"

namespace bsn {

// `process` and the loop on which it turns must outlive the server.
void add_city_node(h2::Methods& methods, NodeProcess& process, NodeLoop& on);

}  // namespace bsn
