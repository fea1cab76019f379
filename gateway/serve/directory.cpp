#include "gateway/serve/directory.h"

#include <algorithm>
#include <string>

namespace bsn {
namespace {

v1::NetworkInfo& entry_of(const RouteSpec& route, v1::ListNetworksResponse& response) {
  auto& networks = *response.mutable_networks();
  const auto found = std::find_if(networks.begin(), networks.end(),
                                  [&](const v1::NetworkInfo& each) { return each.network() == route.name.network; });
  if (found != networks.end()) return *found;
  v1::NetworkInfo& added = *response.add_networks();
  added.set_network(route.name.network);
  added.set_kind(std::string(to_string(route.kind)));
  added.set_family(route.family);
  return added;
}

}  // namespace

void list_networks(const GatewaySpec& spec, v1::ListNetworksResponse& response) {
  for (const RouteSpec& route : spec.routes) {
    if (route.state == RouteState::retired) continue;
    v1::ChainInfo& chain = *entry_of(route, response).add_chains();
    chain.set_chain(route.name.chain);
    for (const CityIndex city : route.validators) chain.add_validators(spec.cities[city.value].name);
    for (const CityIndex city : route.followers) chain.add_followers(spec.cities[city.value].name);
  }
}

void list_city_nodes(const Gateway& gateway, Instant now, v1::ListCityNodesResponse& response) {
  for (const CitySpec& city : gateway.spec().cities) {
    v1::CityNodeInfo& info = *response.add_cities();
    info.set_city(city.name);
    info.set_state(std::string(to_string(city.state)));
    info.set_region(city.place.region == Region::mainland ? "mainland" : "overseas");
    info.set_provider(std::string(to_string(city.place.provider)));
    info.set_latitude(city.place.latitude);
    info.set_longitude(city.place.longitude);
    info.set_healthy(gateway.healthy(city.index, now));
  }
}

void explain_route(const Gateway& gateway, Instant now, const std::string& access_key,
                   const v1::ExplainRouteRequest& request, v1::ExplainRouteResponse& response) {
  RouteQuestion question{{request.chain().network(), request.chain().chain()}, request.origin()};
  question.operation = request.submit() ? Operation::submit : Operation::query;
  question.access_key = access_key;
  question.account = request.account();
  question.level = request.final() ? Level::final_ : Level::local;
  const RouteExplanation explanation = gateway.explain(now, question);
  response.set_policy(std::string(to_string(explanation.rule.policy)));
  response.set_pressure(explanation.pressure.share);
  response.set_shed(explanation.pressure.shed);
  response.set_compare(explanation.rule.compare);
  for (const RouteCandidate& candidate : explanation.candidates) {
    v1::RouteCandidate& shown = *response.add_candidates();
    shown.set_city(gateway.spec().cities[candidate.city.value].name);
    shown.set_validator(candidate.validator);
    shown.set_healthy(candidate.healthy);
    shown.set_distance_ns(candidate.distance.ns);
    shown.set_chosen(candidate.chosen);
    shown.set_why(candidate.why);
    shown.set_expected_ns(candidate.expected.ns);
    shown.set_calls(candidate.calls);
    shown.set_compared(candidate.compared);
  }
}

}  // namespace bsn
