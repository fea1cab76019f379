// One GetTransaction: admitted as a call is, sent to the nearest healthy peer, its answer handed back.
//
// Threads: all steps after start() happen on the machine's loop; the client's call and the node's answer only post to
// it.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>

#include "gateway/serve/node_request.h"
#include "h2/call.h"
#include "proto/call.pb.h"

namespace bsn {

class TransactionLookup final : public h2::CallHandler, public std::enable_shared_from_this<TransactionLookup> {
 public:
  static std::shared_ptr<h2::CallHandler> start(GatewayShell& shell, h2::Call& call,
                                                const v1::GetTransactionRequest& request, Credentials who);

  TransactionLookup(GatewayShell& shell, h2::Call& call, const v1::GetTransactionRequest& request, Credentials who);

  void on_cancel(h2::Call&) override;

 private:
  void route(Instant now);
  void ask();
  void answered(Instant now, const grpc::Status& status);
  void finish(const Reply& reply);

  GatewayShell& shell_;
  const std::shared_ptr<void> token_ = shell_.token();
  const std::shared_ptr<h2::Call> call_;
  const v1::GetTransactionRequest request_;
  const RequestMetadata metadata_;
  const Credentials who_;
  const Instant deadline_;
  NodeChoice node_;
  grpc::ClientContext to_node_;
  v1::Reply from_node_;
  bool finished_ = false;
};

}  // namespace bsn
