// How launchers, scenario runners and tests commission, inspect and disturb a city node: bsn.v1.NodeControl
// (proto/control.proto). Callers that are not on this machine's loopback interface are refused with PERMISSION_DENIED.
// Threads: the loop's.
#pragma once

#include "h2/methods.h"
#include "node/serve/node_process.h"

namespace bsn {

// `process` must outlive the server.
void add_node_control(h2::Methods& methods, NodeProcess& process);

}  // namespace bsn
