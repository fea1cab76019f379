// The methods of bsn.v1.Gateway about transfers between chains: Transfer, CallRemote, GetTransfer, WatchTransfer,
// QuoteRoute. They are made of the gateway's other methods, called with the caller's key; a look costs three reads.
//
// Threads: the loops' of the HTTP/2 server.
#pragma once

#include <atomic>

#include "gateway/serve/gateway_shell.h"
#include "h2/methods.h"

namespace bsn {

// `current`: the shell, once there is one. Both outlive the methods.
void add_transfer_methods(h2::Methods& methods, const std::atomic<GatewayShell*>& current);

}  // namespace bsn
