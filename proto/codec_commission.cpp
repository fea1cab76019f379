// What a node and a gateway are told when they are commissioned, checked as a whole.
#include <algorithm>
#include <set>
#include <utility>

#include "proto/codec.h"
#include "proto/codec_checks.h"
#include "proto/codec_peers.h"

namespace bsn {
namespace {

template <class Messages>
std::vector<CitySpec> decode_cities(Checks& checks, const Messages& messages) {
  std::vector<CitySpec> cities;
  checks.require(messages.size() <= WireLimits::cities, "has too many cities");
  for (const v1::City& city : messages) {
    if (!checks.ok()) break;
    cities.push_back(checks.take(decode(city)));
  }
  return cities;
}

std::set<CityIndex> indices(const std::vector<CitySpec>& cities) {
  std::set<CityIndex> all;
  for (const CitySpec& city : cities) all.insert(city.index);
  return all;
}

bool hosts(CityIndex city, const ChainSpec& chain) {
  return std::count(chain.validators.begin(), chain.validators.end(), city) +
             std::count(chain.followers.begin(), chain.followers.end(), city) >
         0;
}

void check_node(Checks& checks, const NodeSpec& spec) {
  const std::set<CityIndex> cities = indices(spec.cities);
  checks.require(cities.size() == spec.cities.size(), "lists a city twice");
  checks.require(cities.contains(spec.self), "does not list the node's own city");
  std::set<ChainIndex> chains;
  std::set<ChainName> names;
  for (const ChainSpec& chain : spec.chains) {
    checks.require(hosts(spec.self, chain), "has a chain without a peer on this node: " + to_string(chain.name));
    checks.require(peers_among(chain, cities), "has a peer in a city that is not listed: " + to_string(chain.name));
    chains.insert(chain.index);
    names.insert(chain.name);
  }
  checks.require(chains.size() == spec.chains.size() && names.size() == spec.chains.size(), "lists a chain twice");
  for (const ChainIndex chain : spec.joins)
    checks.require(chains.contains(chain), "joins a chain that it does not host");
}

void check_gateway(Checks& checks, const GatewaySpec& spec) {
  const std::set<CityIndex> cities = indices(spec.cities);
  for (std::size_t i = 0; i < spec.cities.size(); ++i) {
    checks.require(spec.cities[i].index.value == i, "cities are not in the order of their index");
  }
  for (std::size_t i = 0; i < spec.routes.size(); ++i) {
    checks.require(spec.routes[i].index.value == i, "routes are not in the order of their index");
    checks.require(peers_among(spec.routes[i], cities), "has a peer in a city that is not listed");
  }
  checks.require(spec.home.value < spec.cities.size(), "home is no listed city");
  for (const std::vector<CityIndex>& loop : spec.shared_loops) {
    for (const CityIndex city : loop)
      checks.require(cities.contains(city), "has a city on a shared loop that is not listed");
  }
}

void encode_loops(const GatewaySpec& spec, v1::CommissionGatewayRequest& message) {
  for (const std::vector<CityIndex>& loop : spec.shared_loops) {
    v1::SharedLoop& one = *message.add_shared_loops();
    for (const CityIndex city : loop) one.add_cities(city.value);
  }
}

void decode_loops(Checks& checks, const v1::CommissionGatewayRequest& message, GatewaySpec& spec) {
  checks.require(message.shared_loops_size() <= message.cities_size(), "has more shared loops than cities");
  if (!checks.ok()) return;
  for (const v1::SharedLoop& one : message.shared_loops()) {
    std::vector<CityIndex>& loop = spec.shared_loops.emplace_back();
    for (const std::uint32_t city : one.cities()) loop.push_back({city});
  }
}

void encode_limits(const GatewaySpec& spec, v1::CommissionGatewayRequest& message) {
  message.set_retry_max_attempts(spec.retry.max_attempts);
  message.set_retry_budget_per_call(spec.retry.budget_per_call);
  message.set_retry_budget_max(spec.retry.budget_max);
  message.set_health_failures_in_a_row(spec.health.failures_in_a_row);
  message.set_health_ejected_for_ns(spec.health.ejected_for.ns);
  message.set_health_ejected_share_max(spec.health.ejected_share_max);
  message.set_health_open_calls_max(spec.health.open_calls_max);
  message.set_health_probe_after_ns(spec.health.probe_after.ns);
  message.set_health_probe_timeout_ns(spec.health.probe_timeout.ns);
  message.set_max_calls(spec.max_calls);
  message.set_team_gateways(spec.team.gateways);
  message.set_team_holder(spec.team.holder);
  message.set_team_holder_city(spec.team.holder_city);
}

void decode_limits(Checks& checks, const v1::CommissionGatewayRequest& message, GatewaySpec& spec) {
  spec.retry.max_attempts = message.retry_max_attempts();
  spec.retry.budget_per_call = checks.number_between(0, 1000, message.retry_budget_per_call(), "retry_budget_per_call");
  spec.retry.budget_max = checks.number_between(0, 1e9, message.retry_budget_max(), "retry_budget_max");
  spec.health.failures_in_a_row = message.health_failures_in_a_row();
  spec.health.ejected_for = checks.bounded_duration(message.health_ejected_for_ns(), "health_ejected_for_ns");
  spec.health.ejected_share_max =
      checks.number_between(0, 1, message.health_ejected_share_max(), "health_ejected_share_max");
  spec.health.open_calls_max = message.health_open_calls_max();
  spec.health.probe_after = checks.bounded_duration(message.health_probe_after_ns(), "health_probe_after_ns");
  spec.health.probe_timeout = checks.bounded_duration(message.health_probe_timeout_ns(), "health_probe_timeout_ns");
  spec.max_calls = message.max_calls();
  spec.team.gateways = message.team_gateways();
  spec.team.holder = checks.text(message.team_holder(), CallLimits::name_bytes, "team_holder");
  spec.team.holder_city = checks.text(message.team_holder_city(), CallLimits::name_bytes, "team_holder_city");
  checks.require(spec.team.gateways > 0, "team_gateways is 0");
  checks.require(spec.retry.max_attempts > 0, "retry_max_attempts is 0");
  checks.require(spec.health.failures_in_a_row > 0, "health_failures_in_a_row is 0");
  checks.require(spec.health.open_calls_max > 0, "health_open_calls_max is 0");
  checks.require(spec.max_calls > 0, "max_calls is 0");
}

v1::NativeInterface encode(const NativeInterface& native) {
  v1::NativeInterface message;
  message.set_netcode(native.netcode);
  message.set_dialect(native.dialect);
  message.set_chain_id(native.chain_id);
  return message;
}

NativeInterface decode(Checks& checks, const v1::NativeInterface& message) {
  return {checks.text(message.netcode(), CallLimits::name_bytes, "netcode"),
          checks.text(message.dialect(), CallLimits::name_bytes, "dialect"), message.chain_id()};
}

}  // namespace

v1::CommissionNodeRequest encode(const NodeSpec& spec) {
  v1::CommissionNodeRequest message;
  message.set_self(spec.self.value);
  message.set_revision(spec.revision);
  for (const ChainIndex chain : spec.joins) message.add_joins(chain.value);
  message.set_seed(spec.seed);
  *message.mutable_wan() = encode(spec.wan);
  message.set_fsync(spec.durability == Durability::fsync);
  for (const CitySpec& city : spec.cities) *message.add_cities() = encode(city);
  for (const ChainSpec& chain : spec.chains) *message.add_chains() = encode(chain);
  return message;
}

Result<NodeSpec> decode(const v1::CommissionNodeRequest& message) {
  Checks checks("CommissionNodeRequest");
  NodeSpec spec;
  spec.self = {message.self()};
  spec.revision = message.revision();
  spec.seed = message.seed();
  spec.wan = checks.take(decode(message.wan()));
  spec.durability = message.fsync() ? Durability::fsync : Durability::os;
  spec.cities = decode_cities(checks, message.cities());
  checks.require(message.chains_size() <= WireLimits::chains, "has too many chains");
  for (const v1::Chain& chain : message.chains()) {
    if (!checks.ok()) break;
    spec.chains.push_back(checks.take(decode(chain)));
  }
  checks.require(message.joins_size() <= WireLimits::chains, "joins too many chains");
  for (const std::uint32_t chain : message.joins()) spec.joins.push_back({chain});
  check_node(checks, spec);
  return checks.give(std::move(spec));
}

v1::Plan encode(const Plan& plan) {
  v1::Plan message;
  message.set_calls_per_second(plan.calls_per_second);
  message.set_burst(plan.burst);
  message.set_calls_per_day(plan.calls_per_day);
  return message;
}

Result<Plan> decode(const v1::Plan& message) {
  Checks checks("Plan");
  Plan plan;
  plan.calls_per_second = checks.number_between(0, 1e9, message.calls_per_second(), "calls_per_second");
  plan.burst = checks.number_between(0, 1e9, message.burst(), "burst");
  plan.calls_per_day = message.calls_per_day();
  return checks.give(std::move(plan));
}

v1::RoutingRule encode(const RoutingRule& rule) {
  v1::RoutingRule message;
  message.set_policy(static_cast<std::uint32_t>(rule.policy));
  for (const CityIndex city : rule.pins) message.add_pins(city.value);
  message.set_hedge_after_ns(rule.hedge_after.ns);
  message.set_compare(rule.compare);
  return message;
}

Result<RoutingRule> decode(const v1::RoutingRule& message) {
  Checks checks("RoutingRule");
  RoutingRule rule;
  rule.policy = checks.enum_up_to(RoutePolicy::hedged, message.policy(), "policy");
  checks.require(message.pins_size() <= WireLimits::cities, "pins too many cities");
  for (const std::uint32_t city : message.pins()) {
    if (!checks.ok()) break;
    rule.pins.push_back({city});
  }
  rule.hedge_after = checks.bounded_duration(message.hedge_after_ns(), "hedge_after_ns");
  checks.require(message.compare() != 1 && message.compare() <= RoutingRule::compare_max, "compare is out of range");
  rule.compare = message.compare();
  return checks.give(std::move(rule));
}

v1::Project encode(const ProjectSpec& project) {
  v1::Project message;
  message.set_name(project.name);
  message.set_key_hash(encode(project.key_hash));
  for (const std::string& network : project.networks) message.add_networks(network);
  *message.mutable_plan() = encode(project.plan);
  if (project.routing) *message.mutable_routing() = encode(*project.routing);
  return message;
}

Result<ProjectSpec> decode(const v1::Project& message) {
  Checks checks("Project");
  ProjectSpec project;
  project.name = checks.required_text(message.name(), CallLimits::name_bytes, "name");
  project.key_hash = checks.required_digest(message.key_hash(), "key_hash");
  checks.require(message.networks_size() <= WireLimits::chains, "has too many networks");
  for (const std::string& network : message.networks()) {
    if (!checks.ok()) break;
    project.networks.push_back(checks.required_text(network, CallLimits::name_bytes, "network"));
  }
  project.plan = checks.take(decode(message.plan()));
  if (message.has_routing()) project.routing = checks.take(decode(message.routing()));
  return checks.give(std::move(project));
}

v1::Route encode(const RouteSpec& route) {
  v1::Route message;
  message.set_index(route.index.value);
  *message.mutable_name() = encode(route.name);
  message.set_kind(static_cast<std::uint32_t>(route.kind));
  message.set_family(route.family);
  message.set_state(static_cast<std::uint32_t>(route.state));
  message.set_owner(route.owner);
  *message.mutable_plan() = encode(route.plan);
  for (const std::string& contract : route.contracts) message.add_contracts(contract);
  *message.mutable_routing() = encode(route.routing);
  *message.mutable_native() = encode(route.native);
  message.set_cross_chain(static_cast<std::uint32_t>(route.cross_chain));
  message.set_finality_ns(route.finality.ns);
  encode_peers(route, message);
  return message;
}

Result<RouteSpec> decode(const v1::Route& message) {
  Checks checks("Route");
  RouteSpec route;
  route.index = {message.index()};
  route.name = checks.take(decode(message.name()));
  route.kind = checks.enum_up_to(NetworkKind::cross_chain, message.kind(), "kind");
  route.family = checks.text(message.family(), CallLimits::name_bytes, "family");
  route.state = checks.enum_up_to(RouteState::starting, message.state(), "state");
  route.owner = checks.text(message.owner(), CallLimits::name_bytes, "owner");
  route.plan = checks.take(decode(message.plan()));
  checks.require(message.contracts_size() <= WireLimits::contracts, "has too many contracts");
  for (const std::string& contract : message.contracts()) {
    if (!checks.ok()) break;
    route.contracts.push_back(checks.required_text(contract, CallLimits::name_bytes, "contract"));
  }
  route.routing = checks.take(decode(message.routing()));
  route.native = decode(checks, message.native());
  route.cross_chain = checks.enum_up_to(CrossChainPart::one_way_hub, message.cross_chain(), "cross_chain");
  route.finality = {message.finality_ns()};
  decode_peers(checks, message, route, route.state == RouteState::retired ? Peers::none : Peers::any);
  return checks.give(std::move(route));
}

v1::RouteUse encode(const RouteUse& use) {
  v1::RouteUse message;
  message.set_calls(use.calls);
  message.set_over_capacity(use.over_capacity);
  message.set_bytes_in(use.bytes_in);
  message.set_bytes_out(use.bytes_out);
  for (const CityIndex city : use.busy) message.add_busy(city.value);
  return message;
}

Result<RouteUse> decode(const v1::RouteUse& message) {
  Checks checks("RouteUse");
  RouteUse use{message.calls(), message.over_capacity(), message.bytes_in(), message.bytes_out(), {}};
  checks.require(message.busy_size() <= WireLimits::cities, "has too many cities");
  for (const std::uint32_t city : message.busy()) {
    if (!checks.ok()) break;
    use.busy.push_back({city});
  }
  return checks.give(std::move(use));
}

v1::GatewayPace encode(const GatewayPace& pace) {
  v1::GatewayPace message;
  for (const RoutePace& route : pace.routes) {
    v1::RoutePace& one = *message.add_routes();
    *one.mutable_chain() = encode(route.chain);
    one.set_succeeded(route.succeeded);
    one.set_failed(route.failed);
    for (const std::uint64_t calls : route.took) one.add_took(calls);
  }
  for (const CityLag& city : pace.cities) {
    v1::CityLag& one = *message.add_cities();
    one.set_city(city.city);
    one.set_lag_ns(city.lag.ns);
  }
  return message;
}

Result<GatewayPace> decode(const v1::GatewayPace& message) {
  Checks checks("GatewayPace");
  GatewayPace pace;
  checks.require(message.cities_size() <= WireLimits::cities, "has too many cities");
  for (const v1::RoutePace& route : message.routes()) {
    if (!checks.ok()) break;
    RoutePace one{checks.take(decode(route.chain())), route.succeeded(), route.failed(), {}};
    checks.require(route.took_size() == static_cast<int>(one.took.size()), "has another number of classes of latency");
    if (!checks.ok()) break;
    std::copy(route.took().begin(), route.took().end(), one.took.begin());
    pace.routes.push_back(std::move(one));
  }
  for (const v1::CityLag& city : message.cities()) {
    if (!checks.ok()) break;
    pace.cities.push_back({checks.required_text(city.city(), CallLimits::name_bytes, "city"), {city.lag_ns()}});
  }
  return checks.give(std::move(pace));
}

v1::CommissionGatewayRequest encode(const GatewaySpec& spec) {
  v1::CommissionGatewayRequest message;
  message.set_home(spec.home.value);
  message.set_revision(spec.revision);
  message.set_seed(spec.seed);
  *message.mutable_wan() = encode(spec.wan);
  for (const CitySpec& city : spec.cities) *message.add_cities() = encode(city);
  for (const RouteSpec& route : spec.routes) *message.add_routes() = encode(route);
  for (const ProjectSpec& project : spec.projects) *message.add_projects() = encode(project);
  encode_limits(spec, message);
  encode_loops(spec, message);
  return message;
}

Result<GatewaySpec> decode(const v1::CommissionGatewayRequest& message) {
  Checks checks("CommissionGatewayRequest");
  GatewaySpec spec;
  spec.home = {message.home()};
  spec.revision = message.revision();
  spec.seed = message.seed();
  spec.wan = checks.take(decode(message.wan()));
  spec.cities = decode_cities(checks, message.cities());
  checks.require(message.routes_size() <= WireLimits::chains, "has too many routes");
  checks.require(message.projects_size() <= WireLimits::projects, "has too many projects");
  for (const v1::Route& route : message.routes()) {
    if (!checks.ok()) break;
    spec.routes.push_back(checks.take(decode(route)));
  }
  for (const v1::Project& project : message.projects()) {
    if (!checks.ok()) break;
    spec.projects.push_back(checks.take(decode(project)));
  }
  decode_limits(checks, message, spec);
  decode_loops(checks, message, spec);
  check_gateway(checks, spec);
  return checks.give(std::move(spec));
}

}  // namespace bsn
