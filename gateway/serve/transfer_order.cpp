#include "gateway/serve/transfer_order.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/serve/transfer_routes.h"
#include "proto/codec.h"

namespace bsn {
namespace {

constexpr const char* default_timeout = "+600s";

Reply malformed(std::string why) { return refusal(Status::invalid_argument, Reason::malformed, std::move(why)); }

ChainName name_of(const v1::ChainName& message) { return {message.network(), message.chain()}; }

// The lane by the hub that was named, or by the quickest one.
std::variant<PacketLane, Reply> lane_of(const GatewaySpec& spec, const ChainName& source, const ChainName& destination,
                                        const v1::ChainName& wanted) {
  if (auto refused = why_no_way(spec, source, destination)) return *std::move(refused);
  const v1::QuoteRouteResponse quotes = quote_routes(spec, source, destination);
  if (quotes.routes().empty()) return refusal(Status::failed_precondition, Reason::none, "there is no hub");
  const ChainName hub = name_of(wanted);
  if (hub.network.empty() && hub.chain.empty()) {
    return PacketLane{name_of(quotes.routes(0).hub()), source, destination};
  }
  const RouteSpec* route = find_route(spec, hub);
  const bool is_hub = route != nullptr &&
                      (route->cross_chain == CrossChainPart::hub || route->cross_chain == CrossChainPart::one_way_hub);
  if (is_hub) return PacketLane{hub, source, destination};
  return refusal(Status::not_found, Reason::unknown_network, "there is no hub " + to_string(hub));
}

// HEIGHT and TIME as the contract takes them.
std::variant<std::vector<std::string>, Reply> timeout_of(const GatewaySpec& spec, const ChainName& hub,
                                                         const v1::TransferTimeout& wanted) {
  const bool one_way = find_route(spec, hub)->cross_chain == CrossChainPart::one_way_hub;
  const bool given = wanted.height() != 0 || wanted.after_ns() != 0;
  if (wanted.after_ns() < 0) return malformed("timeout.after_ns is negative: the time-out would be past");
  if (one_way && given) {
    return malformed("nothing comes back by " + to_string(hub) + ", so that a time-out could not be refunded");
  }
  if (!given) return std::vector<std::string>{"none", one_way ? "none" : default_timeout};
  return std::vector<std::string>{wanted.height() == 0 ? "none" : std::to_string(wanted.height()),
                                  wanted.after_ns() == 0 ? "none" : "+" + std::to_string(wanted.after_ns()) + "ns"};
}

Call submit(const PacketLane& lane, const char* function, const std::string& idempotency_key) {
  Call call;
  call.operation = Operation::submit;
  call.chain = lane.source;
  call.contract = "xchain";
  call.function = function;
  call.args = {to_string(lane.hub), to_string(lane.destination)};
  call.level = Level::final_;
  call.idempotency_key = idempotency_key;
  return call;
}

// What both requests have in common: the call as far as its first two arguments, and its last ones.
struct Frame {
  TransferOrder order;
  std::vector<std::string> timeout;
};

template <class Request>
std::variant<Frame, Reply> frame_of(const GatewaySpec& spec, const Request& request, const char* function) {
  auto lane = lane_of(spec, name_of(request.source()), name_of(request.destination()), request.hub());
  if (auto* refused = std::get_if<Reply>(&lane)) return std::move(*refused);
  const PacketLane& way = std::get<PacketLane>(lane);
  auto timeout = timeout_of(spec, way.hub, request.timeout());
  if (auto* refused = std::get_if<Reply>(&timeout)) return std::move(*refused);
  return Frame{{submit(way, function, request.idempotency_key()), way},
               std::get<std::vector<std::string>>(std::move(timeout))};
}

void append(Call& call, std::vector<std::string> more) {
  for (std::string& arg : more) call.args.push_back(std::move(arg));
}

}  // namespace

std::variant<TransferOrder, Reply> order_of(const GatewaySpec& spec, const v1::TransferRequest& request) {
  auto framed = frame_of(spec, request, "transfer");
  if (auto* refused = std::get_if<Reply>(&framed)) return std::move(*refused);
  auto& [order, timeout] = std::get<Frame>(framed);
  if (request.amount() == 0) return malformed("amount is 0; at least 1 can be sent");
  const ChainName asset = request.has_asset() ? name_of(request.asset()) : order.lane.source;
  if (find_route(spec, asset) == nullptr) {
    return refusal(Status::not_found, Reason::unknown_network,
                   "there is no chain " + to_string(asset) + " with a coin");
  }
  append(order.call, {request.sender(), request.receiver(), to_string(asset), std::to_string(request.amount())});
  append(order.call, std::move(timeout));
  return std::move(order);
}

std::variant<TransferOrder, Reply> order_of(const GatewaySpec& spec, const v1::CallRemoteRequest& request) {
  auto framed = frame_of(spec, request, "call");
  if (auto* refused = std::get_if<Reply>(&framed)) return std::move(*refused);
  auto& [order, timeout] = std::get<Frame>(framed);
  append(order.call, {request.sender(), request.contract(), request.function()});
  append(order.call, std::move(timeout));
  append(order.call, {request.args().begin(), request.args().end()});
  return std::move(order);
}

}  // namespace bsn
