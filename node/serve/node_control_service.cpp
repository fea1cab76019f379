#include "node/serve/node_control_service.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>
#include <utility>

#include "h2/call.h"
#include "proto/codec.h"
#include "proto/control.pb.h"
#include "rpc/call_context.h"
#include "rpc/reply_outcome.h"

namespace bsn {
namespace {

using Handler = std::shared_ptr<h2::CallHandler>;

constexpr Duration longest_freeze = seconds(600);

Reply no(Status status, std::string why) { return refusal(status, Reason::none, std::move(why)); }

Reply not_commissioned() { return no(Status::failed_precondition, "not commissioned, or stopping"); }

Reply commission(NodeProcess& process, const v1::CommissionNodeRequest& request) {
  const Result<NodeSpec> spec = decode(request);
  if (!spec) return no(Status::invalid_argument, spec.error().message);
  const Result<Done> done = process.commission(*spec);
  if (done) return {};
  spdlog::error("not commissioned: {}", done.error().message);
  const bool refused =
      done.error().code == ErrorCode::already_running || done.error().code == ErrorCode::invalid_configuration;
  return no(refused ? Status::failed_precondition : Status::internal, done.error().message);
}

Reply freeze(NodeShell& shell, const v1::FreezeRequest& request) {
  if (!request.frozen()) {
    shell.resume();
    return {};
  }
  const Duration limit{request.max_ns()};
  if (limit.ns <= 0 || limit > longest_freeze) {
    return no(Status::invalid_argument, "max_ns is not between 1 ns and 10 minutes");
  }
  shell.freeze(limit);
  return {};
}

std::string city_name(const NodeSpec& spec, std::optional<CityIndex> city) {
  const auto found = std::find_if(spec.cities.begin(), spec.cities.end(),
                                  [&](const CitySpec& one) { return city && one.index == *city; });
  return found == spec.cities.end() ? std::string() : found->name;
}

void fill_digest(const CityNode& node, v1::DigestResponse& response) {
  for (const ChainSpec& chain : node.spec().chains) {
    const auto status = node.status(chain.index);
    if (!status) continue;
    v1::ChainDigest& one = *response.add_chains();
    *one.mutable_chain() = encode(chain.name);
    one.set_height(status->height);
    one.set_tip(encode(status->tip));
    one.set_state_root(encode(status->state_root));
    one.set_validator(status->validator);
    one.set_leader(city_name(node.spec(), status->leader));
    one.set_mempool_transactions(status->mempool_transactions);
    one.set_final_height(status->final_height);
    one.set_joined(status->joined);
    one.set_silent(status->silent);
    for (const ValidatorIndex seat : status->voters) one.add_voters(seat.value);
    one.set_final_block(encode(status->final_tip));
    one.set_reorganisations(status->reorganised.count);
    one.set_deepest_reorganisation(status->reorganised.deepest);
    one.set_own_blocks_undone(status->reorganised.own_undone);
  }
}

Reply fill_storage(const Store& store, const v1::StorageRequest& request, v1::StorageResponse& response) {
  if (request.chains_size() > WireLimits::chains) return no(Status::invalid_argument, "asks for too many chains");
  for (const std::uint32_t chain : request.chains()) {
    const Result<std::uint64_t> bytes = store.bytes({chain});
    if (!bytes) return no(Status::internal, bytes.error().message);
    response.add_bytes(*bytes);
  }
  return {};
}

// A method for callers on this machine: `function` fills the response or says why not.
template <class Request, class Response, class Function>
h2::Method control(Function function) {
  return unary_method<Request>([function](h2::Call& call, const Request& request) -> Handler {
    Response response;
    const Reply outcome = on_loopback(call)
                              ? function(request, response)
                              : no(Status::permission_denied, "control is for callers on this machine only");
    if (outcome.status == Status::ok) call.send(response.SerializeAsString());
    call.finish(outcome_of(outcome));
    return nullptr;
  });
}

// The same of a node that is at work.
template <class Request, class Response, class Function>
h2::Method control_of_shell(NodeProcess& process, Function function) {
  return control<Request, Response>([&process, function](const Request& request, Response& response) {
    const std::shared_ptr<NodeShell> shell = process.shell();
    return shell ? function(*shell, request, response) : not_commissioned();
  });
}

Reply gate(NodeShell& shell, const v1::GateLinksRequest& request) {
  std::set<CityIndex> closed;
  for (const std::uint32_t city : request.closed_cities()) closed.insert(CityIndex{city});
  shell.gate(std::move(closed));
  return {};
}

// The machine's turn comes after the request's: the call is kept until then.
Handler digest(const NodeProcess& process, h2::Call& call) {
  Reply wrong = not_commissioned();
  if (!on_loopback(call)) wrong = no(Status::permission_denied, "control is for callers on this machine only");
  const std::shared_ptr<NodeShell> shell = on_loopback(call) ? process.shell() : nullptr;
  const bool asked = shell && shell->look([kept = call.shared_from_this()](const CityNode& node) {
    v1::DigestResponse response;
    fill_digest(node, response);
    answer(*kept, response);
  });
  if (!asked) call.finish(outcome_of(wrong));
  return nullptr;
}

}  // namespace

void add_node_control(h2::Methods& methods, NodeProcess& process) {
  const std::string service = "/bsn.v1.NodeControl/";
  methods.add(service + "Commission",
              control<v1::CommissionNodeRequest, v1::CommissionResponse>(
                  [&process](const auto& request, auto&) { return commission(process, request); }));
  methods.add(service + "Freeze",
              control_of_shell<v1::FreezeRequest, v1::FreezeResponse>(
                  process, [](NodeShell& shell, const auto& request, auto&) { return freeze(shell, request); }));
  methods.add(service + "GateLinks",
              control_of_shell<v1::GateLinksRequest, v1::GateLinksResponse>(
                  process, [](NodeShell& shell, const auto& request, auto&) { return gate(shell, request); }));
  methods.add(service + "Storage", control_of_shell<v1::StorageRequest, v1::StorageResponse>(
                                       process, [](NodeShell& shell, const auto& request, auto& response) {
                                         return fill_storage(shell.store(), request, response);
                                       }));
  methods.add(service + "Digest", unary_method<v1::DigestRequest>(
                                      [&process](h2::Call& call, const auto&) { return digest(process, call); }));
}

}  // namespace bsn
