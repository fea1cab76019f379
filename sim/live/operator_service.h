// The operator over gRPC (proto/operator.proto): decodes, posts to the operator, answers. Callers that are not on this
// machine's loopback interface are refused with PERMISSION_DENIED.
#pragma once

#include "proto/operator.grpc.pb.h"
#include "sim/live/cluster_operator.h"

namespace bsn {

class OperatorService : public v1::Operator::CallbackService {
 public:
  // The operator must outlive the server.
  explicit OperatorService(ClusterOperator& the_operator) : operator_(the_operator) {}

  grpc::ServerUnaryReactor* CommissionCity(grpc::CallbackServerContext* context, const v1::CityRequest* request,
                                           v1::CityReport* report) override;
  grpc::ServerUnaryReactor* DrainCity(grpc::CallbackServerContext* context, const v1::CityRequest* request,
                                      v1::CityReport* report) override;
  grpc::ServerUnaryReactor* LeaveCity(grpc::CallbackServerContext* context, const v1::CityRequest* request,
                                      v1::CityReport* report) override;
  grpc::ServerUnaryReactor* GetCity(grpc::CallbackServerContext* context, const v1::CityRequest* request,
                                    v1::CityReport* report) override;
  grpc::ServerUnaryReactor* ListCities(grpc::CallbackServerContext* context, const v1::ListCitiesRequest* request,
                                       v1::ListCitiesResponse* response) override;

 private:
  ClusterOperator& operator_;
};

}  // namespace bsn
