// The operator of a live cluster: hands out assignments and takes the steps of a city's life (sim/life_cycle.h).
#include <algorithm>
#include <utility>

#include "sim/life_cycle.h"
#include "sim/live/live_cluster_impl.h"
#include "sim/seat_life.h"
#include "sim/service_life.h"

namespace bsn {
namespace {

constexpr Duration rpc_limit = seconds(20);

}  // namespace

// The step is decided when it is written down: on_step comes first.
Result<Done> LiveCluster::Impl::take(LifeStep::Kind kind, CityIndex city) {
  return take(LifeStep{kind, topology.cities.at(city.value).id});
}

Result<Done> LiveCluster::Impl::take(const ClusterStep& step) {
  auto next = bsn::take(topology, step);
  if (!next) return next.error();
  if (auto done = options.on_step(step); !done) return done;
  return assign(std::move(*next), shrinks(step) ? First::gateway : First::nodes);
}

Result<Done> LiveCluster::Impl::assign(Topology next, First order) {
  if (next.revision == topology.revision) return Done{};
  for (const CityIndex city : changed_nodes(topology, next)) untold.insert(city);
  // While the gateway has yet to hear of a smaller topology, it stays the first to be told.
  if (!gateway_untold || order == First::gateway) first = order;
  gateway_untold = true;
  topology = std::move(next);
  return hand_out();
}

// A node that is down hears of it when it is started again.
Result<Done> LiveCluster::Impl::tell_nodes() {
  std::map<std::string, NodeSpec> specs;
  for (const CityIndex city : untold) {
    if (city.value >= nodes.size() || nodes[city.value].process.running()) specs[address_of(city)] = spec_of(city);
  }
  if (auto done = rpc.commission_nodes(specs, rpc_limit); !done) return done;
  untold.clear();
  return Done{};
}

Result<Done> LiveCluster::Impl::tell_gateway() {
  if (!gateway_untold) return Done{};
  if (auto done = commission_gateways(rpc_limit); !done) return done;
  gateway_untold = false;
  return Done{};
}

Result<Done> LiveCluster::Impl::hand_out() {
  if (untold.empty() && !gateway_untold) return Done{};
  if (first == First::gateway) {
    if (auto done = tell_gateway(); !done) return done;
  }
  if (auto done = tell_nodes(); !done) return done;
  if (auto done = tell_gateway(); !done) return done;
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
  for (const auto& [address, chains] : rpc.digests(joining, rpc_limit)) {
    if (!std::all_of(chains.begin(), chains.end(), [](const ChainDigest& chain) { return chain.joined; })) continue;
    const auto node =
        std::find_if(nodes.begin(), nodes.end(), [&, at = address](const Child& one) { return one.address == at; });
    const auto city = CityIndex{static_cast<std::uint32_t>(node - nodes.begin())};
    if (auto done = take(LifeStep::Kind::connect, city); !done) return done;
  }
  return Done{};
}

Result<Done> LiveCluster::Impl::let_drained_leave() {
  if (leaving.empty()) return Done{};
  const auto counted = counts();
  if (!counted) return counted.error();
  for (const CityIndex city : std::set(leaving)) {
    if (city.value >= counted->open_calls.size() || counted->open_calls[city.value] > 0) continue;
    leaving.erase(city);
    if (auto done = take(LifeStep::Kind::leave, city); !done) return done;
  }
  return Done{};
}

const Topology& LiveCluster::topology() const { return impl_->topology; }

bool LiveCluster::leaving(CityIndex city) const { return impl_->leaving.count(city) > 0; }

Result<std::uint64_t> LiveCluster::open_calls(CityIndex city) {
  const auto counts = impl_->counts();
  if (!counts) return counts.error();
  return city.value < counts->open_calls.size() ? counts->open_calls[city.value] : 0;
}

bool LiveCluster::changing() const {
  if (impl_->gateway_untold || !impl_->untold.empty() || !impl_->leaving.empty()) return true;
  if (services_change(impl_->topology) || seats_change(impl_->topology)) return true;
  return std::any_of(impl_->topology.cities.begin(), impl_->topology.cities.end(),
                     [](const City& city) { return city.state == CityState::syncing; });
}

Result<Done> LiveCluster::operate() {
  if (auto done = impl_->hand_out(); !done) return done;
  if (auto done = impl_->connect_joined(); !done) return done;
  if (auto done = impl_->let_drained_leave(); !done) return done;
  if (seats_change(impl_->topology)) {
    if (auto done = impl_->advance_seats(); !done) return done;
  }
  if (!services_change(impl_->topology)) return Done{};
  if (auto done = impl_->advance_services(); !done) return done;
  return impl_->shrink_services();
}

Result<Done> LiveCluster::commission(CityIndex city) { return commission(city, {}); }

Result<Done> LiveCluster::commission(CityIndex city, const std::vector<std::string>& validates) {
  return impl_->take(LifeStep{LifeStep::Kind::commission, impl_->topology.cities.at(city.value).id, {}, validates});
}

Result<Done> LiveCluster::drain(CityIndex city) { return impl_->take(LifeStep::Kind::drain, city); }

Result<Done> LiveCluster::leave(CityIndex city) {
  if (impl_->topology.cities.at(city.value).state == CityState::connected) {
    if (auto done = drain(city); !done) return done;
  }
  if (auto done = impl_->take(LifeStep::Kind::to_leave, city); !done) return done;
  impl_->leaving.insert(city);
  return Done{};
}

void LiveCluster::Impl::adopt(const Endpoints& endpoints) {
  const auto child = [](const Endpoint& from) {
    Child to;
    to.name = from.name;
    to.log = from.log;
    to.process = Process::adopt(from.pid, from.started);
    to.address = from.grpc;
    to.addresses = {from.grpc};
    if (!from.http.empty()) to.addresses.push_back(from.http);  // the gateway announces it second
    to.addresses.insert(to.addresses.end(), from.more.begin(), from.more.end());
    return to;
  };
  for (const Endpoint& node : endpoints.city_nodes) nodes.push_back(child(node));
  if (endpoints.outside) outside = child(*endpoints.outside);
  gateways.push_back(child(endpoints.gateway));
  for (const Endpoint& gateway : endpoints.more_gateways) gateways.push_back(child(gateway));
  for (const Endpoint& relayer : endpoints.relayers) {
    relayers.push_back(child(relayer));
    relayers.back().address = relayer.http;
  }
}

Result<std::unique_ptr<LiveCluster>> LiveCluster::adopt(const Topology& topology, const std::vector<ClusterStep>& steps,
                                                        const ClusterOptions& options, const Endpoints& endpoints) {
  std::unique_ptr<LiveCluster> cluster(new LiveCluster(std::make_unique<Impl>()));
  Impl& impl = *cluster->impl_;
  impl.topology = topology;
  impl.options = options;
  impl.released = true;  // it lives on, whatever becomes of this process
  impl.adopt(endpoints);
  for (const ClusterStep& step : steps) {
    auto next = bsn::take(impl.topology, step);
    if (!next) return Error{ErrorCode::corrupt, "the steps of this cluster do not follow: " + next.error().message};
    for (const CityIndex city : changed_nodes(impl.topology, *next)) impl.untold.insert(city);
    impl.topology = std::move(*next);
    const auto* life = std::get_if<LifeStep>(&step);
    if (life == nullptr) continue;
    if (life->city.empty()) continue;  // it is about a chain
    const CityIndex city = *find_city(impl.topology, life->city);
    if (life->kind == LifeStep::Kind::to_leave) impl.leaving.insert(city);
    if (life->kind == LifeStep::Kind::leave) impl.leaving.erase(city);
  }
  impl.gateway_untold = impl.topology.revision > 0;
  impl.first = Impl::First::gateway;  // the last step may have been one that shrinks
  return cluster;
}

Result<Done> LiveCluster::name_operator(const Endpoint& process) {
  impl_->operator_ = process;
  return impl_->write_endpoint_file();
}

}  // namespace bsn
