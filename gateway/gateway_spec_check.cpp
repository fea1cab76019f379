#include "gateway/gateway_spec_check.h"

#include <fmt/format.h>

#include <cmath>
#include <set>

#include "core/call.h"
#include "core/packet.h"

namespace bsn {
namespace {

using Wrong = std::optional<std::string>;

bool in_range(double value, double low, double high) { return std::isfinite(value) && value >= low && value <= high; }

Wrong check_cities(const GatewaySpec& spec) {
  if (spec.cities.empty()) return "there is no city";
  if (spec.home.value >= spec.cities.size()) return fmt::format("home {} is not a city", spec.home.value);
  std::set<std::string> names;
  for (std::size_t i = 0; i < spec.cities.size(); ++i) {
    const CitySpec& city = spec.cities[i];
    if (city.index.value != i) return fmt::format("city {} stands at position {}", city.index.value, i);
    if (city.name.empty() || !names.insert(city.name).second) {
      return fmt::format("city {} has no name of its own: '{}'", i, city.name);
    }
    if (!in_range(city.place.latitude, -90, 90) || !in_range(city.place.longitude, -180, 180)) {
      return fmt::format("{} lies nowhere on earth", city.name);
    }
  }
  return std::nullopt;
}

Wrong check_loops(const GatewaySpec& spec) {
  std::set<CityIndex> placed;
  for (const std::vector<CityIndex>& loop : spec.shared_loops) {
    for (const CityIndex city : loop) {
      if (city.value >= spec.cities.size())
        return fmt::format("city {} turns on a loop but does not exist", city.value);
      if (!placed.insert(city).second) return fmt::format("{} turns on two loops", spec.cities[city.value].name);
    }
  }
  return std::nullopt;
}

Wrong check_hosts(const GatewaySpec& spec, const RouteSpec& route) {
  std::set<CityIndex> hosts;
  for (const auto* list : {&route.validators, &route.followers}) {
    for (const CityIndex city : *list) {
      if (city.value >= spec.cities.size()) return fmt::format("{} has a peer in no city", to_string(route.name));
      if (!hosts.insert(city).second) return fmt::format("{} has two peers in one city", to_string(route.name));
    }
  }
  if (route.state == RouteState::retired) return std::nullopt;
  if (hosts.empty()) return fmt::format("{} has no peer", to_string(route.name));
  return std::nullopt;
}

Wrong check_rule(const GatewaySpec& spec, const RoutingRule& rule, const std::string& whose) {
  if ((rule.policy == RoutePolicy::pinned) == rule.pins.empty()) {
    return fmt::format("{} is pinned to no city, or names cities without being pinned", whose);
  }
  for (const CityIndex city : rule.pins) {
    if (city.value >= spec.cities.size()) return fmt::format("{} is pinned to no city", whose);
  }
  if (rule.compare == 1 || rule.compare > RoutingRule::compare_max) {
    return fmt::format("{} can't have reads compared at {} peers", whose, rule.compare);
  }
  if (rule.policy == RoutePolicy::pinned && rule.compare > rule.pins.size()) {
    return fmt::format("{} is pinned to fewer cities than its reads are compared at", whose);
  }
  if (rule.hedge_after < Duration{}) return fmt::format("{} can't be hedged before it is late", whose);
  return std::nullopt;
}

Wrong check_routes(const GatewaySpec& spec) {
  std::set<ChainName> names;
  std::set<std::string> netcodes;
  for (std::size_t i = 0; i < spec.routes.size(); ++i) {
    const RouteSpec& route = spec.routes[i];
    if (route.index.value != i) return fmt::format("chain {} stands at position {}", route.index.value, i);
    if (route.state != RouteState::retired && !names.insert(route.name).second)
      return fmt::format("chain {} is there twice", to_string(route.name));
    if (auto wrong = check_hosts(spec, route)) return wrong;
    if (!in_range(route.plan.calls_per_second, 0, 1e9) || !in_range(route.plan.burst, 0, 1e9)) {
      return fmt::format("the plan of {} is out of range", to_string(route.name));
    }
    if (auto wrong = check_rule(spec, route.routing, to_string(route.name))) return wrong;
    const std::string& netcode = route.native.netcode;
    if (route.state != RouteState::retired && !netcode.empty() && !netcodes.insert(netcode).second)
      return fmt::format("two chains are offered as {}", netcode);
  }
  return std::nullopt;
}

Wrong check_projects(const GatewaySpec& spec) {
  std::set<Digest> keys;
  for (const ProjectSpec& project : spec.projects) {
    if (project.name.empty() || project.name.size() > CallLimits::name_bytes) return "a project has no proper name";
    if (is_remote_project(project.name))
      return fmt::format("project {}: that name is kept for other chains", project.name);
    if (project.key_hash.is_zero() || !keys.insert(project.key_hash).second) {
      return fmt::format("project {} has no key of its own", project.name);
    }
    if (!in_range(project.plan.calls_per_second, 0, 1e9) || !in_range(project.plan.burst, 0, 1e9)) {
      return fmt::format("the plan of project {} is out of range", project.name);
    }
    if (!project.routing) continue;
    if (auto wrong = check_rule(spec, *project.routing, "project " + project.name)) return wrong;
  }
  return std::nullopt;
}

Wrong check_figures(const GatewaySpec& spec) {
  if (spec.retry.max_attempts == 0) return "a call needs at least one attempt";
  if (!in_range(spec.retry.budget_per_call, 0, 100) || !in_range(spec.retry.budget_max, 0, 1e9)) {
    return "the retry budget is out of range";
  }
  if (spec.health.failures_in_a_row == 0) return "a node needs at least one failure to be ejected";
  if (spec.health.ejected_for < Duration{}) return "a node cannot be ejected for a negative time";
  if (!in_range(spec.health.ejected_share_max, 0, 1)) return "the share of ejected nodes is out of range";
  if (spec.health.open_calls_max == 0) return "open_calls_max is 0: no call could go anywhere";
  if (spec.health.probe_after < Duration{} || spec.health.probe_timeout < Duration{}) {
    return "a node cannot be asked for a sign of life before it is silent";
  }
  if (spec.max_calls == 0) return "max_calls is 0: no call could pass";
  if (spec.team.gateways == 0) return "team.gateways is 0: this gateway counts too";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> check(const GatewaySpec& spec) {
  for (const auto check_part : {check_cities, check_loops, check_routes, check_projects, check_figures}) {
    if (auto wrong = check_part(spec)) return wrong;
  }
  return std::nullopt;
}

std::optional<std::string> check_next(const GatewaySpec& now, const GatewaySpec& next) {
  if (auto wrong = check(next)) return wrong;
  if (next.home != now.home || next.seed != now.seed) return "a running gateway can't move or change its seed";
  if (next.team != now.team) return "a running gateway can't go over to other gateways";
  if (next.cities.size() != now.cities.size()) return "a running gateway can't learn or forget cities";
  for (std::size_t i = 0; i < now.cities.size(); ++i) {
    if (next.cities[i].name == now.cities[i].name) continue;
    return fmt::format("{} can't become {}", now.cities[i].name, next.cities[i].name);
  }
  if (next.routes.size() < now.routes.size()) return "a route can't be left out: retire it";
  for (std::size_t i = 0; i < now.routes.size(); ++i) {
    if (next.routes[i].name != now.routes[i].name) {
      return fmt::format("{} can't become {}", to_string(now.routes[i].name), to_string(next.routes[i].name));
    }
    if (now.routes[i].state == RouteState::retired && next.routes[i].state != RouteState::retired) {
      return fmt::format("{} is retired and can't come back", to_string(now.routes[i].name));
    }
    if (now.routes[i].owner != next.routes[i].owner) {
      return fmt::format("{} can't change its owner", to_string(now.routes[i].name));
    }
  }
  if (next.projects.size() != now.projects.size()) return "a running gateway can't change its projects";
  for (std::size_t i = 0; i < now.projects.size(); ++i) {
    if (next.projects[i].name != now.projects[i].name || next.projects[i].key_hash != now.projects[i].key_hash) {
      return "a running gateway can't change its projects";
    }
  }
  return std::nullopt;
}

}  // namespace bsn
