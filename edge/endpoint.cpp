#include "edge/endpoint.h"

#include <charconv>

#include "edge/json_message.h"
#include "edge/url.h"
#include "proto/gateway.pb.h"
#include "proto/health.pb.h"

namespace bsn::edge {
namespace {

template <class Message>
const google::protobuf::Message& prototype() {
  return Message::default_instance();
}

constexpr auto get = http::verb::get;
constexpr auto post = http::verb::post;

const Endpoint table[] = {
    {post, "/v1/submit", "/bsn.v1.Gateway/Submit", "A write, answered when its level is reached.",
     prototype<v1::SubmitRequest>, prototype<v1::Reply>},
    {post, "/v1/query", "/bsn.v1.Gateway/Query", "A read.", prototype<v1::QueryRequest>, prototype<v1::Reply>},
    {get, "/v1/networks", "/bsn.v1.Gateway/ListNetworks", "The networks with their chains and who hosts them.",
     prototype<v1::ListNetworksRequest>, prototype<v1::ListNetworksResponse>},
    {get, "/v1/cities", "/bsn.v1.Gateway/ListCityNodes", "The city nodes, with their health as the gateway sees it.",
     prototype<v1::ListCityNodesRequest>, prototype<v1::ListCityNodesResponse>},
    {get, "/v1/chains/{chain.network}/{chain.chain}/transactions/{transaction}", "/bsn.v1.Gateway/GetTransaction",
     "What became of a write.", prototype<v1::GetTransactionRequest>, prototype<v1::Reply>},
    {get, "/v1/chains/{chain.network}/{chain.chain}/blocks", "/bsn.v1.Gateway/WatchBlocks",
     "Final blocks, one line of JSON each, from a height on and then every new one.", prototype<v1::WatchBlocksRequest>,
     prototype<v1::Block>, true},
    {get, "/v1/chains/{chain.network}/{chain.chain}/route", "/bsn.v1.Gateway/ExplainRoute",
     "Where a call would go now, and why.", prototype<v1::ExplainRouteRequest>, prototype<v1::ExplainRouteResponse>},
    {post, "/v1/transfers", "/bsn.v1.Gateway/Transfer", "Value from one chain to another, through a hub.",
     prototype<v1::TransferRequest>, prototype<v1::TransferSent>},
    {post, "/v1/remote-calls", "/bsn.v1.Gateway/CallRemote", "A call of a contract on another chain, through a hub.",
     prototype<v1::CallRemoteRequest>, prototype<v1::TransferSent>},
    {get,
     "/v1/transfers/{hub.network}/{hub.chain}/{source.network}/{source.chain}/{destination.network}/"
     "{destination.chain}/{sequence}",
     "/bsn.v1.Gateway/GetTransfer", "How far a transfer or remote call is.", prototype<v1::TransferName>,
     prototype<v1::TransferState>},
    {get,
     "/v1/transfers/{hub.network}/{hub.chain}/{source.network}/{source.chain}/{destination.network}/"
     "{destination.chain}/{sequence}/states",
     "/bsn.v1.Gateway/WatchTransfer", "The same, one line of JSON whenever it has changed, until it is finished.",
     prototype<v1::TransferName>, prototype<v1::TransferState>, true},
    {get, "/v1/chains/{source.network}/{source.chain}/transfer-routes/{destination.network}/{destination.chain}",
     "/bsn.v1.Gateway/QuoteRoute", "By which hubs a transfer can go, and how long that is expected to take.",
     prototype<v1::QuoteRouteRequest>, prototype<v1::QuoteRouteResponse>},
    {get, "/healthz", "/grpc.health.v1.Health/Check", "Whether the gateway serves.",
     prototype<grpc::health::v1::HealthCheckRequest>, prototype<grpc::health::v1::HealthCheckResponse>, false, false},
};

bool is_field(std::string_view segment) { return segment.starts_with('{'); }

std::string_view field_of(std::string_view segment) { return segment.substr(1, segment.size() - 2); }

bool fits(const Url& pattern, const Url& url) {
  if (pattern.segments.size() != url.segments.size()) return false;
  for (std::size_t i = 0; i < url.segments.size(); ++i) {
    if (!is_field(pattern.segments[i]) && pattern.segments[i] != url.segments[i]) return false;
  }
  return true;
}

Result<Done> read_limit(std::string_view text, Matched& matched) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), matched.limit);
  if (failed == std::errc() && end == text.data() + text.size() && matched.limit > 0) return Done{};
  return Error{ErrorCode::corrupt, "limit is a whole number above 0"};
}

Result<Done> read_query(const Url& url, Matched& matched) {
  for (const auto& [name, text] : url.query) {
    const auto done = matched.endpoint->streams && name == "limit" ? read_limit(text, matched)
                                                                   : set_field(*matched.message, name, text);
    if (!done) return done.error();
  }
  return Done{};
}

Result<Matched> fill(const Endpoint& endpoint, const Url& pattern, const Url& url, const HttpRequest& request) {
  Matched matched{&endpoint, std::unique_ptr<google::protobuf::Message>(endpoint.request().New())};
  if (endpoint.verb == post) {
    if (!url.query.empty()) return Error{ErrorCode::corrupt, "parameters stand in the body, not in the query"};
    if (const auto done = from_json(request.body(), *matched.message); !done) return done.error();
    return matched;
  }
  if (!request.body().empty()) return Error{ErrorCode::corrupt, "GET takes no body"};
  for (std::size_t i = 0; i < url.segments.size(); ++i) {
    if (!is_field(pattern.segments[i])) continue;
    const auto done = set_field(*matched.message, field_of(pattern.segments[i]), url.segments[i]);
    if (!done) return done.error();
  }
  if (const auto done = read_query(url, matched); !done) return done.error();
  return matched;
}

}  // namespace

std::span<const Endpoint> endpoints() { return table; }

std::optional<Result<Matched>> match(const HttpRequest& request) {
  const std::optional<Url> url = parse_url(target(request));
  if (!url) return std::nullopt;
  for (const Endpoint& endpoint : table) {
    const Url pattern = *parse_url(endpoint.path);
    if (!fits(pattern, *url)) continue;
    if (endpoint.verb == request.method()) return fill(endpoint, pattern, *url, request);
    return Error{ErrorCode::not_found, "this is called by " + std::string(http::to_string(endpoint.verb))};
  }
  return std::nullopt;
}

}  // namespace bsn::edge
