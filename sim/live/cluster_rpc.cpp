#include "sim/live/cluster_rpc.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <iterator>
#include <mutex>
#include <utility>

#include "proto/city_node.grpc.pb.h"
#include "proto/codec.h"
#include "proto/control.grpc.pb.h"
#include "proto/gateway.grpc.pb.h"
#include "proto/health.grpc.pb.h"
#include "rpc/channel.h"

namespace bsn {
namespace {

namespace health = grpc::health::v1;
using Deadline = std::chrono::system_clock::time_point;

Deadline after(Duration limit) { return std::chrono::system_clock::now() + std::chrono::nanoseconds(limit.ns); }

Error failure(const std::string& address, const grpc::Status& status) {
  return {ErrorCode::unavailable, address + ": " + status.error_message()};
}

// How often a wait asks whether to give up.
constexpr std::chrono::milliseconds give_up_interval{100};

// Counts calls that are under way.
class Outstanding {
 public:
  void begin() {
    const std::lock_guard lock(mutex_);
    ++open_;
  }
  void end() {
    const std::lock_guard lock(mutex_);
    if (--open_ == 0) all_done_.notify_all();
  }
  // True: all have ended. False: `interval` is over.
  bool wait_for(std::chrono::milliseconds interval) {
    std::unique_lock lock(mutex_);
    return all_done_.wait_for(lock, interval, [this] { return open_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable all_done_;
  int open_ = 0;
};

// Waits for all calls; when told to give up, cancels them and waits for their end.
template <class Calls>
Result<Done> wait_for_all(Outstanding& outstanding, Calls& calls, const ClusterRpc::GiveUp& give_up) {
  Result<Done> result = Done{};
  while (!outstanding.wait_for(give_up_interval)) {
    if (!result) continue;
    result = give_up();
    if (result) continue;
    for (auto& call : calls) call->context.TryCancel();
  }
  return result;
}

// One unary call under way: everything it needs must live until it has ended.
template <class Request, class Response>
struct Pending {
  std::string address;
  grpc::ClientContext context;
  Request request;
  Response response;
  grpc::Status status;
};

// Watches the standard health service of one process until it says SERVING. Watch tells every change, so nothing is
// polled.
class HealthWatch : public grpc::ClientReadReactor<health::HealthCheckResponse> {
 public:
  HealthWatch(std::string address, const std::shared_ptr<grpc::Channel>& channel, Deadline deadline,
              Outstanding& outstanding)
      : address_(std::move(address)), stub_(health::Health::NewStub(channel)), outstanding_(outstanding) {
    context.set_deadline(deadline);
    context.set_wait_for_ready(true);
    stub_->async()->Watch(&context, &request_, this);
    StartRead(&response_);
    StartCall();
  }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    if (response_.status() == health::HealthCheckResponse::SERVING) {
      serving_ = true;
      context.TryCancel();
    } else {
      StartRead(&response_);
    }
  }
  void OnDone(const grpc::Status&) override { outstanding_.end(); }

  // After OnDone.
  const std::string& address() const { return address_; }
  bool serving() const { return serving_; }

  grpc::ClientContext context;

 private:
  std::string address_;
  std::unique_ptr<health::Health::Stub> stub_;
  Outstanding& outstanding_;
  health::HealthCheckRequest request_;
  health::HealthCheckResponse response_;
  bool serving_ = false;
};

}  // namespace

struct ClusterRpc::Impl {
  GiveUp give_up = [] { return Result<Done>(Done{}); };
  std::map<std::string, std::shared_ptr<grpc::Channel>> channels;

  std::shared_ptr<grpc::Channel> channel(const std::string& address) {
    auto& channel = channels[address];
    if (!channel) channel = open_channel(address);
    return channel;
  }

