#include "gateway/serve/gateway_service.h"

#include <optional>
#include <string>

#include "gateway/serve/block_watch.h"
#include "gateway/serve/call_stream.h"
#include "gateway/serve/directory.h"
#include "gateway/serve/received_call.h"
#include "gateway/serve/request_metadata.h"
#include "gateway/serve/transaction_lookup.h"
#include "gateway/serve/transfer_methods.h"
#include "rpc/reply_outcome.h"

namespace bsn {
namespace {

using Handler = std::shared_ptr<h2::CallHandler>;

Reply not_commissioned() {
  return refusal(Status::unavailable, Reason::no_healthy_peer, "the gateway has not been commissioned yet");
}

// Why this request about the network as a whole may not be answered; nullopt: it may.
std::optional<Reply> check_key(GatewayShell* shell, const h2::Call& call) {
  if (!shell) return not_commissioned();
  if (shell->callers()->know(read_metadata(call.metadata()).access_key, monotonic_now())) return std::nullopt;
  return refusal(Status::unauthenticated, Reason::unknown_key, "the access key is missing or not valid");
}

// Who asks about this chain.
Credentials credentials_of(GatewayShell& shell, const h2::Call& call, const v1::ChainName& chain,
                           const std::string& bytes) {
  RequestMetadata metadata = read_metadata(call.metadata());
  Credentials who{std::move(metadata.access_key), nullptr};
  if (!metadata.is_signed && call.vouched().empty()) return who;
  const std::string network = to_string(ChainName{chain.network(), chain.chain()});
  who.signature = shell.callers()->signer(call, {network, "", bytes}, monotonic_now());
  return who;
}

// Fills the response on the machine's thread, where the machine may be looked at.
template <class Response, class Fill>
void answer_on_loop(GatewayShell& shell, h2::Call& call, Fill fill) {
  const bool running = shell.run([call = call.shared_from_this(), fill](Instant now) {
    Response response;
    fill(now, response);
    answer_later(call, response);
  });
  if (!running) call.finish(outcome_of(refusal(Status::unavailable, Reason::stopping, "the gateway is shutting down")));
}

// A method for those with a key: calls function(shell, call, request).
template <class Request, class Function>
h2::Method keyed_method(const std::atomic<GatewayShell*>& current, Function function) {
  return unary_method<Request>([&current, function](h2::Call& call, const Request& request) -> Handler {
    GatewayShell* shell = current.load();
    if (const auto refused = check_key(shell, call)) {
      call.finish(outcome_of(*refused));
    } else {
      function(*shell, call, request);
    }
    return nullptr;
  });
}

// A method that a handler of its own carries out: Handler::start(shell, call, request).
template <class Request, class Work>
h2::Method worked_method(const std::atomic<GatewayShell*>& current) {
  return unary_method<Request>([&current](h2::Call& call, const Request& request, const std::string& bytes) -> Handler {
    GatewayShell* shell = current.load();
    if (shell) return Work::start(*shell, call, request, credentials_of(*shell, call, request.chain(), bytes));
    call.finish(outcome_of(not_commissioned()));
    return nullptr;
  });
}

}  // namespace

GatewayService::GatewayService(h2::Server& server, AccessLog* log) {
  for (std::size_t i = 0; i < server.loops(); ++i) {
    h2::Loop& loop = server.loop(i);
    samplers_.emplace(&loop, std::make_shared<AccessSampler>(log));
    const auto calls = std::make_shared<UnaryCalls>(loop, samplers_.at(&loop));
    unary_calls_.emplace(&loop, calls);
    loop.at_end_of_turn([calls] { calls->end_turn(); });
  }
  // Behind the gathering of calls, before the connections write.
  server.loop(0).at_end_of_turn([this] {
    if (GatewayShell* shell = shell_.load()) shell->turn();
  });
  h2::Methods& methods = server.methods();
  const std::string service = "/bsn.v1.Gateway/";
  methods.add(service + "Submit",
              unary_method<v1::SubmitRequest>([this](h2::Call& call, const auto& request, const auto& bytes) {
                return unary_call(call, request, bytes);
              }));
  methods.add(service + "Query",
              unary_method<v1::QueryRequest>([this](h2::Call& call, const auto& request, const auto& bytes) {
                return unary_call(call, request, bytes);
              }));
  methods.add(service + "Stream", h2::StreamStart([this](h2::Call& call) { return stream(call); }));
  methods.add(service + "GetTransaction", worked_method<v1::GetTransactionRequest, TransactionLookup>(shell_));
  methods.add(service + "WatchBlocks", worked_method<v1::WatchBlocksRequest, BlockWatch>(shell_));
  methods.add(service + "ListNetworks",
              keyed_method<v1::ListNetworksRequest>(shell_, [](GatewayShell& shell, h2::Call& call, const auto&) {
                v1::ListNetworksResponse response;
                list_networks(*shell.spec(), response);
                answer(call, response);
              }));
  methods.add(service + "ListCityNodes",
              keyed_method<v1::ListCityNodesRequest>(shell_, [](GatewayShell& shell, h2::Call& call, const auto&) {
                answer_on_loop<v1::ListCityNodesResponse>(shell, call, [&shell](Instant now, auto& response) {
                  list_city_nodes(shell.gateway(), now, response);
                });
              }));
  methods.add(service + "ExplainRoute",
              keyed_method<v1::ExplainRouteRequest>(shell_, [](GatewayShell& shell, h2::Call& call, const auto& asked) {
                const std::string key = read_metadata(call.metadata()).access_key;
                answer_on_loop<v1::ExplainRouteResponse>(shell, call,
                                                         [&shell, key, asked](Instant now, auto& response) {
                                                           explain_route(shell.gateway(), now, key, asked, response);
                                                         });
              }));
  add_transfer_methods(methods, shell_);
}

template <class Request>
Handler GatewayService::unary_call(h2::Call& call, const Request& request, const std::string& bytes) {
  GatewayShell* shell = shell_.load();
  if (!shell) {
    call.finish(outcome_of(not_commissioned()));
    return nullptr;
  }
  const std::shared_ptr<UnaryCalls>& calls = unary_calls_.at(&call.loop());
  calls->start(*shell, call, receive(request), bytes);
  return calls;
}

Handler GatewayService::stream(h2::Call& call) {
  GatewayShell* shell = shell_.load();
  if (shell) return CallStream::start(*shell, call, samplers_.at(&call.loop()));
  call.finish(outcome_of(not_commissioned()));
  return nullptr;
}

}  // namespace bsn
