// A whole gateway process but for main: the gRPC server with its services, and, once commissioned, the shell behind
// them.
//
// Health is SERVING once it is commissioned and every city node has been reached or found unreachable.
// Threads: public functions from one thread (main's, a test's); the services are called on gRPC's.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <mutex>
#include <string>

#include "gateway/serve/gateway_service.h"
#include "proto/control.grpc.pb.h"
#include "rpc/data_dir.h"
#include "rpc/server.h"

namespace bsn {

struct GatewayOptions {
  std::string listen = "127.0.0.1:0";
  std::string data_dir;
};

class GatewayServer final : private v1::GatewayControl::CallbackService {
 public:
  // Serves, commissioned if the folder holds a commission. Errors: those of DataDir and RpcServer.
  static Result<std::unique_ptr<GatewayServer>> start(const GatewayOptions& options);

  // stop() with no patience, unless it has been stopped.
  ~GatewayServer() override;

  const std::string& address() const { return server_->address(); }

  // Refuses new calls, lets open ones end for at most `patience`, then ends everything. Idempotent.
  void stop(Duration patience);

 private:
  using Context = grpc::CallbackServerContext;

  explicit GatewayServer(DataDir folder) : folder_(std::move(folder)) {}

  grpc::ServerUnaryReactor* Commission(Context* context, const v1::CommissionGatewayRequest* request,
                                       v1::CommissionResponse*) override;
  grpc::ServerUnaryReactor* Counters(Context* context, const v1::CountersRequest*,
                                     v1::CountersResponse* response) override;

  grpc::Status commission(const Context& context, const v1::CommissionGatewayRequest& request);
  void set_to_work(const GatewaySpec& spec);      // mutex_ is held, as by the next
  grpc::Status go_over(const GatewaySpec& spec);  // to another assignment

  DataDir folder_;
  GatewayService service_;
  std::mutex mutex_;  // guards shell_ and stopped_
  std::unique_ptr<GatewayShell> shell_;
  bool stopped_ = false;
  std::unique_ptr<RpcServer> server_;
};

}  // namespace bsn
