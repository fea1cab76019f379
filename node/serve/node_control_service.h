// How launchers, scenario runners and tests commission, inspect and disturb a city node. Callers that are not on this
// machine's loopback interface are refused with PERMISSION_DENIED.
#pragma once

#include "node/serve/node_process.h"
#include "proto/control.grpc.pb.h"

namespace bsn {

class NodeControlService : public v1::NodeControl::CallbackService {
 public:
  // `process` must outlive the server.
  explicit NodeControlService(NodeProcess& process) : process_(process) {}

  grpc::ServerUnaryReactor* Commission(grpc::CallbackServerContext* context, const v1::CommissionNodeRequest* request,
                                       v1::CommissionResponse* response) override;
  grpc::ServerUnaryReactor* Freeze(grpc::CallbackServerContext* context, const v1::FreezeRequest* request,
                                   v1::FreezeResponse* response) override;
  grpc::ServerUnaryReactor* GateLinks(grpc::CallbackServerContext* context, const v1::GateLinksRequest* request,
                                      v1::GateLinksResponse* response) override;
  grpc::ServerUnaryReactor* Digest(grpc::CallbackServerContext* context, const v1::DigestRequest* request,
                                   v1::DigestResponse* response) override;
  grpc::ServerUnaryReactor* Storage(grpc::CallbackServerContext* context, const v1::StorageRequest* request,
                                    v1::StorageResponse* response) override;

 private:
  NodeProcess& process_;
};

}  // namespace bsn
