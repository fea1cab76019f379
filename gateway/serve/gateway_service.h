// The gRPC service bsn.v1.Gateway: decodes, hands on, finishes. What it serves is decided by the shell.
//
// Before the commission everything is answered UNAVAILABLE. Threads: gRPC's.
#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>

#include "gateway/serve/gateway_shell.h"
#include "proto/gateway.grpc.pb.h"

namespace bsn {

class GatewayService final : public v1::Gateway::CallbackService {
 public:
  // From now on requests go to this shell, which outlives the server.
  void serve(GatewayShell& shell) { shell_.store(&shell); }

 private:
  using Context = grpc::CallbackServerContext;
  using Unary = grpc::ServerUnaryReactor;

  Unary* Submit(Context* context, const v1::SubmitRequest* request, v1::Reply* reply) override;
  Unary* Query(Context* context, const v1::QueryRequest* request, v1::Reply* reply) override;
  grpc::ServerBidiReactor<v1::ClientCalls, v1::ClientReplies>* Stream(Context* context) override;
  Unary* GetTransaction(Context* context, const v1::GetTransactionRequest* request, v1::Reply* reply) override;
  grpc::ServerWriteReactor<v1::Block>* WatchBlocks(Context* context, const v1::WatchBlocksRequest* request) override;
  Unary* ListNetworks(Context* context, const v1::ListNetworksRequest*, v1::ListNetworksResponse* response) override;
  Unary* ListCityNodes(Context* context, const v1::ListCityNodesRequest*, v1::ListCityNodesResponse* response) override;
  Unary* ExplainRoute(Context* context, const v1::ExplainRouteRequest* request,
                      v1::ExplainRouteResponse* response) override;

  std::atomic<GatewayShell*> shell_{nullptr};
};

}  // namespace bsn
