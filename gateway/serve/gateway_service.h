// The gRPC service bsn.v1.Gateway: decodes, hands on, finishes. What it serves is decided by the shell.
//
// Before the commission everything is answered UNAVAILABLE. Threads: the loops' of the HTTP/2 server.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>

#include "gateway/serve/gateway_shell.h"
#include "gateway/serve/unary_calls.h"
#include "h2/server.h"

namespace bsn {

class GatewayService {
 public:
  // Adds its methods to a server that has not started. `log`: as AccessSampler.
  GatewayService(h2::Server& server, AccessLog* log);

  // From now on requests go to this shell, and the server's first loop gives it its turns.
  void serve(GatewayShell& shell) {
    shell_.store(&shell);
    shell.wake();
  }

 private:
  using Handler = std::shared_ptr<h2::CallHandler>;

  template <class Request>
  Handler unary_call(h2::Call& call, const Request& request, const std::string& bytes);
  Handler stream(h2::Call& call);

  std::atomic<GatewayShell*> shell_{nullptr};
  // Of each loop; do not change once the server runs.
  std::map<const h2::Loop*, std::shared_ptr<UnaryCalls>> unary_calls_;
  std::map<const h2::Loop*, std::shared_ptr<AccessSampler>> samplers_;
};

}  // namespace bsn
