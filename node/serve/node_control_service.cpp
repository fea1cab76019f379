#include "node/serve/node_control_service.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>
#include <utility>

#include "proto/codec.h"
#include "rpc/finish_call.h"

namespace bsn {
namespace {

using grpc::StatusCode;

constexpr Duration longest_freeze = seconds(600);

const grpc::Status& not_commissioned() {
  static const grpc::Status status(StatusCode::FAILED_PRECONDITION, "not commissioned, or stopping");
  return status;
}

grpc::Status commission(NodeProcess& process, const v1::CommissionNodeRequest& request) {
  const Result<NodeSpec> spec = decode(request);
  if (!spec) return {StatusCode::INVALID_ARGUMENT, spec.error().message};
  const Result<Done> done = process.commission(*spec);
  if (done) return grpc::Status::OK;
  spdlog::error("not commissioned: {}", done.error().message);
  const bool refused =
      done.error().code == ErrorCode::already_running || done.error().code == ErrorCode::invalid_configuration;
  return {refused ? StatusCode::FAILED_PRECONDITION : StatusCode::INTERNAL, done.error().message};
}

grpc::Status freeze(NodeShell& shell, const v1::FreezeRequest& request) {
  if (!request.frozen()) {
    shell.resume();
    return grpc::Status::OK;
  }
  const Duration limit{request.max_ns()};
  if (limit.ns <= 0 || limit > longest_freeze) {
    return {StatusCode::INVALID_ARGUMENT, "max_ns is not between 1 ns and 10 minutes"};
  }
  shell.freeze(limit);
  return grpc::Status::OK;
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

grpc::Status fill_storage(const Store& store, const v1::StorageRequest& request, v1::StorageResponse& response) {
  if (request.chains_size() > WireLimits::chains) return {StatusCode::INVALID_ARGUMENT, "asks for too many chains"};
  for (const std::uint32_t chain : request.chains()) {
    const Result<std::uint64_t> bytes = store.bytes({chain});
    if (!bytes) return {StatusCode::INTERNAL, bytes.error().message};
    response.add_bytes(*bytes);
  }
  return grpc::Status::OK;
}

}  // namespace

grpc::ServerUnaryReactor* NodeControlService::Commission(grpc::CallbackServerContext* context,
                                                         const v1::CommissionNodeRequest* request,
                                                         v1::CommissionResponse*) {
  if (const auto refused = refuse_stranger(*context)) return finish_call(*context, *refused);
  return finish_call(*context, commission(process_, *request));
}

grpc::ServerUnaryReactor* NodeControlService::Freeze(grpc::CallbackServerContext* context,
                                                     const v1::FreezeRequest* request, v1::FreezeResponse*) {
  if (const auto refused = refuse_stranger(*context)) return finish_call(*context, *refused);
  const std::shared_ptr<NodeShell> shell = process_.shell();
  return finish_call(*context, shell ? freeze(*shell, *request) : not_commissioned());
}

grpc::ServerUnaryReactor* NodeControlService::GateLinks(grpc::CallbackServerContext* context,
                                                        const v1::GateLinksRequest* request, v1::GateLinksResponse*) {
  if (const auto refused = refuse_stranger(*context)) return finish_call(*context, *refused);
  const std::shared_ptr<NodeShell> shell = process_.shell();
  if (!shell) return finish_call(*context, not_commissioned());
  std::set<CityIndex> closed;
  for (const std::uint32_t city : request->closed_cities()) closed.insert(CityIndex{city});
  shell->gate(std::move(closed));
  return finish_call(*context, grpc::Status::OK);
}

grpc::ServerUnaryReactor* NodeControlService::Digest(grpc::CallbackServerContext* context, const v1::DigestRequest*,
                                                     v1::DigestResponse* response) {
  if (const auto refused = refuse_stranger(*context)) return finish_call(*context, *refused);
  const std::shared_ptr<NodeShell> shell = process_.shell();
  if (!shell) return finish_call(*context, not_commissioned());
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const bool asked = shell->look([=](const CityNode& node) {
    fill_digest(node, *response);
    reactor->Finish(grpc::Status::OK);
  });
  if (!asked) reactor->Finish(not_commissioned());
  return reactor;
}

grpc::ServerUnaryReactor* NodeControlService::Storage(grpc::CallbackServerContext* context,
                                                      const v1::StorageRequest* request,
                                                      v1::StorageResponse* response) {
  if (const auto refused = refuse_stranger(*context)) return finish_call(*context, *refused);
  const std::shared_ptr<NodeShell> shell = process_.shell();
  return finish_call(*context, shell ? fill_storage(shell->store(), *request, *response) : not_commissioned());
}

}  // namespace bsn
