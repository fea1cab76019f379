// The site of gRPC-Web for browsers (github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md): POST with content type
// application/grpc-web or application/grpc-web-text (base64), with or without "+proto".
//
// Serves the gateway's public services only. Those for callers on this machine stay with gRPC: a page in a browser on
// this machine would pass for one.
#pragma once

#include "edge/site.h"
#include "h2/methods.h"

namespace bsn::edge {

class GrpcWeb final : public Site {
 public:
  // `methods` outlive it.
  explicit GrpcWeb(const h2::Methods& methods) : methods_(methods) {}

  bool serve(const std::shared_ptr<Exchange>& exchange) override;

 private:
  const h2::Methods& methods_;
};

}  // namespace bsn::edge
