#include "sim/cli/gateway_target.h"

#include "sim/live/endpoints.h"

namespace bsn {

Result<GatewayTarget> find_gateway(const GatewayOptions& options) {
  GatewayTarget target{options.gateway, options.access_key, options.gateway_name};
  if (!target.address.empty() && !target.access_key.empty()) return target;
  const auto endpoints = read_endpoints(cluster_folder(options.name));
  if (!endpoints) return endpoints.error();
  const Endpoint& near = endpoints->gateway_near(options.origin);
  if (target.address.empty()) target.address = near.grpc;
  if (target.access_key.empty()) target.access_key = endpoints->access_key;
  if (target.name.empty()) target.name = endpoints->home_of(near);
  return target;
}

}  // namespace bsn
