// The operator of a live cluster: hands out assignments and takes the steps of a city's life (sim/life_cycle.h).
#include <algorithm>
#include <utility>

#include "sim/life_cycle.h"
#include "sim/live/live_cluster_impl.h"

namespace bsn {
namespace {

constexpr Duration rpc_limit = seconds(20);

}  // namespace

// A node that is down hears of it when it is started again.
Result<Done> LiveCluster::Impl::assign(Topology next, First first) {
  const std::vector<CityIndex> changed = changed_nodes(topology, next);
  topology = std::move(next);
  std::map<std::string, NodeSpec> specs;
  for (const CityIndex city : changed) {
    if (city.value >= nodes.size() || nodes[city.value].process.running()) specs[address_of(city)] = spec_of(city);
  }
  if (first == First::gateway) {
    if (auto done = rpc.commission_gateway(gateway.address, spec_of_gateway(), rpc_limit); !done) return done;
  }
  if (auto done = rpc.commission_nodes(specs, rpc_limit); !done) return done;
  if (first == First::nodes) {
    if (auto done = rpc.commission_gateway(gateway.address, spec_of_gateway(), rpc_limit); !done) return done;
  }
  return write_endpoint_file();
}

Result<Done> LiveCluster::Impl::connect_joined() {
  std::vector<std::string> joining;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (topology.cities[i].state == CityState::syncing && nodes[i].process.running()) {
      joining.push_back(nodes[i].address);
    }
  }
  if (joining.empty()) return Done{};
  Topology next = topology;
  for (const auto& [address, chains] : rpc.digests(joining, rpc_limit)) {
    if (!std::all_of(chains.begin(), chains.end(), [](const ChainDigest& chain) { return chain.joined; })) continue;
    const auto node =
        std::find_if(nodes.begin(), nodes.end(), [&, at = address](const Child& one) { return one.address == at; });
    auto connected = connect(next, node->name);
    if (!connected) return connected.error();
    next = std::move(*connected);
  }
  return next.revision == topology.revision ? Result<Done>(Done{}) : assign(std::move(next), First::nodes);
}

Result<Done> LiveCluster::Impl::let_drained_leave() {
  if (leaving.empty()) return Done{};
  const auto counts = rpc.counters(gateway.address, rpc_limit);
  if (!counts) return counts.error();
  Topology next = topology;
  for (auto city = leaving.begin(); city != leaving.end();) {
    if (city->value >= counts->open_calls.size() || counts->open_calls[city->value] > 0) {
      ++city;
      continue;
    }
    auto left = bsn::leave(next, nodes[city->value].name);
    if (!left) return left.error();
    next = std::move(*left);
    city = leaving.erase(city);
  }
  return next.revision == topology.revision ? Result<Done>(Done{}) : assign(std::move(next), First::gateway);
}

const Topology& LiveCluster::topology() const { return impl_->topology; }

bool LiveCluster::changing() const {
  return !impl_->leaving.empty() || std::any_of(impl_->topology.cities.begin(), impl_->topology.cities.end(),
                                                [](const City& city) { return city.state == CityState::syncing; });
}

Result<Done> LiveCluster::operate() {
  if (auto done = impl_->connect_joined(); !done) return done;
  return impl_->let_drained_leave();
}

Result<Done> LiveCluster::commission(CityIndex city) {
  auto next = bsn::commission(impl_->topology, impl_->nodes.at(city.value).name);
  if (!next) return next.error();
  return impl_->assign(std::move(*next), Impl::First::nodes);
}

Result<Done> LiveCluster::drain(CityIndex city) {
  auto next = bsn::drain(impl_->topology, impl_->nodes.at(city.value).name);
  if (!next) return next.error();
  return impl_->assign(std::move(*next), Impl::First::gateway);
}

Result<Done> LiveCluster::leave(CityIndex city) {
  if (impl_->topology.cities.at(city.value).state == CityState::connected) {
    if (auto done = drain(city); !done) return done;
  }
  if (auto next = bsn::leave(impl_->topology, impl_->nodes.at(city.value).name); !next) return next.error();
  impl_->leaving.insert(city);
  return Done{};
}

}  // namespace bsn
