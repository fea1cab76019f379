// What a gRPC call learns of the HTTP request that brought it: its headers as metadata, its deadline, its peer.
#pragma once

#include <string>

#include "core/result.h"
#include "edge/carried_call.h"
#include "edge/exchange.h"

namespace bsn::edge {

// The deadline stands in `x-bsn-timeout` ("5 s", "250ms") or, as with gRPC-Web, in `grpc-timeout` ("5S"). Error: it
// can't be read.
Result<CarriedCall::Head> head_of(const Exchange& exchange);

}  // namespace bsn::edge
