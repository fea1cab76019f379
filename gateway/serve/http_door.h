// What the HTTP edge asks of a gateway, answered by its shell.
//
// Threads: any. Before there is a shell, nothing is offered and nobody is known.
#pragma once

#include <atomic>

#include "edge/gateway_door.h"
#include "gateway/serve/gateway_shell.h"

namespace bsn {

class HttpDoor final : public edge::GatewayDoor {
 public:
  // From now on this shell answers; it outlives the server's loops.
  void serve(GatewayShell& shell) { shell_.store(&shell); }

  std::optional<edge::NativeChain> native(std::string_view netcode) const override;
  bool offers(const ChainName& chain) const override;
  std::optional<std::string> project(std::string_view access_key) const override;
  std::vector<MacKey> mac_keys(std::string_view project) const override;
  void admit(const edge::Caller& caller, const ChainName& chain, Admitted done) const override;

 private:
  std::atomic<GatewayShell*> shell_{nullptr};
};

}  // namespace bsn
