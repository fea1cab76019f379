#include "gateway/serve/transfer_routes.h"

#include <algorithm>
#include <utility>

#include "proto/codec.h"

namespace bsn {
namespace {

void add_leg(v1::RouteQuote& quote, const RouteSpec& from, const RouteSpec& to) {
  v1::QuotedLeg& leg = *quote.add_legs();
  *leg.mutable_from() = encode(from.name);
  *leg.mutable_to() = encode(to.name);
  leg.set_finality_ns(from.finality.ns);
}

v1::RouteQuote quote(const RouteSpec& source, const RouteSpec& hub, const RouteSpec& destination) {
  v1::RouteQuote quote;
  *quote.mutable_hub() = encode(hub.name);
  const Duration received = source.finality + hub.finality + destination.finality;
  quote.set_received_ns(received.ns);
  add_leg(quote, source, hub);
  add_leg(quote, hub, destination);
  if (hub.cross_chain == CrossChainPart::one_way_hub) return quote;
  quote.set_acknowledged(true);
  add_leg(quote, destination, hub);
  add_leg(quote, hub, source);
  quote.set_acknowledged_ns((received + hub.finality + source.finality).ns);
  return quote;
}

Reply unknown_chain(const ChainName& chain) {
  return refusal(Status::not_found, Reason::unknown_network, "there is no chain " + to_string(chain));
}

}  // namespace

const RouteSpec* find_route(const GatewaySpec& spec, const ChainName& chain) {
  const auto found = std::find_if(spec.routes.begin(), spec.routes.end(), [&](const RouteSpec& route) {
    return route.name == chain && route.state != RouteState::retired;
  });
  return found == spec.routes.end() ? nullptr : &*found;
}

std::optional<Reply> why_no_way(const GatewaySpec& spec, const ChainName& source, const ChainName& destination) {
  for (const ChainName* chain : {&source, &destination}) {
    const RouteSpec* route = find_route(spec, *chain);
    if (route == nullptr) return unknown_chain(*chain);
    if (route->cross_chain == CrossChainPart::end) continue;
    return refusal(Status::failed_precondition, Reason::none,
                   "no hub connects " + to_string(*chain) + " with other chains");
  }
  if (source != destination) return std::nullopt;
  return refusal(Status::invalid_argument, Reason::malformed,
                 "source and destination are one chain: call contract asset there");
}

v1::QuoteRouteResponse quote_routes(const GatewaySpec& spec, const ChainName& source, const ChainName& destination) {
  const RouteSpec& from = *find_route(spec, source);
  const RouteSpec& to = *find_route(spec, destination);
  v1::QuoteRouteResponse response;
  for (const RouteSpec& route : spec.routes) {
    const bool hub = route.cross_chain == CrossChainPart::hub || route.cross_chain == CrossChainPart::one_way_hub;
    if (hub && route.state != RouteState::retired) *response.add_routes() = quote(from, route, to);
  }
  std::stable_sort(response.mutable_routes()->begin(), response.mutable_routes()->end(),
                   [](const auto& a, const auto& b) { return a.received_ns() < b.received_ns(); });
  return response;
}

}  // namespace bsn
