// What the gateway knows of the service network, as the messages that list it.
#pragma once

#include "gateway/gateway.h"
#include "proto/gateway.pb.h"

namespace bsn {

// Networks in the order in which their first chains stand in the spec.
void list_networks(const GatewaySpec& spec, v1::ListNetworksResponse& response);

// All cities, in the order of their index, with their health now.
void list_city_nodes(const Gateway& gateway, Instant now, v1::ListCityNodesResponse& response);

void explain_route(const Gateway& gateway, Instant now, const std::string& access_key,
                   const v1::ExplainRouteRequest& request, v1::ExplainRouteResponse& response);

}  // namespace bsn
