// The site of BSN's permissionless services: chains offered in the language of the network that they simulate.
//
//   POST /api/{project}/{netcode}/rpc          the access key in header x-api-key
//   WebSocket /api/{project}/{key}/{netcode}/  the access key in the path, or in the header when its segment is empty
//
// (bsnbase.io, permissionless services 7-4-1 and 7-4-2.) `project` is the key's project. Which netcodes there are and
// what they speak stands in the gateway's assignment; dialects are made when first asked for, and live on the first
// loop.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "edge/dialect.h"
#include "edge/site.h"

namespace bsn::edge {

class PublicService final : public Site {
 public:
  // All outlive it.
  PublicService(const GatewayDoor& door, const h2::Methods& methods, h2::Loop& home)
      : door_(door), methods_(methods), home_(home) {}

  bool serve(const std::shared_ptr<Exchange>& exchange) override;
  std::shared_ptr<SocketHandler> open(const HttpRequest& request, h2::Loop& loop) override;
  void drain() override;

 private:
  class Socket;

  // On the home loop. nullptr: shutting down.
  Dialect* dialect(const NativeChain& chain);

  const GatewayDoor& door_;
  const h2::Methods& methods_;
  h2::Loop& home_;
  std::map<std::string, std::unique_ptr<Dialect>> dialects_;  // by netcode
  bool draining_ = false;
};

}  // namespace bsn::edge
