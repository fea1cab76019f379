#include "node/serve/city_node_service.h"

#include <utility>

#include "core/check.h"
#include "node/serve/call_batches.h"
#include "node/serve/peer_link.h"
#include "node/serve/unary_call.h"
#include "node/serve/watch_blocks.h"
#include "proto/city_node.pb.h"
#include "proto/codec.h"
#include "rpc/reply_outcome.h"

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

using Handler = std::shared_ptr<h2::CallHandler>;

// Ends the call with this reply.
Handler end(h2::Call& call, const Reply& reply) {
  call.finish(outcome_of(reply));
  return nullptr;
}

// The machine's turn comes after the request's: the call is kept until then.
Handler get_transaction(const NodeProcess& process, h2::Call& call, const v1::GetTransactionRequest& request) {
  const std::shared_ptr<NodeShell> shell = process.shell();
  if (!shell) return end(call, process.refuse_without_shell());
  const Result<ChainName> chain = decode(request.chain());
  if (!chain) return end(call, malformed(chain.error().message));
  const Result<Digest> transaction = decode_digest(request.transaction());
  if (!transaction || transaction->is_zero()) return end(call, malformed("transaction is not 32 bytes"));
  const bool asked =
      shell->look([kept = call.shared_from_this(), name = *chain, id = *transaction](const CityNode& node) {
        const Reply reply = node.find_transaction(name, id);
        if (reply.status == Status::ok) kept->send(encode(reply).SerializeAsString());
        kept->finish(outcome_of(reply));
      });
  if (!asked) return end(call, process.refuse_without_shell());
  return nullptr;
}

Handler get_block(const NodeProcess& process, h2::Call& call, const v1::GetBlockRequest& request) {
  const std::shared_ptr<NodeShell> shell = process.shell();
  v1::Block block;
  const Reply outcome = shell ? read_block(*shell, request, block) : process.refuse_without_shell();
  if (outcome.status == Status::ok) call.send(block.SerializeAsString());
  return end(call, outcome);
}

}  // namespace

void add_city_node(h2::Methods& methods, NodeProcess& process, NodeLoop& on) {
  const std::string service = "/bsn.v1.CityNode/";
  methods.add(service + "Submit", unary_method<v1::SubmitRequest>([&process](h2::Call& call, const auto& request) {
                return start_unary_call(process, call, decode(request));
              }));
  methods.add(service + "Query", unary_method<v1::QueryRequest>([&process](h2::Call& call, const auto& request) {
                return start_unary_call(process, call, decode(request));
              }));
  methods.add(service + "GetTransaction",
              unary_method<v1::GetTransactionRequest>(
                  [&process](h2::Call& call, const auto& request) { return get_transaction(process, call, request); }));
  methods.add(service + "GetBlock", unary_method<v1::GetBlockRequest>([&process](h2::Call& call, const auto& request) {
                return get_block(process, call, request);
              }));
  methods.add(service + "WatchBlocks",
              unary_method<v1::WatchBlocksRequest>([&process](h2::Call& call, const auto& request) {
                return start_watch_blocks(process, call, request);
              }));
  methods.add(service + "CallBatches", call_batches(process, on));
  methods.add(service + "HostBatches", host_batches(on));
  methods.add(service + "PeerLink", peer_link(process));
}

}  // namespace bsn
