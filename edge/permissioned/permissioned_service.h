// The site of BSN's permissioned services: chains of the alliance networks, one for each service (DApp).
//
//   POST /api/{framework}/v1/node/{call}   a body with header, mac and body: see envelope.h
//   POST /api/app/getAppInfo               how a service is to be called; needs no mac
//
// (bsnbase.io 5-4-3; clients: github.com/BSNDA/PCNGateway-Go-SDK.) userCode is a project, appCode a chain of the
// framework's network. The mac is verified against the project's keys (`bsnsim key create PROJECT --pem FILE`); grants,
// quotas and routing are those of every call. Threads: the loop of the request's connection.
#pragma once

#include <memory>

#include "edge/gateway_door.h"
#include "edge/permissioned/framework.h"
#include "edge/site.h"
#include "h2/methods.h"

namespace bsn::edge {

class PermissionedService final : public Site {
 public:
  // Both outlive it.
  PermissionedService(const GatewayDoor& door, const h2::Methods& methods) : door_(door), methods_(methods) {}

  bool serve(const std::shared_ptr<Exchange>& exchange) override;

 private:
  void serve(const std::shared_ptr<Exchange>& exchange, const Framework& framework, const PermissionedCall& call) const;
  void app_info(const std::shared_ptr<Exchange>& exchange) const;

  const GatewayDoor& door_;
  const h2::Methods& methods_;
};

}  // namespace bsn::edge
