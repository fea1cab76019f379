// The operator of the virtual cluster, as the portals know it: services come, change, move and go.
#include <algorithm>
#include <utility>

#include "sim/service_life.h"
#include "sim/virtual/virtual_cluster.h"

namespace bsn {

Result<Done> VirtualCluster::take(Result<Topology> next, First first) {
  if (!next) return next.error();
  assign(std::move(*next), first);
  return Done{};
}

Result<Done> VirtualCluster::deploy_service(const ServiceOrder& order) {
  return take(bsn::deploy_service(topology_, order), First::nodes);
}

Result<Done> VirtualCluster::upgrade_service(const std::string& id, const ServiceUpgrade& upgrade) {
  return take(bsn::upgrade_service(topology_, id, upgrade), First::gateway);
}

Result<Done> VirtualCluster::move_service(const std::string& id, const ServiceMove& move) {
  return take(bsn::move_service(topology_, id, move), First::nodes);
}

Result<Done> VirtualCluster::retire_service(const std::string& id) {
  return take(bsn::retire_service(topology_, id), First::gateway);
}

bool VirtualCluster::has_joined(CityIndex city, ChainIndex chain) const {
  const CityNode* machine = nodes_[city.value].machine();
  const auto status = machine == nullptr ? std::nullopt : machine->status(chain);
  return status && status->joined;
}

// Whether the gateways know of the newest topology: until then calls may still go where they went before.
bool VirtualCluster::gateways_follow() const {
  return std::all_of(gateways_.begin(), gateways_.end(), [&](const VirtualGateway& gateway) {
    return !gateway.up || gateway.machine.spec().revision == topology_.revision;
  });
}

void VirtualCluster::advance_services() {
  Topology grown = topology_;
  for (const Service& service : topology_.services) {
    if (service_state(topology_, service) == ServiceState::starting && chain_settled_[service.chain.value]) {
      grown = std::move(service_started(grown, service.id).value());
    }
    for (const ServiceMove& move : service.moves) {
      if (!may_arrive(grown.chains[service.chain.value], move)) continue;
      if (!has_joined(*find_city(topology_, move.to), service.chain)) continue;
      grown = std::move(service_arrived(grown, service.id, move.to).value());
    }
  }
  if (grown.revision != topology_.revision) assign(std::move(grown), First::nodes);
  if (gateways_follow()) shrink_services();
}

void VirtualCluster::shrink_services() {
  Topology shrunk = topology_;
  for (const Service& service : topology_.services) {
    const Chain& chain = topology_.chains[service.chain.value];
    if (chain.state == RouteState::retired) continue;
    const std::vector<CityIndex> busy = use(service.chain).busy;
    for (const std::string& city : chain.leaving) {
      if (std::find(busy.begin(), busy.end(), *find_city(topology_, city)) != busy.end()) continue;
      if (shrunk.chains[service.chain.value].reseating) continue;
      shrunk = std::move(service_left(shrunk, service.id, city).value());
    }
    if (chain.state == RouteState::draining && busy.empty()) {
      shrunk = std::move(service_drained(shrunk, service.id).value());
    }
  }
  if (shrunk.revision != topology_.revision) assign(std::move(shrunk), First::gateway);
}

}  // namespace bsn
