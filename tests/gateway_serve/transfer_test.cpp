// What the gateway makes of a request to transfer, and of what three chains keep of a packet.
#include <gtest/gtest.h>

#include "core/byte_fields.h"
#include "gateway/serve/transfer_look.h"
#include "gateway/serve/transfer_order.h"
#include "gateway/serve/transfer_routes.h"
#include "proto/codec.h"

namespace bsn {
namespace {

const ChainName fabric{"fabric", "supply-chain"}, iris{"irisnet", "main"}, service{"fabric", "land"};
const ChainName irita{"irita-hub", "main"}, poly{"poly-enterprise", "main"};

RouteSpec route(const ChainName& name, CrossChainPart part, Duration finality) {
  RouteSpec route;
  route.name = name;
  route.cross_chain = part;
  route.finality = finality;
  return route;
}

GatewaySpec world() {
  GatewaySpec spec;
  spec.routes = {route(fabric, CrossChainPart::end, seconds(2)), route(iris, CrossChainPart::end, seconds(6)),
                 route(irita, CrossChainPart::hub, seconds(5)), route(poly, CrossChainPart::one_way_hub, seconds(1)),
                 route(service, CrossChainPart::none, seconds(2))};
  return spec;
}

v1::TransferRequest request() {
  v1::TransferRequest request;
  *request.mutable_source() = encode(fabric);
  request.set_sender("li");
  *request.mutable_destination() = encode(iris);
  request.set_receiver("wang");
  request.set_amount(50);
  request.set_idempotency_key("k");
  return request;
}

Status refused(const v1::TransferRequest& request) {
  const auto order = order_of(world(), request);
  const auto* reply = std::get_if<Reply>(&order);
  return reply ? reply->status : Status::ok;
}

TEST(TransferOrder, GoesByTheQuickestHubUnlessOneIsNamed) {
  auto order = std::get<TransferOrder>(order_of(world(), request()));
  EXPECT_EQ(order.lane, (PacketLane{poly, fabric, iris}));
  EXPECT_EQ(order.call.args, (std::vector<std::string>{"poly-enterprise/main", "irisnet/main", "li", "wang",
                                                       "fabric/supply-chain", "50", "none", "none"}));
  v1::TransferRequest named = request();
  *named.mutable_hub() = encode(irita);
  named.mutable_timeout()->set_after_ns(seconds(3).ns);
  order = std::get<TransferOrder>(order_of(world(), named));
  EXPECT_EQ(order.call.args[0], "irita-hub/main");
  EXPECT_EQ(order.call.args[7], "+3000000000ns");
  EXPECT_EQ(validate(order.call), std::nullopt);
}

TEST(TransferOrder, SaysWhatIsWrongWithAStatusThatPromisesNoEffect) {
  const auto after = [](const std::function<void(v1::TransferRequest&)>& change) {
    v1::TransferRequest changed = request();
    change(changed);
    return refused(changed);
  };
  EXPECT_EQ(after([](auto&) {}), Status::ok);
  EXPECT_EQ(after([](auto& r) { r.set_amount(0); }), Status::invalid_argument);
  EXPECT_EQ(after([](auto& r) { r.mutable_source()->set_chain("nowhere"); }), Status::not_found);
  EXPECT_EQ(after([](auto& r) { r.mutable_destination()->set_network("nowhere"); }), Status::not_found);
  EXPECT_EQ(after([](auto& r) { *r.mutable_destination() = encode(fabric); }), Status::invalid_argument);
  EXPECT_EQ(after([](auto& r) { *r.mutable_destination() = encode(service); }), Status::failed_precondition);
  EXPECT_EQ(after([](auto& r) { *r.mutable_asset() = encode(ChainName{"no", "coin"}); }), Status::not_found);
  EXPECT_EQ(after([](auto& r) { *r.mutable_hub() = encode(iris); }), Status::not_found) << "that is no hub";
  EXPECT_EQ(after([](auto& r) { r.mutable_timeout()->set_after_ns(-1); }), Status::invalid_argument);
  EXPECT_EQ(after([](auto& r) {
              *r.mutable_hub() = encode(poly);
              r.mutable_timeout()->set_height(9);
            }),
            Status::invalid_argument)
      << "nothing could be refunded";
}

TEST(TransferRoutes, AddUpWhatHasToBeFinalOnTheWay) {
  const v1::QuoteRouteResponse quotes = quote_routes(world(), fabric, iris);
  ASSERT_EQ(quotes.routes_size(), 2);
  EXPECT_EQ(quotes.routes(0).hub().network(), "poly-enterprise");
  EXPECT_EQ(quotes.routes(0).received_ns(), seconds(2 + 1 + 6).ns);
  EXPECT_EQ(quotes.routes(0).acknowledged_ns(), 0);
  EXPECT_EQ(quotes.routes(1).received_ns(), seconds(2 + 5 + 6).ns);
  EXPECT_EQ(quotes.routes(1).acknowledged_ns(), seconds(2 + 5 + 6 + 5 + 2).ns);
  EXPECT_EQ(quotes.routes(1).legs_size(), 4);
}

// ---- how far a packet is ----

using Value = std::optional<std::string>;

Value holds(std::string value) { return value; }
Value below(std::uint64_t number) { return holds(ByteWriter().u64(number).bytes()); }

const Packet packet{irita, fabric, iris, 3, {}, TransferBody{fabric, "alice", "bob", 1}};

// Nothing is kept of packet 3 of a lane on which two are done.
PacketSights nothing_kept() {
  PacketSights sights;
  sights.source.facts = {{{{}, below(3)}, ""}};
  sights.hub.facts = {{{{}}, ""}};
  sights.destination.facts = {{{{}, below(3)}, ""}};
  return sights;
}

std::string stage(const PacketSights& sights, bool one_way = false) {
  const auto state = state_of({{irita, fabric, iris}, 3}, one_way, sights);
  return state ? state->stage() + (state->finished() ? "!" : "") : "never sent";
}

TEST(TransferState, FollowsFromWhatTheChainsKeep) {
  PacketSights sights = nothing_kept();
  EXPECT_EQ(stage(sights), "never sent");
  sights.source.facts[0].values[0] = holds(encode(packet));
  EXPECT_EQ(stage(sights), "sent");
  sights.hub.facts[0].values[0] = holds(encode(packet));
  EXPECT_EQ(stage(sights), "at_hub");
  PacketSights late = sights;
  late.hub.facts[0].values[0] = holds(time_out_mark(packet_id(packet)));
  EXPECT_EQ(stage(late), "timed_out");
  late.source.facts[0].values[0] = {};
  EXPECT_EQ(stage(late), "refunded!");
  for (const bool ok : {true, false}) {
    sights.source.facts[0].values[0] = holds(encode(packet));
    sights.destination.facts[0].values[0] = holds(encode(Acknowledgement{ok, "why"}));
    EXPECT_EQ(stage(sights), ok ? "received" : "refused");
    sights.source.facts[0].values[0] = {};
    EXPECT_EQ(stage(sights), ok ? "acknowledged!" : "refunded!");
  }
  PacketSights forgotten = nothing_kept();
  forgotten.source.facts[0].values[1] = below(4);
  EXPECT_EQ(stage(forgotten), "done!");
}

TEST(TransferState, EndsWhereNothingComesBackWhenItIsReceived) {
  PacketSights sights = nothing_kept();
  sights.source.facts[0].values[0] = holds(encode(packet));
  EXPECT_EQ(stage(sights, true), "sent");
  sights.hub.facts[0].values[0] = holds(encode(packet));
  EXPECT_EQ(stage(sights, true), "at_hub");
  sights.destination.facts[0].values[1] = below(4);
  EXPECT_EQ(stage(sights, true), "received!");
}

}  // namespace
}  // namespace bsn
