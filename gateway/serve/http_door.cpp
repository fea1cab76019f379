#include "gateway/serve/http_door.h"

#include <algorithm>
#include <utility>

#include "gateway/serve/node_request.h"

namespace bsn {

std::optional<edge::NativeChain> HttpDoor::native(std::string_view netcode) const {
  const GatewayShell* shell = shell_.load();
  if (!shell || netcode.empty()) return std::nullopt;
  const auto spec = shell->spec();
  const auto found = std::find_if(spec->routes.begin(), spec->routes.end(), [&](const RouteSpec& route) {
    return route.native.netcode == netcode && route.state != RouteState::retired;
  });
  if (found == spec->routes.end()) return std::nullopt;
  return edge::NativeChain{found->name, found->native};
}

std::optional<std::string> HttpDoor::project(std::string_view access_key) const {
  const GatewayShell* shell = shell_.load();
  if (!shell) return std::nullopt;
  const auto callers = shell->callers();
  const auto found = callers->registry().find(access_key, monotonic_now());
  return found ? std::optional(callers->registry().name(*found)) : std::nullopt;
}

void HttpDoor::admit(const edge::Caller& caller, const ChainName& chain, Admitted done) const {
  GatewayShell* shell = shell_.load();
  const auto shared = std::make_shared<Admitted>(std::move(done));
  const bool asked = shell && shell->run([shell, caller, chain, shared](Instant now) {
    (*shared)(admit_request(*shell, now, {caller.access_key}, read_metadata(caller.metadata()), chain));
  });
  if (!asked) (*shared)(refusal(Status::unavailable, Reason::stopping, "the gateway is shutting down"));
}

}  // namespace bsn
