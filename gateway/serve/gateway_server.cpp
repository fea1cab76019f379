#include "gateway/serve/gateway_server.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "gateway/gateway_spec_check.h"
#include "proto/codec.h"
#include "rpc/finish_call.h"
#include "rpc/stored_commission.h"

namespace bsn {
namespace {

// A client's message: 1,024 calls of ordinary size, or a few dozen of the largest.
constexpr int max_message_bytes = 16 * 1024 * 1024;

grpc::Status refuse(grpc::StatusCode code, const std::string& why) { return {code, why}; }

}  // namespace

Result<std::unique_ptr<GatewayServer>> GatewayServer::start(const GatewayOptions& options) {
  Result<DataDir> folder = DataDir::open(options.data_dir);
  if (!folder) return folder.error();
  Result<std::optional<GatewaySpec>> stored = read_commission<GatewaySpec>(*folder);
  if (!stored) return stored.error();
  if (*stored) {
    if (const auto wrong = check(**stored)) return Error{ErrorCode::corrupt, "the stored commission: " + *wrong};
  }
  std::unique_ptr<GatewayServer> gateway(new GatewayServer(std::move(*folder)));
  Result<std::unique_ptr<RpcServer>> server =
      RpcServer::start({options.listen, max_message_bytes}, {&gateway->service_, gateway.get()});
  if (!server) return server.error();
  const std::lock_guard lock(gateway->mutex_);
  gateway->server_ = std::move(*server);
  if (*stored && !gateway->shell_) gateway->set_to_work(**stored);
  return gateway;
}

GatewayServer::~GatewayServer() { stop({}); }

void GatewayServer::stop(Duration patience) {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(stopped_, true) || !server_) return;
  }
  server_->set_serving(false);
  if (shell_) shell_->drain(patience);
  server_->shut_down(milliseconds(100));
  shell_.reset();
}

void GatewayServer::set_to_work(const GatewaySpec& spec) {
  shell_ = std::make_unique<GatewayShell>(spec, [this] {
    spdlog::info("serving");
    server_->set_serving(true);
  });
  service_.serve(*shell_);
  spdlog::info("commissioned: {} cities, {} chains, {} projects", spec.cities.size(), spec.routes.size(),
               spec.projects.size());
}

grpc::Status GatewayServer::commission(const Context& context, const v1::CommissionGatewayRequest& request) {
  if (const auto refused = refuse_stranger(context)) return *refused;
  const Result<GatewaySpec> spec = decode(request);
  if (!spec) return refuse(grpc::StatusCode::INVALID_ARGUMENT, spec.error().message);
  if (const auto wrong = check(*spec)) return refuse(grpc::StatusCode::INVALID_ARGUMENT, *wrong);
  const std::lock_guard lock(mutex_);
  if (!server_ || stopped_) return refuse(grpc::StatusCode::UNAVAILABLE, "starting or stopping");
  if (shell_) return go_over(*spec);
  const Result<Done> stored = write_commission(folder_, *spec);
  if (!stored) return refuse(grpc::StatusCode::INTERNAL, stored.error().message);
  set_to_work(*spec);
  return grpc::Status::OK;
}

// Stored first: a gateway that dies on the way comes back as what it was to become.
grpc::Status GatewayServer::go_over(const GatewaySpec& spec) {
  const auto now = shell_->spec();
  if (spec.revision == 0) return refuse(grpc::StatusCode::FAILED_PRECONDITION, "already commissioned");
  if (spec.revision <= now->revision) return grpc::Status::OK;
  if (const auto wrong = check_next(*now, spec)) return refuse(grpc::StatusCode::FAILED_PRECONDITION, *wrong);
  const Result<Done> stored = write_commission(folder_, spec);
  if (!stored) return refuse(grpc::StatusCode::INTERNAL, stored.error().message);
  shell_->assign(spec);
  spdlog::info("assignment {}: {} chains", spec.revision, spec.routes.size());
  return grpc::Status::OK;
}

grpc::ServerUnaryReactor* GatewayServer::Commission(Context* context, const v1::CommissionGatewayRequest* request,
                                                    v1::CommissionResponse*) {
  return finish_call(*context, commission(*context, *request));
}

grpc::ServerUnaryReactor* GatewayServer::Counters(Context* context, const v1::CountersRequest*,
                                                  v1::CountersResponse* response) {
  if (const auto refused = refuse_stranger(*context)) return finish_call(*context, *refused);
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const std::lock_guard lock(mutex_);
  const bool running = shell_ && shell_->run([reactor, response, shell = shell_.get()](Instant) {
    const GatewayCounters& counters = shell->gateway().counters();
    response->set_calls(counters.calls);
    response->set_refused(counters.refused);
    response->set_attempts(counters.attempts);
    response->set_retries(counters.retries);
    for (const CitySpec& city : shell->gateway().spec().cities) {
      response->add_open_calls(shell->gateway().open_calls(city.index));
    }
    for (const RouteSpec& route : shell->gateway().spec().routes) {
      *response->add_routes() = encode(shell->gateway().use(route.index));
    }
    reactor->Finish(grpc::Status::OK);
  });
  if (!running) reactor->Finish(refuse(grpc::StatusCode::UNAVAILABLE, "not commissioned yet"));
  return reactor;
}

}  // namespace bsn
