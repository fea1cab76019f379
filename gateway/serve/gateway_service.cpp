#include "gateway/serve/gateway_service.h"

#include <optional>

#include "gateway/serve/block_watch.h"
#include "gateway/serve/call_stream.h"
#include "gateway/serve/directory.h"
#include "gateway/serve/received_call.h"
#include "gateway/serve/request_metadata.h"
#include "gateway/serve/transaction_lookup.h"
#include "gateway/serve/unary_call.h"
#include "rpc/finish_call.h"
#include "rpc/refusal.h"

namespace bsn {
namespace {

Reply not_commissioned() {
  return refusal(Status::unavailable, Reason::no_healthy_peer, "the gateway has not been commissioned yet");
}

// Streams that end before they begin.
class RefusedStream final : public grpc::ServerBidiReactor<v1::ClientCalls, v1::ClientReplies> {
 public:
  explicit RefusedStream(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};
class RefusedWatch final : public grpc::ServerWriteReactor<v1::Block> {
 public:
  explicit RefusedWatch(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

// Why this request about the network as a whole may not be answered; nullopt: it may.
std::optional<Reply> check_key(GatewayShell* shell, const grpc::ServerContextBase& context) {
  if (!shell) return not_commissioned();
  if (shell->projects().find(read_metadata(context).access_key)) return std::nullopt;
  return refusal(Status::unauthenticated, Reason::unknown_key, "the access key is missing or not valid");
}

// Fills the response on the loop's thread, where the machine may be looked at.
template <class Fill>
grpc::ServerUnaryReactor* answer_on_loop(GatewayShell& shell, grpc::CallbackServerContext& context, Fill fill) {
  grpc::ServerUnaryReactor* reactor = context.DefaultReactor();
  const bool running = shell.run([reactor, fill](Instant now) {
    fill(now);
    reactor->Finish(grpc::Status::OK);
  });
  if (!running) reactor->Finish(grpc::Status(grpc::StatusCode::UNAVAILABLE, "the gateway is shutting down"));
  return reactor;
}

}  // namespace

grpc::ServerUnaryReactor* GatewayService::Submit(Context* context, const v1::SubmitRequest* request, v1::Reply* reply) {
  GatewayShell* shell = shell_.load();
  return shell ? UnaryCall::start(*shell, *context, receive(*request), *reply)
               : refuse_call(*context, not_commissioned());
}

grpc::ServerUnaryReactor* GatewayService::Query(Context* context, const v1::QueryRequest* request, v1::Reply* reply) {
  GatewayShell* shell = shell_.load();
  return shell ? UnaryCall::start(*shell, *context, receive(*request), *reply)
               : refuse_call(*context, not_commissioned());
}

grpc::ServerBidiReactor<v1::ClientCalls, v1::ClientReplies>* GatewayService::Stream(Context* context) {
  GatewayShell* shell = shell_.load();
  if (!shell) return new RefusedStream(finish_status(*context, not_commissioned()));
  return CallStream::start(*shell, *context);
}

grpc::ServerUnaryReactor* GatewayService::GetTransaction(Context* context, const v1::GetTransactionRequest* request,
                                                         v1::Reply* reply) {
  GatewayShell* shell = shell_.load();
  return shell ? TransactionLookup::start(*shell, *context, *request, *reply)
               : refuse_call(*context, not_commissioned());
}

grpc::ServerWriteReactor<v1::Block>* GatewayService::WatchBlocks(Context* context,
                                                                 const v1::WatchBlocksRequest* request) {
  GatewayShell* shell = shell_.load();
  if (!shell) return new RefusedWatch(finish_status(*context, not_commissioned()));
  return BlockWatch::start(*shell, *context, *request);
}

grpc::ServerUnaryReactor* GatewayService::ListNetworks(Context* context, const v1::ListNetworksRequest*,
                                                       v1::ListNetworksResponse* response) {
  GatewayShell* shell = shell_.load();
  if (const auto refused = check_key(shell, *context)) return refuse_call(*context, *refused);
  list_networks(*shell->spec(), *response);
  return finish_call(*context, grpc::Status::OK);
}

grpc::ServerUnaryReactor* GatewayService::ListCityNodes(Context* context, const v1::ListCityNodesRequest*,
                                                        v1::ListCityNodesResponse* response) {
  GatewayShell* shell = shell_.load();
  if (const auto refused = check_key(shell, *context)) return refuse_call(*context, *refused);
  return answer_on_loop(*shell, *context,
                        [shell, response](Instant now) { list_city_nodes(shell->gateway(), now, *response); });
}

grpc::ServerUnaryReactor* GatewayService::ExplainRoute(Context* context, const v1::ExplainRouteRequest* request,
                                                       v1::ExplainRouteResponse* response) {
  GatewayShell* shell = shell_.load();
  if (const auto refused = check_key(shell, *context)) return refuse_call(*context, *refused);
  return answer_on_loop(*shell, *context, [shell, request, response](Instant now) {
    explain_route(shell->gateway(), now, *request, *response);
  });
}

}  // namespace bsn
