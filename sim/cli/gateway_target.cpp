#include "sim/cli/gateway_target.h"

#include <fstream>
#include <sstream>
#include <utility>

#include "sim/live/endpoints.h"

namespace bsn {
namespace {

Result<std::string> read_pem(const std::string& path) {
  if (path.empty()) return std::string();
  std::ifstream file(path);
  std::stringstream text;
  if (!file || !(text << file.rdbuf())) {
    return Error{ErrorCode::invalid_configuration, "can't read the PEM file " + path};
  }
  return text.str();
}

}  // namespace

Result<ChannelTls> read_tls(const GatewayOptions& options) {
  Result<std::string> ca = read_pem(options.tls_ca);
  if (!ca) return ca.error();
  Result<std::string> certificate = read_pem(options.tls_cert);
  if (!certificate) return certificate.error();
  Result<std::string> key = read_pem(options.tls_key);
  if (!key) return key.error();
  return ChannelTls{std::move(*ca), std::move(*certificate), std::move(*key)};
}

Result<GatewayTarget> find_gateway(const GatewayOptions& options) {
  Result<ChannelTls> tls = read_tls(options);
  if (!tls) return tls.error();
  GatewayTarget target{options.gateway, options.access_key, options.gateway_name, std::move(*tls)};
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