  // Sends all requests at once and waits for every answer. `start` begins one call: (pending, when_done).
  template <class Request, class Response, class Start>
  Result<Done> ask_all(std::vector<std::unique_ptr<Pending<Request, Response>>>& calls, Duration limit,
                       const Start& start) {
    Outstanding outstanding;
    for (auto& call : calls) {
      call->context.set_deadline(after(limit));
      call->context.set_wait_for_ready(true);
      outstanding.begin();
      Pending<Request, Response>* one = call.get();
      start(*one, [one, &outstanding](grpc::Status status) {
        one->status = std::move(status);
        outstanding.end();
      });
    }
    return wait_for_all(outstanding, calls, give_up);
  }
};

ClusterRpc::ClusterRpc() : impl_(std::make_unique<Impl>()) {}
ClusterRpc::~ClusterRpc() = default;

void ClusterRpc::give_up_when(GiveUp give_up) { impl_->give_up = std::move(give_up); }

Result<Done> ClusterRpc::commission_nodes(const std::map<std::string, NodeSpec>& specs, Duration limit) {
  using Commission = Pending<v1::CommissionNodeRequest, v1::CommissionResponse>;
  std::vector<std::unique_ptr<Commission>> calls;
  std::vector<std::unique_ptr<v1::NodeControl::Stub>> stubs;
  for (const auto& [address, spec] : specs) {
    calls.push_back(std::make_unique<Commission>());
    calls.back()->address = address;
    calls.back()->request = encode(spec);
  }
  const auto asked = impl_->ask_all(calls, limit, [&](Commission& call, auto when_done) {
    stubs.push_back(v1::NodeControl::NewStub(impl_->channel(call.address)));
    stubs.back()->async()->Commission(&call.context, &call.request, &call.response, when_done);
  });
  if (!asked) return asked;
  for (const auto& call : calls) {
    if (!call->status.ok()) return failure(call->address, call->status);
  }
  return Done{};
}

Result<Done> ClusterRpc::commission_gateway(const std::string& address, const GatewaySpec& spec, Duration limit) {
  grpc::ClientContext context;
  context.set_deadline(after(limit));
  context.set_wait_for_ready(true);
  v1::CommissionResponse response;
  const auto stub = v1::GatewayControl::NewStub(impl_->channel(address));
  const grpc::Status status = stub->Commission(&context, encode(spec), &response);
  if (!status.ok()) return failure(address, status);
  return Done{};
}

Result<Done> ClusterRpc::wait_until_serving(const std::vector<std::string>& addresses, Duration limit) {
  std::vector<std::unique_ptr<HealthWatch>> watches;
  Outstanding outstanding;
  for (const std::string& address : addresses) {
    outstanding.begin();
    watches.push_back(std::make_unique<HealthWatch>(address, impl_->channel(address), after(limit), outstanding));
  }
  if (auto waited = wait_for_all(outstanding, watches, impl_->give_up); !waited) return waited;
  for (const auto& watch : watches) {
    if (watch->serving()) continue;
    return Error{ErrorCode::unavailable, watch->address() + " was not healthy after " + to_string(limit)};
  }
  return Done{};
}

namespace {

std::vector<ChainDigest> decode_digests(const v1::DigestResponse& response) {
  std::vector<ChainDigest> chains;
  for (const v1::ChainDigest& one : response.chains()) {
    const Result<Digest> final_block = decode_digest(one.final_block());
    chains.push_back({{one.chain().network(), one.chain().chain()},
                      one.height(),
                      one.validator(),
                      one.leader(),
                      one.mempool_transactions(),
                      one.final_height(),
                      final_block ? *final_block : Digest{},
                      one.reorganisations(),
                      one.deepest_reorganisation(),
                      one.own_blocks_undone(),
                      one.joined(),
                      one.silent(),
                      {}});
    for (const std::uint32_t seat : one.voters()) chains.back().voters.push_back({seat});
  }
  return chains;
}

}  // namespace

std::map<std::string, std::vector<ChainDigest>> ClusterRpc::digests(const std::vector<std::string>& addresses,
                                                                    Duration limit) {
  using Asked = Pending<v1::DigestRequest, v1::DigestResponse>;
  std::vector<std::unique_ptr<Asked>> calls;
  std::vector<std::unique_ptr<v1::NodeControl::Stub>> stubs;
  for (const std::string& address : addresses) {
    calls.push_back(std::make_unique<Asked>());
    calls.back()->address = address;
  }
  const auto asked = impl_->ask_all(calls, limit, [&](Asked& call, auto when_done) {
    stubs.push_back(v1::NodeControl::NewStub(impl_->channel(call.address)));
    stubs.back()->async()->Digest(&call.context, &call.request, &call.response, when_done);
  });
  std::map<std::string, std::vector<ChainDigest>> digests;
  if (!asked) return digests;
  for (const auto& call : calls) {
    if (call->status.ok()) digests[call->address] = decode_digests(call->response);
  }
  return digests;
}

Result<std::vector<ChainDigest>> ClusterRpc::digest(const std::string& address, Duration limit) {
  auto found = digests({address}, limit);
  if (found.empty()) return Error{ErrorCode::unavailable, address + " does not answer"};
  return std::move(found.begin()->second);
}

Result<Done> ClusterRpc::gate_links(const std::string& address, const std::vector<CityIndex>& closed, Duration limit) {
  grpc::ClientContext context;
  context.set_deadline(after(limit));
  v1::GateLinksRequest request;
  for (const CityIndex city : closed) request.add_closed_cities(city.value);
  v1::GateLinksResponse response;
  const auto stub = v1::NodeControl::NewStub(impl_->channel(address));
  const grpc::Status status = stub->GateLinks(&context, request, &response);
  if (!status.ok()) return failure(address, status);
  return Done{};
}

Result<std::vector<BlockPtr>> ClusterRpc::blocks(const std::string& address, const ChainName& chain, Height tip,
                                                 Duration limit) {
  std::vector<BlockPtr> blocks;
  if (tip == 0) return blocks;
  grpc::ClientContext context;
  context.set_deadline(after(limit));
  v1::WatchBlocksRequest request;
  request.mutable_chain()->set_network(chain.network);
  request.mutable_chain()->set_chain(chain.chain);
  request.set_from_height(1);
  const auto stub = v1::CityNode::NewStub(impl_->channel(address));
  const auto reader = stub->WatchBlocks(&context, request);
  v1::Block message;
  while (blocks.size() < tip && reader->Read(&message)) {
    Result<BlockPtr> block = decode_block(message, chain);
    if (!block) return block.error();
    blocks.push_back(std::move(*block));
  }
  context.TryCancel();
  const grpc::Status status = reader->Finish();
  if (blocks.size() < tip) return failure(address, status);
  return blocks;
}

Result<std::vector<CityHealth>> ClusterRpc::list_city_nodes(const std::string& gateway, const std::string& access_key,
                                                            Duration limit) {
  grpc::ClientContext context;
  context.set_deadline(after(limit));
  context.AddMetadata("x-api-key", access_key);
  v1::ListCityNodesResponse response;
  const auto stub = v1::Gateway::NewStub(impl_->channel(gateway));
  const grpc::Status status = stub->ListCityNodes(&context, v1::ListCityNodesRequest(), &response);
  if (!status.ok()) return failure(gateway, status);
  std::vector<CityHealth> cities;
  for (const v1::CityNodeInfo& city : response.cities()) {
    cities.push_back({city.city(), city.state(), city.healthy()});
  }
  return cities;
}

namespace {

void add(const RouteUse& more, RouteUse& to) {
  to.calls += more.calls;
  to.over_capacity += more.over_capacity;
  to.bytes_in += more.bytes_in;
  to.bytes_out += more.bytes_out;
  std::vector<CityIndex> busy;
  std::set_union(to.busy.begin(), to.busy.end(), more.busy.begin(), more.busy.end(), std::back_inserter(busy));
  to.busy = std::move(busy);
}

void add(const GatewayPace& more, GatewayPace& to) {
  if (to.routes.size() < more.routes.size()) to.routes.resize(more.routes.size());
  for (std::size_t n = 0; n < more.routes.size(); ++n) {
    RoutePace& route = to.routes[n];
    route.chain = more.routes[n].chain;
    route.succeeded += more.routes[n].succeeded;
    route.failed += more.routes[n].failed;
    for (std::size_t i = 0; i < route.took.size(); ++i) route.took[i] += more.routes[n].took[i];
  }
  if (to.cities.size() < more.cities.size()) to.cities.resize(more.cities.size());
  for (std::size_t n = 0; n < more.cities.size(); ++n) {
    to.cities[n] = {more.cities[n].city, std::max(to.cities[n].lag, more.cities[n].lag)};
  }
}

void add(const GatewayCounts& more, GatewayCounts& to) {
  to.calls += more.calls;
  to.refused += more.refused;
  to.attempts += more.attempts;
  to.retries += more.retries;
  to.hedges += more.hedges;
  to.compares += more.compares;
  to.open_calls.resize(std::max(to.open_calls.size(), more.open_calls.size()));
  for (std::size_t n = 0; n < more.open_calls.size(); ++n) to.open_calls[n] += more.open_calls[n];
  to.routes.resize(std::max(to.routes.size(), more.routes.size()));
  for (std::size_t n = 0; n < more.routes.size(); ++n) add(more.routes[n], to.routes[n]);
  add(more.pace, to.pace);
}

Result<GatewayCounts> decode_counts(const v1::CountersResponse& response) {
  GatewayCounts counts{response.calls(),
                       response.refused(),
                       response.attempts(),
                       response.retries(),
                       response.hedges(),
                       response.compares(),
                       {response.open_calls().begin(), response.open_calls().end()},
                       {},
                       {}};
  for (const v1::RouteUse& one : response.routes()) {
    Result<RouteUse> use = decode(one);
    if (!use) return use.error();
    counts.routes.push_back(std::move(*use));
  }
  Result<GatewayPace> pace = decode(response.pace());
  if (!pace) return pace.error();
  counts.pace = std::move(*pace);
  return counts;
}

}  // namespace

Result<GatewayCounts> ClusterRpc::counters(const std::vector<std::string>& gateways, Duration limit) {
  GatewayCounts all;
  for (const std::string& gateway : gateways) {
    grpc::ClientContext context;
    context.set_deadline(after(limit));
    v1::CountersResponse response;
    const auto stub = v1::GatewayControl::NewStub(impl_->channel(gateway));
    const grpc::Status status = stub->Counters(&context, v1::CountersRequest(), &response);
    if (!status.ok()) return failure(gateway, status);
    const auto one = decode_counts(response);
    if (!one) return one.error();
    add(*one, all);
  }
  return all;
}

std::map<ChainIndex, std::uint64_t> ClusterRpc::largest_storage(
    const std::map<std::string, std::vector<ChainIndex>>& nodes, Duration limit) {
  using Asked = Pending<v1::StorageRequest, v1::StorageResponse>;
  std::vector<std::unique_ptr<Asked>> calls;
  std::vector<std::unique_ptr<v1::NodeControl::Stub>> stubs;
  for (const auto& [address, chains] : nodes) {
    calls.push_back(std::make_unique<Asked>());
    calls.back()->address = address;
    for (const ChainIndex chain : chains) calls.back()->request.add_chains(chain.value);
  }
  const auto asked = impl_->ask_all(calls, limit, [&](Asked& call, auto when_done) {
    stubs.push_back(v1::NodeControl::NewStub(impl_->channel(call.address)));
    stubs.back()->async()->Storage(&call.context, &call.request, &call.response, when_done);
  });
  std::map<ChainIndex, std::uint64_t> largest;
  if (!asked) return largest;
  for (const auto& call : calls) {
    for (int n = 0; n < std::min(call->response.bytes_size(), call->request.chains_size()); ++n) {
      std::uint64_t& most = largest[{call->request.chains(n)}];
      most = std::max(most, call->response.bytes(n));
    }
  }
  return largest;
}

}  // namespace bsn
