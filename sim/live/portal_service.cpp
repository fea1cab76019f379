#include "sim/live/portal_service.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "rpc/finish_call.h"
#include "sim/live/portal_messages.h"
#include "sim/service_report.h"

namespace bsn {
namespace {

const grpc::Status& too_much() {
  static const grpc::Status status(grpc::StatusCode::RESOURCE_EXHAUSTED, "too much is asked of the operator at once");
  return status;
}

// The newest service of this id, retired ones included, without what it used.
void fill(const Topology& topology, const std::string& id, v1::ServiceInfo& info) {
  for (const Service& service : topology.services) {
    if (service.id == id) info = encode(service_report(topology, service, {}, 0));
  }
  info.clear_use();
}

// A step that is decided but not handed out to everybody is told again by the operator: its caller sees a success.
grpc::Status take(ClusterOperator& the_operator, const ServiceStep& step, v1::ServiceInfo& info) {
  LiveCluster& cluster = the_operator.cluster();
  const std::uint64_t before = cluster.topology().revision;
  const Result<Done> done = cluster.take(step);
  spdlog::info("{} service {}: {}", to_string(step.kind), step.service, done ? "done" : done.error().message);
  if (!done && cluster.topology().revision == before) return refusal_status(done.error());
  fill(cluster.topology(), step.service, info);
  return grpc::Status::OK;
}

template <class Request>
grpc::ServerUnaryReactor* post(ClusterOperator& the_operator, grpc::CallbackServerContext* context,
                               const Request& request, v1::ServiceInfo* info) {
  if (const auto refused = refuse_stranger(*context)) return finish_call(*context, *refused);
  Result<ServiceStep> step = decode(request);
  if (!step) return finish_call(*context, refusal_status(step.error()));
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const bool accepted = the_operator.post(
      [=, step = std::move(*step)](ClusterOperator& at_work) { reactor->Finish(take(at_work, step, *info)); });
  if (!accepted) reactor->Finish(too_much());
  return reactor;
}

grpc::Status list(LiveCluster& cluster, v1::ListServicesResponse& response) {
  const auto services = cluster.services();
  if (!services) return refusal_status(services.error());
  for (const ServiceReport& service : *services) *response.add_services() = encode(service);
  return grpc::Status::OK;
}

}  // namespace

grpc::ServerUnaryReactor* PortalService::Deploy(grpc::CallbackServerContext* context,
                                                const v1::DeployServiceRequest* request, v1::ServiceInfo* info) {
  return post(operator_, context, *request, info);
}

grpc::ServerUnaryReactor* PortalService::ListServices(grpc::CallbackServerContext* context,
                                                      const v1::ListServicesRequest*,
                                                      v1::ListServicesResponse* response) {
  if (const auto refused = refuse_stranger(*context)) return finish_call(*context, *refused);
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const bool accepted =
      operator_.post([=](ClusterOperator& at_work) { reactor->Finish(list(at_work.cluster(), *response)); });
  if (!accepted) reactor->Finish(too_much());
  return reactor;
}

grpc::ServerUnaryReactor* PortalService::Upgrade(grpc::CallbackServerContext* context,
                                                 const v1::UpgradeServiceRequest* request, v1::ServiceInfo* info) {
  return post(operator_, context, *request, info);
}

grpc::ServerUnaryReactor* PortalService::Move(grpc::CallbackServerContext* context,
                                              const v1::MoveServiceRequest* request, v1::ServiceInfo* info) {
  return post(operator_, context, *request, info);
}

grpc::ServerUnaryReactor* PortalService::Retire(grpc::CallbackServerContext* context,
                                                const v1::RetireServiceRequest* request, v1::ServiceInfo* info) {
  return post(operator_, context, *request, info);
}

}  // namespace bsn
