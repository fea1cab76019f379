// One Submit or Query over unary gRPC: a batch of one call whose answer ends the request.
//
// Threads: made on gRPC's thread, finished by the loop. Keeps itself alive until gRPC is done with it.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "gateway/serve/gateway_shell.h"
#include "gateway/serve/received_call.h"
#include "proto/call.pb.h"

namespace bsn {

class UnaryCall final : public grpc::ServerUnaryReactor, public ReplySink {
 public:
  static grpc::ServerUnaryReactor* start(GatewayShell& shell, grpc::CallbackServerContext& context, ReceivedCall call,
                                         v1::Reply& response);

  void deliver(std::uint64_t client_id, const Reply& reply) override;
  void flush() override {}
  void abandoned() override;

 private:
  UnaryCall(GatewayShell& shell, grpc::CallbackServerContext& context, v1::Reply& response)
      : shell_(shell), context_(context), response_(response) {}

  void OnCancel() override { shell_.gone(self_); }
  void OnDone() override { self_.reset(); }

  GatewayShell& shell_;
  grpc::CallbackServerContext& context_;
  v1::Reply& response_;
  std::string wrong_;  // what is wrong with the call's form, if anything
  bool finished_ = false;
  std::shared_ptr<UnaryCall> self_;
};

}  // namespace bsn
