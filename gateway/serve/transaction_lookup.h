// One GetTransaction: admitted as a call is, sent to the nearest healthy peer, its answer handed back.
//
// Threads: all steps after start() happen on the loop; gRPC's callbacks only post to it. Keeps itself alive until done.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>

#include "gateway/serve/node_request.h"
#include "proto/call.pb.h"

namespace bsn {

class TransactionLookup final : public grpc::ServerUnaryReactor {
 public:
  static grpc::ServerUnaryReactor* start(GatewayShell& shell, grpc::CallbackServerContext& context,
                                         const v1::GetTransactionRequest& request, v1::Reply& response);

 private:
  TransactionLookup(GatewayShell& shell, grpc::CallbackServerContext& context, const v1::GetTransactionRequest& request,
                    v1::Reply& response);

  void OnCancel() override;
  void OnDone() override { self_.reset(); }

  void route(Instant now);
  void ask();
  void answered(Instant now, const grpc::Status& status);
  void finish(const Reply& reply);

  GatewayShell& shell_;
  const std::shared_ptr<void> token_ = shell_.token();
  grpc::CallbackServerContext& context_;
  v1::Reply& response_;
  const v1::GetTransactionRequest request_;
  const RequestMetadata metadata_;
  const Instant deadline_;
  NodeChoice node_;
  grpc::ClientContext to_node_;
  v1::Reply from_node_;
  bool finished_ = false;
  std::shared_ptr<TransactionLookup> self_;
};

}  // namespace bsn
