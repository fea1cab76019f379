// The portal over gRPC (proto/portal.proto): decodes, posts to the operator, answers. Callers that are not on this
// machine's loopback interface are refused with PERMISSION_DENIED.
#pragma once

#include "proto/portal.grpc.pb.h"
#include "sim/live/cluster_operator.h"

namespace bsn {

class PortalService : public v1::Portal::CallbackService {
 public:
  // The operator must outlive the server.
  explicit PortalService(ClusterOperator& the_operator) : operator_(the_operator) {}

  grpc::ServerUnaryReactor* Deploy(grpc::CallbackServerContext* context, const v1::DeployServiceRequest* request,
                                   v1::ServiceInfo* info) override;
  grpc::ServerUnaryReactor* ListServices(grpc::CallbackServerContext* context, const v1::ListServicesRequest* request,
                                         v1::ListServicesResponse* response) override;
  grpc::ServerUnaryReactor* Upgrade(grpc::CallbackServerContext* context, const v1::UpgradeServiceRequest* request,
                                    v1::ServiceInfo* info) override;
  grpc::ServerUnaryReactor* Move(grpc::CallbackServerContext* context, const v1::MoveServiceRequest* request,
                                 v1::ServiceInfo* info) override;
  grpc::ServerUnaryReactor* Retire(grpc::CallbackServerContext* context, const v1::RetireServiceRequest* request,
                                   v1::ServiceInfo* info) override;

 private:
  ClusterOperator& operator_;
};

}  // namespace bsn
