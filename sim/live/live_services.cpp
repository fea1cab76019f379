// The operator of a live cluster, as the portals know it: services come, change, move and go (sim/service_life.h).
#include <algorithm>
#include <utility>

#include "sim/live/live_cluster_impl.h"
#include "sim/service_life.h"
#include "sim/service_report.h"

namespace bsn {
namespace {

constexpr Duration rpc_limit = seconds(20);

const ChainDigest* find(const std::vector<ChainDigest>& chains, const ChainName& name) {
  const auto found =
      std::find_if(chains.begin(), chains.end(), [&](const ChainDigest& one) { return one.chain == name; });
  return found == chains.end() ? nullptr : &*found;
}

bool has_begun(const std::map<CityIndex, std::vector<ChainDigest>>& digests, const ChainName& name) {
  return std::any_of(digests.begin(), digests.end(), [&](const auto& node) {
    const ChainDigest* chain = find(node.second, name);
    return chain != nullptr && (!chain->leader.empty() || chain->height > 0);
  });
}

bool goes_somewhere(const Topology& topology, const Service& service) {
  const Chain& chain = topology.chains[service.chain.value];
  return chain.state == RouteState::draining || (chain.state == RouteState::open && !chain.leaving.empty());
}

}  // namespace

// What the hosts of services that start or move say of their chains; hosts that are down say nothing.
std::map<CityIndex, std::vector<ChainDigest>> LiveCluster::Impl::ask_service_hosts() {
  std::map<std::string, CityIndex> asked;
  const auto ask = [&](const std::string& id) {
    const CityIndex city = *find_city(topology, id);
    if (nodes[city.value].process.running()) asked[nodes[city.value].address] = city;
  };
  for (const Service& service : topology.services) {
    if (service_state(topology, service) == ServiceState::starting) {
      for (const std::string& id : topology.chains[service.chain.value].validators) ask(id);
    }
    for (const ServiceMove& move : service.moves) ask(move.to);
  }
  std::vector<std::string> addresses;
  for (const auto& [address, city] : asked) addresses.push_back(address);
  std::map<CityIndex, std::vector<ChainDigest>> digests;
  if (addresses.empty()) return digests;
  for (auto& [address, chains] : rpc.digests(addresses, rpc_limit)) digests[asked.at(address)] = std::move(chains);
  return digests;
}

// What a service that starts or moves can do next.
std::vector<ServiceStep> LiveCluster::Impl::steps_of(
    const Service& service, const std::map<CityIndex, std::vector<ChainDigest>>& digests) const {
  const ChainName& name = topology.chains[service.chain.value].name;
  std::vector<ServiceStep> steps;
  if (service_state(topology, service) == ServiceState::starting && has_begun(digests, name)) {
    steps.push_back({ServiceStep::Kind::started, service.id, {}, {}, {}});
  }
  for (const ServiceMove& move : service.moves) {
    const auto node = digests.find(*find_city(topology, move.to));
    const ChainDigest* chain = node == digests.end() ? nullptr : find(node->second, name);
    const bool may = may_arrive(topology.chains[service.chain.value], move);
    if (chain != nullptr && chain->joined && may)
      steps.push_back({ServiceStep::Kind::arrived, service.id, {}, {}, move});
  }
  return steps;
}

Result<Done> LiveCluster::Impl::advance_services() {
  const auto digests = ask_service_hosts();
  std::vector<ServiceStep> steps;
  for (const Service& service : topology.services) {
    for (ServiceStep& step : steps_of(service, digests)) steps.push_back(std::move(step));
  }
  for (const ServiceStep& step : steps) {
    if (auto done = take(step); !done) return done;
  }
  return Done{};
}

// Where no call is out any more, what is to go may go.
std::vector<ServiceStep> LiveCluster::Impl::last_steps_of(const Service& service,
                                                          const std::vector<CityIndex>& busy) const {
  const Chain& chain = topology.chains[service.chain.value];
  std::vector<ServiceStep> steps;
  if (chain.state == RouteState::draining && busy.empty()) {
    steps.push_back({ServiceStep::Kind::drained, service.id, {}, {}, {}});
  }
  for (const std::string& id : chain.leaving) {
    const bool called = std::find(busy.begin(), busy.end(), *find_city(topology, id)) != busy.end();
    if (chain.state == RouteState::open && !called && !chain.reseating) {
      steps.push_back({ServiceStep::Kind::left, service.id, {}, {}, {id, ""}});
    }
  }
  return steps;
}

void LiveCluster::Impl::tell_of_end(const ServiceStep& step) {
  const Service& service = **find_service(topology, step.service);
  const std::vector<std::string>& validators = topology.chains[service.chain.value].validators;
  if (step.kind == ServiceStep::Kind::left) {
    const bool gives_seat_up = std::find(validators.begin(), validators.end(), step.move.from) != validators.end();
    if (gives_seat_up) return;  // the peer stays until that has come about
    return options.before_peer_ends(*find_city(topology, step.move.from), service.chain);
  }
  const Chain& chain = topology.chains[service.chain.value];
  for (const auto* hosts : {&chain.validators, &chain.followers}) {
    for (const std::string& host : *hosts) options.before_peer_ends(*find_city(topology, host), service.chain);
  }
}

Result<Done> LiveCluster::Impl::shrink_services() {
  const auto shrinking = [&](const Service& service) { return goes_somewhere(topology, service); };
  if (std::none_of(topology.services.begin(), topology.services.end(), shrinking)) return Done{};
  const auto counted = counts();
  if (!counted) return counted.error();
  std::vector<ServiceStep> steps;
  for (const Service& service : topology.services) {
    if (!goes_somewhere(topology, service) || service.chain.value >= counted->routes.size()) continue;
    for (ServiceStep& step : last_steps_of(service, counted->routes[service.chain.value].busy)) {
      steps.push_back(std::move(step));
    }
  }
  for (const ServiceStep& step : steps) {
    const Chain& chain = topology.chains[(*find_service(topology, step.service))->chain.value];
    if (step.kind == ServiceStep::Kind::left && chain.reseating) continue;  // another goes just now
    tell_of_end(step);
    if (auto done = take(step); !done) return done;
  }
  return Done{};
}

Result<Done> LiveCluster::take(const ServiceStep& step) { return impl_->take(step); }

Result<Done> LiveCluster::deploy_service(const ServiceOrder& order) {
  return impl_->take(ServiceStep{ServiceStep::Kind::deploy, order.id, order, {}, {}});
}

Result<Done> LiveCluster::upgrade_service(const std::string& id, const ServiceUpgrade& upgrade) {
  return impl_->take(ServiceStep{ServiceStep::Kind::upgrade, id, {}, upgrade, {}});
}

Result<Done> LiveCluster::move_service(const std::string& id, const ServiceMove& move) {
  return impl_->take(ServiceStep{ServiceStep::Kind::move, id, {}, {}, move});
}

Result<Done> LiveCluster::retire_service(const std::string& id) {
  return impl_->take(ServiceStep{ServiceStep::Kind::retire, id, {}, {}, {}});
}

// Asks every host of a service at once for its disk; of each chain the largest answer counts.
std::map<ChainIndex, std::uint64_t> LiveCluster::Impl::storage_of_services() {
  std::map<std::string, std::vector<ChainIndex>> asked;
  for (const Service& service : topology.services) {
    const Chain& chain = topology.chains[service.chain.value];
    if (chain.state == RouteState::retired) continue;
    for (const auto* hosts : {&chain.validators, &chain.followers}) {
      for (const std::string& host : *hosts) {
        Child& node = nodes[find_city(topology, host)->value];
        if (node.process.running()) asked[node.address].push_back(service.chain);
      }
    }
  }
  return rpc.largest_storage(asked, rpc_limit);
}

Result<std::vector<ServiceReport>> LiveCluster::services() {
  std::vector<ServiceReport> reports;
  if (impl_->topology.services.empty()) return reports;
  const auto counts = impl_->counts();
  if (!counts) return counts.error();
  const std::map<ChainIndex, std::uint64_t> storage = impl_->storage_of_services();
  for (const Service& service : impl_->topology.services) {
    const auto stored = storage.find(service.chain);
    const RouteUse use = service.chain.value < counts->routes.size() ? counts->routes[service.chain.value] : RouteUse{};
    reports.push_back(service_report(impl_->topology, service, use, stored == storage.end() ? 0 : stored->second));
  }
  return reports;
}

}  // namespace bsn
