// The receiving end of a peer link: another city node's stream of messages to this one.
//
// Messages for a chain that is not hosted here, or through a closed gate, are dropped; a message that does not decode
// ends the stream with INVALID_ARGUMENT, so that a broken peer is seen. One message is read at a time.
#pragma once

#include <grpcpp/grpcpp.h>

#include "node/serve/node_process.h"
#include "proto/city_node.pb.h"

namespace bsn {

grpc::ServerReadReactor<v1::PeerMessages>* start_peer_link(NodeProcess& process);

}  // namespace bsn
