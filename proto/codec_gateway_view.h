// The view of a gateway's connections on the wire.
#pragma once

#include "core/gateway_view.h"
#include "core/result.h"
#include "proto/gateway_view.pb.h"

namespace bsn {

v1::GatewayView encode(const GatewayView& view);

// Error: corrupt, naming the field.
Result<GatewayView> decode(const v1::GatewayView& message);

}  // namespace bsn
