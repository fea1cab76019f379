// By which hubs value can go from one chain to another, and how long that is expected to take.
#pragma once

#include <optional>

#include "core/call.h"
#include "core/gateway_spec.h"
#include "proto/gateway.pb.h"

namespace bsn {

// The chain's route; nullptr: there is none, or it is retired.
const RouteSpec* find_route(const GatewaySpec& spec, const ChainName& chain);

// Why no packet can go from one to the other; nullopt: one can.
std::optional<Reply> why_no_way(const GatewaySpec& spec, const ChainName& source, const ChainName& destination);

// Every hub, the one by which it is received first at the front. `source` and `destination` are ends.
v1::QuoteRouteResponse quote_routes(const GatewaySpec& spec, const ChainName& source, const ChainName& destination);

}  // namespace bsn
