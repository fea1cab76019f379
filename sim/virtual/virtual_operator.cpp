// The operator of the virtual cluster: hands out assignments and takes the later steps of a city's life.
#include <algorithm>
#include <utility>

#include "core/check.h"
#include "sim/life_cycle.h"
#include "sim/seat_life.h"
#include "sim/service_life.h"
#include "sim/virtual/virtual_cluster.h"

namespace bsn {
namespace {

constexpr Duration operate_interval = milliseconds(100);  // between two looks at cities that come or go

}  // namespace

// Specs and genesis ledgers of the chains of topology_; what a peer starts from is made once per chain.
void VirtualCluster::grow_chains() {
  bare_topology_ = topology_;
  for (Network& network : bare_topology_.networks) network.genesis_accounts = 0;
  chains_ = chain_specs(bare_topology_);
  if (genesis_.size() == chains_.size()) return;
  const std::vector<ChainSpec> whole = chain_specs(topology_);
  for (std::size_t n = genesis_.size(); n < whole.size(); ++n) {
    genesis_.push_back(make_ledger(whole[n]));
    chain_settled_.push_back(false);
    ++unsettled_;
  }
}

void VirtualCluster::assign(Topology next, First first) {
  BSN_CHECK(next.revision > topology_.revision, "another topology has a higher revision");
  const std::vector<CityIndex> changed = changed_nodes(topology_, next);
  topology_ = std::move(next);
  grow_chains();
  const CityIndex home = gateways_.front().home;
  Duration farthest;
  Duration heard_last;  // by the farthest gateway, after the first
  for (const VirtualGateway& gateway : gateways_) {
    heard_last = std::max(heard_last, call_links_.base_delay(home, gateway.home));
  }
  const Duration wait = first == First::gateway ? heard_last : Duration{};
  for (const CityIndex city : changed) {
    const Duration way = call_links_.base_delay(home, city);
    farthest = std::max(farthest, way);
    auto spec = std::make_shared<const NodeSpec>(node_spec(city));
    const std::uint32_t slot = assignments_.put({city, nodes_[city.value].life(), {std::move(spec)}});
    queue_.push(now_ + wait + way, operator_source(), {Kind::node_assigned, slot});
  }
  trace_.record(now_, "assign", topology_.revision, changed.size());
  // Growing, the gateways hear of it when the farthest node has acknowledged.
  const Instant told = first == First::gateway ? now_ : now_ + farthest * 2;
  for (std::uint32_t n = 0; n < gateways_.size(); ++n) {
    queue_.push(told + call_links_.base_delay(home, gateways_[n].home), operator_source(), {Kind::gateway_assigned, n});
  }
  watch_over_changes();
}

void VirtualCluster::deliver(const AssignmentDelivery& delivery) {
  ++events_;
  if (!accepts(delivery.to, delivery.life)) return;  // it starts with the newest assignment
  VirtualNode& node = nodes_[delivery.to.value];
  const bool served = node.serves();
  node.step(now_, delivery.assigned, node_outputs_);
  after_node(delivery.to);
  if (node.serves() != served) tell_link(delivery.to, true);
}

void VirtualCluster::deliver_gateway_assignment(std::uint32_t gateway) {
  ++events_;
  if (!gateways_[gateway].up) return;  // it starts with the newest assignment
  step_gateway(gateway,
               GatewayAssigned{std::make_shared<const GatewaySpec>(gateway_spec(bare_topology_, seed_, gateway))});
}

bool VirtualCluster::changing() const {
  if (services_change(topology_) || seats_change(topology_)) return true;
  for (const ChainSpec& chain : chains_) {
    if (!silent_validators(chain).empty()) return true;
  }
  return !leaving_.empty() || std::any_of(topology_.cities.begin(), topology_.cities.end(),
                                          [](const City& city) { return city.state == CityState::syncing; });
}

void VirtualCluster::watch_over_changes() {
  if (operating_ || !changing()) return;
  operating_ = true;
  queue_.push(now_ + operate_interval, operator_source(), {Kind::operate, 0});
}

// Looks at every city that comes or goes whether its next step can be taken.
void VirtualCluster::operate() {
  ++events_;
  operating_ = false;
  Topology grown = topology_;
  for (const CitySpec& city : cities_) {
    if (topology_.cities[city.index.value].state != CityState::syncing) continue;
    const CityNode* machine = nodes_[city.index.value].machine();
    if (machine == nullptr || machine->state() != CityState::syncing || !machine->joined()) continue;
    grown = std::move(connect(grown, city.name).value());
  }
  if (grown.revision != topology_.revision) assign(std::move(grown), First::nodes);
  Topology shrunk = topology_;
  std::erase_if(leaving_, [&](CityIndex city) {
    if (open_calls(city) > 0) return false;
    shrunk = std::move(bsn::leave(shrunk, cities_[city.value].name).value());
    return true;
  });
  if (shrunk.revision != topology_.revision) assign(std::move(shrunk), First::gateway);
  advance_seats();
  advance_services();
  watch_over_changes();
}

// Validators that may have signed what they no longer know, and could have another seat.
std::vector<CityIndex> VirtualCluster::silent_validators(const ChainSpec& chain) const {
  std::vector<CityIndex> silent;
  const Chain& known = topology_.chains[chain.index.value];
  if (known.state != RouteState::open || known.validators.size() == 1) return silent;
  if (!needs_new_seat(topology_, known)) return silent;
  for (const CityIndex city : voter_cities(chain)) {
    const CityNode* machine = nodes_[city.value].machine();
    const auto status = machine == nullptr ? std::nullopt : machine->status(chain.index);
    if (status && status->silent) silent.push_back(city);
  }
  return silent;
}

// Whether a validator has seen the voters that are wanted committed.
bool VirtualCluster::has_settled(const ChainSpec& chain) const {
  const std::vector<CityIndex> voters = voter_cities(chain);
  return std::any_of(voters.begin(), voters.end(), [&](CityIndex city) {
    const CityNode* machine = nodes_[city.value].machine();
    const auto status = machine == nullptr ? std::nullopt : machine->status(chain.index);
    return status && status->voters == chain.voters;
  });
}

// Seats whose disk was lost are given up, changes that came about are written down, and who caught up gets its seat.
void VirtualCluster::advance_seats() {
  Topology next = topology_;
  for (const ChainSpec& spec : chains_) {
    const Chain& chain = topology_.chains[spec.index.value];
    if (chain.state != RouteState::open) continue;
    for (const CityIndex city : silent_validators(spec)) {
      auto reseated = bsn::reseat(next, chain.name, cities_[city.value].name);
      if (reseated) next = std::move(*reseated);
    }
    if (chain.reseating) {
      const bool same = next.chains[spec.index.value].seats.size() == chain.seats.size() &&
                        next.chains[spec.index.value].validators == chain.validators;
      if (same && has_settled(spec)) next = std::move(settle(next, chain.name).value());
      continue;
    }
    const auto ready = std::find_if(chain.promoting.begin(), chain.promoting.end(), [&](const std::string& city) {
      return has_joined(*find_city(topology_, city), spec.index);
    });
    if (ready == chain.promoting.end() || next.chains[spec.index.value].reseating) continue;
    next = std::move(promote(next, chain.name, *ready).value());
  }
  if (next.revision != topology_.revision) assign(std::move(next), First::nodes);
}

Result<Done> VirtualCluster::commission(CityIndex city) {
  auto next = bsn::commission(topology_, cities_[city.value].name);
  if (!next) return next.error();
  assign(std::move(*next), First::nodes);
  return Done{};
}

Result<Done> VirtualCluster::drain(CityIndex city) {
  auto next = bsn::drain(topology_, cities_[city.value].name);
  if (!next) return next.error();
  assign(std::move(*next), First::gateway);
  return Done{};
}

Result<Done> VirtualCluster::leave(CityIndex city) {
  if (topology_.cities[city.value].state == CityState::connected) {
    if (auto done = drain(city); !done) return done;
  }
  if (auto next = bsn::leave(topology_, cities_[city.value].name); !next) return next.error();
  leaving_.insert(city);
  watch_over_changes();
  return Done{};
}

}  // namespace bsn
