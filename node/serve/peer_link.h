// The receiving end of a peer link: another city node's stream of messages to this one.
//
// Messages for a chain that is not hosted here, or through a closed gate, are dropped; a message that does not decode
// ends the stream with INVALID_ARGUMENT, so that a broken peer is seen. Threads: the loop's.
#pragma once

#include "h2/methods.h"
#include "node/serve/node_process.h"

namespace bsn {

h2::Method peer_link(NodeProcess& process);

}  // namespace bsn
