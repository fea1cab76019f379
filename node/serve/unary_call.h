// One Submit or Query by itself, from its arrival to its end. Threads: the loop's.
#pragma once

#include <memory>

#include "core/result.h"
#include "h2/call.h"
#include "node/serve/node_process.h"

namespace bsn {

// Hands the call to the node and ends it with the node's answer; one that could not be decoded is refused with
// INVALID_ARGUMENT. A caller that goes away, or whose deadline passes, cancels the call. Returns who is to hear of the
// call's end; nullptr: it has ended.
std::shared_ptr<h2::CallHandler> start_unary_call(NodeProcess& process, h2::Call& stream, Result<Call> call);

}  // namespace bsn
