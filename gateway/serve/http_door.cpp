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

bool HttpDoor::offers(const ChainName& chain) const {
  const GatewayShell* shell = shell_.load();
  if (!shell) return false;
  const auto spec = shell->spec();
  return std::any_of(spec->routes.begin(), spec->routes.end(),
                     [&](const RouteSpec& route) { return route.name == chain && route.state != RouteState::retired; });
}

std::optional<std::string> HttpDoor::project(std::string_view access_key) const {
  const GatewayShell* shell = shell_.load();
  if (!shell) return std::nullopt;
  const auto callers = shell->callers();
  const auto found = callers->registry().find(access_key, monotonic_now());
  return found ? std::optional(callers->registry().name(*found)) : std::nullopt;
}

std::vector<MacKey> HttpDoor::mac_keys(std::string_view project) const {
  const GatewayShell* shell = shell_.load();
  std::vector<MacKey> good;
  if (!shell) return good;
  const auto callers = shell->callers();
  const auto& projects = callers->accounts().projects;
  const auto named =
      std::find_if(projects.begin(), projects.end(), [&](const ProjectAccount& each) { return each.name == project; });
  if (named == projects.end()) return good;
  for (const AccessKey& key : named->keys) {
    if (key.kind == KeyKind::api || key.kind == KeyKind::ed25519) continue;
    const bool works =
        callers->registry().find_signer(key.kind, PublicKey{key.verifier.bytes}, monotonic_now()).has_value();
    if (works) good.push_back({key.kind, key.verifier});
  }
  return good;
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
