// Plain HTTP over HTTP/2: requests that come to a gRPC server and are none are served by the same sites as those of
// HTTP/1.1. What differs: no WebSockets, and no leave for pages of other origins, because what listens there also
// serves methods that are for this machine only.
#pragma once

#include "edge/sites.h"
#include "h2/plain_call.h"

namespace bsn::edge {

// For h2::Server::serve_plain. `sites` outlive the turns of the server's loops.
h2::PlainStart serve_over_h2(const Sites& sites);

}  // namespace bsn::edge
