#include "node/serve/city_node_service.h"

#include <utility>

#include "core/check.h"
#include "node/serve/call_batches.h"
#include "node/serve/peer_link.h"
#include "node/serve/unary_call.h"
#include "node/serve/watch_blocks.h"
#include "proto/codec.h"
#include "rpc/finish_call.h"
#include "rpc/refusal.h"

namespace bsn {
namespace {

Reply not_hosted(const ChainName& chain) {
  return refusal(Status::not_found, Reason::not_hosted, to_string(chain) + " is not hosted here");
}

Reply malformed(std::string what) { return refusal(Status::invalid_argument, Reason::malformed, std::move(what)); }

// What a GetBlock ends with: OK and the block, or why not.
Reply read_block(const NodeShell& shell, const v1::GetBlockRequest& request, v1::Block& block) {
  const Result<ChainName> name = decode(request.chain());
  if (!name) return malformed(name.error().message);
  const auto chain = shell.find_chain(*name);
  if (chain == nullptr) return not_hosted(*name);
  if (request.height() == 0) return malformed("height is missing; the first block has height 1");
  if (request.height() > shell.feed().tip(chain->index)) {
    return refusal(Status::not_found, Reason::none, "this peer has no final block of that height yet");
  }
  auto blocks = shell.store().blocks(chain->index, request.height(), 1, 0);
  if (!blocks) return refusal(Status::data_loss, Reason::none, blocks.error().message);
  BSN_CHECK(!blocks->empty(), "what is final was stored before");
  block = std::move(blocks->front());
  return {};
}

}  // namespace

grpc::ServerUnaryReactor* CityNodeService::Submit(grpc::CallbackServerContext* context,
                                                  const v1::SubmitRequest* request, v1::Reply* response) {
  return start_unary_call(process_, context, decode(*request), response);
}

grpc::ServerUnaryReactor* CityNodeService::Query(grpc::CallbackServerContext* context, const v1::QueryRequest* request,
                                                 v1::Reply* response) {
  return start_unary_call(process_, context, decode(*request), response);
}

grpc::ServerUnaryReactor* CityNodeService::GetTransaction(grpc::CallbackServerContext* context,
                                                          const v1::GetTransactionRequest* request,
                                                          v1::Reply* response) {
  const std::shared_ptr<NodeShell> shell = process_.shell();
  if (!shell) return refuse_call(*context, process_.refuse_without_shell());
  const Result<ChainName> chain = decode(request->chain());
  if (!chain) return refuse_call(*context, malformed(chain.error().message));
  const Result<Digest> transaction = decode_digest(request->transaction());
  if (!transaction || transaction->is_zero()) {
    return refuse_call(*context, malformed("transaction is not 32 bytes"));
  }
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const bool asked = shell->look([=, name = *chain, id = *transaction](const CityNode& node) {
    const Reply reply = node.find_transaction(name, id);
    *response = encode(reply);
    reactor->Finish(finish_status(*context, reply));
  });
  if (!asked) reactor->Finish(finish_status(*context, process_.refuse_without_shell()));
  return reactor;
}

grpc::ServerUnaryReactor* CityNodeService::GetBlock(grpc::CallbackServerContext* context,
                                                    const v1::GetBlockRequest* request, v1::Block* response) {
  const std::shared_ptr<NodeShell> shell = process_.shell();
  const Reply outcome = shell ? read_block(*shell, *request, *response) : process_.refuse_without_shell();
  return finish_call(*context, finish_status(*context, outcome));
}

grpc::ServerWriteReactor<v1::Block>* CityNodeService::WatchBlocks(grpc::CallbackServerContext* context,
                                                                  const v1::WatchBlocksRequest* request) {
  return start_watch_blocks(process_, context, *request);
}

grpc::ServerBidiReactor<v1::NodeCalls, v1::NodeAnswers>* CityNodeService::CallBatches(
    grpc::CallbackServerContext* context) {
  return start_call_batches(process_, context);
}

grpc::ServerReadReactor<v1::PeerMessages>* CityNodeService::PeerLink(grpc::CallbackServerContext*,
                                                                     v1::PeerLinkClosed*) {
  return start_peer_link(process_);
}

}  // namespace bsn
