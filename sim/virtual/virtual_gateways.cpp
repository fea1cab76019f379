// The gateways of the virtual cluster: who gets a call, what they want done, and how shares of the day reach them.
#include <algorithm>
#include <iterator>
#include <utility>

#include "core/check.h"
#include "sim/virtual/virtual_cluster.h"

namespace bsn {
namespace {

Digest reply_digest(const Reply& reply) {
  return CanonicalBytes("bsn/trace-reply/v1")
      .add(static_cast<std::uint64_t>(reply.status))
      .add(static_cast<std::uint64_t>(reply.reason))
      .add(reply.message)
      .add(reply.value)
      .add(reply.transaction)
      .add(reply.height)
      .add(std::uint64_t{reply.index})
      .add(reply.state_root)
      .add(reply.city)
      .digest();
}

}  // namespace

void VirtualCluster::start_gateways() {
  const std::vector<std::string> homes = gateway_cities(topology_);
  gateways_.reserve(homes.size());
  for (std::size_t n = 0; n < homes.size(); ++n) {
    GatewaySpec spec = gateway_spec(topology_, seed_, n);
    const CityIndex home = spec.home;
    gateways_.push_back({Gateway(std::move(spec)), home});
  }
  for (std::uint32_t n = 0; homes.size() > 1 && n < cities_.size(); ++n) {
    near_.emplace(cities_[n].name, gateways_near(topology_, {n}));
  }
}

// ---- calls come in ----

std::optional<std::uint32_t> VirtualCluster::gateway_for(const std::string& origin) const {
  const auto near = near_.find(origin);
  if (near != near_.end()) {
    for (const std::size_t number : near->second) {
      if (gateways_[number].up) return static_cast<std::uint32_t>(number);
    }
    return std::nullopt;
  }
  const auto up = std::find_if(gateways_.begin(), gateways_.end(), [](const auto& gateway) { return gateway.up; });
  if (up == gateways_.end()) return std::nullopt;
  return static_cast<std::uint32_t>(up - gateways_.begin());
}

void VirtualCluster::send(const ClientCall& call) {
  ++events_;
  const auto gateway = gateway_for(call.origin);
  if (!gateway) {
    return listener_.on_answer(now_, call.id, refusal(Status::unavailable, Reason::link_lost, "no gateway is up"));
  }
  gateways_[*gateway].open.insert(gateways_[*gateway].open.end(), call.id);
  step_gateway(*gateway, call);
}

// ---- the machines' turns ----

void VirtualCluster::wake_gateway(std::uint32_t number) {
  VirtualGateway& gateway = gateways_[number];
  if (gateway.wakeup != now_) return;
  gateway.wakeup = Instant::max();
  if (const auto due = gateway.machine.next_wakeup(); due && *due <= now_) {
    ++events_;
    gateway.machine.advance_to(now_, gateway_outputs_);
    const auto next = gateway.machine.next_wakeup();
    BSN_CHECK(!next || *next > now_, "a machine fires everything that is due");
  }
  after_gateway(number);
}

void VirtualCluster::deliver(const GatewayDelivery<NodeReply>& reply) {
  ++events_;
  if (!gateways_[reply.to].up || gateways_[reply.to].life != reply.life) return;
  trace_.record(now_, "reply", reply.input.attempt.value, static_cast<std::uint64_t>(reply.input.reply.status));
  step_gateway(reply.to, reply.input);
}

template <class Input>
void VirtualCluster::deliver(const GatewayDelivery<Input>& delivery) {
  if (gateways_[delivery.to].up && gateways_[delivery.to].life == delivery.life) {
    step_gateway(delivery.to, delivery.input);
  }
}
template void VirtualCluster::deliver(const GatewayDelivery<NodeLink>&);
template void VirtualCluster::deliver(const GatewayDelivery<QuotaGrant>&);
template void VirtualCluster::deliver(const GatewayDelivery<NodeAlive>&);

void VirtualCluster::step_gateway(std::uint32_t gateway, const GatewayInput& input) {
  gateways_[gateway].machine.step(now_, input, gateway_outputs_);
  after_gateway(gateway);
}

void VirtualCluster::after_gateway(std::uint32_t gateway) {
  for (GatewayOutput& output : gateway_outputs_) {
    std::visit([&](auto& one) { happen(gateway, one); }, output);
  }
  gateway_outputs_.clear();
  renew_wakeup(gateways_[gateway].machine.next_wakeup(), gateways_[gateway].wakeup, gateway_source(gateway),
               {Kind::wake_gateway, gateway});
}

void VirtualCluster::happen(std::uint32_t gateway, Forward& forward) {
  const VirtualNode& node = nodes_[forward.city.value];
  if (node.state() == VirtualNode::State::down) return;  // the lost link is on its way to the gateway
  BSN_CHECK(forward.attempt.value >> attempt_bits == 0, "a gateway makes at most 2^32 attempts");
  const std::uint64_t number = std::uint64_t{gateway} << attempt_bits | forward.attempt.value;
  const Instant arrives = call_arrival(forward.origin, forward.city);
  attempts_[number] = {forward.city, forward.origin, arrives, gateway, gateways_[gateway].life};
  CallArrived call{{number}, std::move(forward.call), arrives, forward.deadline};
  const std::uint32_t slot = forwards_.put({forward.city, node.life(), std::move(call)});
  queue_.push(arrives, gateway_source(gateway), {Kind::forward, slot});
}

void VirtualCluster::happen(std::uint32_t gateway, const GatewayAnswer& answer) {
  trace_.record(now_, "answer", answer.id.value, reply_digest(answer.reply));
  gateways_[gateway].open.erase(answer.id);
  listener_.on_answer(now_, answer.id, answer.reply);
}

// ---- shares of the day: the holder is in the first gateway ----

void VirtualCluster::happen(std::uint32_t gateway, const QuotaAsk& ask) {
  if (gateway == 0) return grant(0, ask);
  const Instant arrives = now_ + call_links_.base_delay(gateways_[gateway].home, gateways_.front().home);
  queue_.push(arrives, gateway_source(gateway), {Kind::quota_ask, asks_.put({gateway, gateways_[gateway].life, ask})});
}

void VirtualCluster::deliver_ask(const GatewayDelivery<QuotaAsk>& ask) {
  ++events_;
  if (gateways_.front().up) grant(ask.to, ask.input);
}

// It answers its own gateway at once, the others after the way.
void VirtualCluster::grant(std::uint32_t gateway, const QuotaAsk& ask) {
  std::vector<QuotaHolderOutput> outputs;
  quota_.step(now_, QuotaAsked{gateway, ask}, outputs);
  for (const QuotaHolderOutput& output : outputs) {
    const auto* granted = std::get_if<QuotaGranted>(&output);
    if (granted == nullptr) continue;
    if (gateway == 0) {
      std::vector<GatewayOutput> more;
      gateways_.front().machine.step(now_, granted->grant, more);
      BSN_CHECK(more.empty(), "a share that has just been granted is not asked for again");
      continue;
    }
    const Instant arrives = now_ + call_links_.base_delay(gateways_.front().home, gateways_[gateway].home);
    queue_.push(arrives, gateway_source(0),
                {Kind::quota_grant, grants_.put({gateway, gateways_[gateway].life, granted->grant})});
  }
}

// ---- links ----

// A gateway hears of a link's end or beginning after the way from the city to its home.
void VirtualCluster::tell_link(std::uint32_t gateway, CityIndex city, bool up) {
  if (cities_[city.value].state == CityState::outside) return;
  const NodeLink link{city, up, up && nodes_[city.value].serves()};
  const std::uint32_t slot = links_.put({gateway, gateways_[gateway].life, link});
  queue_.push(now_ + call_links_.base_delay(city, gateways_[gateway].home), city.value, {Kind::node_link, slot});
}

void VirtualCluster::tell_link(CityIndex city, bool up) {
  for (std::uint32_t n = 0; n < gateways_.size(); ++n) tell_link(n, city, up);
}

// ---- signs of life: of a running node after the way there and back, of a paused one when it is resumed ----

void VirtualCluster::happen(std::uint32_t gateway, const Probe& probe) {
  const Instant arrives = now_ + call_links_.base_delay(gateways_[gateway].home, probe.city);
  const std::uint32_t slot = probes_.put({gateway, gateways_[gateway].life, probe});
  queue_.push(arrives, gateway_source(gateway), {Kind::probe, slot});
}

void VirtualCluster::deliver_probe(const GatewayDelivery<Probe>& probe) {
  ++events_;
  if (nodes_[probe.input.city.value].state() == VirtualNode::State::running) show_life(probe.to, probe.input.city);
}

void VirtualCluster::show_life(std::uint32_t gateway, CityIndex city) {
  const Instant arrives = now_ + call_links_.base_delay(city, gateways_[gateway].home);
  const std::uint32_t slot = alive_.put({gateway, gateways_[gateway].life, NodeAlive{city}});
  queue_.push(arrives, city.value, {Kind::node_alive, slot});
}

// ---- faults ----

Result<Done> VirtualCluster::kill_gateway(std::size_t number) {
  VirtualGateway& gateway = gateways_.at(number);
  if (!gateway.up) return Error{ErrorCode::invalid_configuration, gateway_name(topology_, number) + " does not run"};
  gateway.up = false;
  ++gateway.life;
  gateway.wakeup = Instant::max();
  trace_.record(now_, "gateway killed", number, gateway.open.size());
  for (const CallId id : std::exchange(gateway.open, {})) {
    listener_.on_answer(now_, id, refusal(Status::unavailable, Reason::link_lost, "the gateway is gone"));
  }
  return Done{};
}

// With what its disk holds: the accounts never change here, and the grants are the holder's.
Result<Done> VirtualCluster::restart_gateway(std::size_t number) {
  VirtualGateway& gateway = gateways_.at(number);
  if (gateway.up) return Error{ErrorCode::invalid_configuration, gateway_name(topology_, number) + " runs"};
  gateway.machine = Gateway(gateway_spec(bare_topology_, seed_, number));
  gateway.up = true;
  trace_.record(now_, "gateway restarted", number, std::uint64_t{gateway.life});
  const auto self = static_cast<std::uint32_t>(number);
  step_gateway(self, Resumed{});
  for (const CitySpec& city : cities_) {
    if (nodes_[city.index.value].state() != VirtualNode::State::down) tell_link(self, city.index, true);
  }
  return Done{};
}

// ---- looks ----

bool VirtualCluster::healthy(CityIndex city) const {
  const auto up = std::find_if(gateways_.begin(), gateways_.end(), [](const auto& gateway) { return gateway.up; });
  return up != gateways_.end() && up->machine.healthy(city, now_);
}

GatewayCounters VirtualCluster::counters() const {
  GatewayCounters all;
  for (const VirtualGateway& gateway : gateways_) {
    const GatewayCounters& one = gateway.machine.counters();
    all.calls += one.calls;
    all.refused += one.refused;
    all.attempts += one.attempts;
    all.retries += one.retries;
    all.hedges += one.hedges;
    all.compares += one.compares;
    all.unequal += one.unequal;
  }
  return all;
}

RouteUse VirtualCluster::use(ChainIndex chain) const {
  RouteUse all;
  std::set<CityIndex> busy;
  for (const VirtualGateway& gateway : gateways_) {
    if (!gateway.up) continue;
    const RouteUse one = gateway.machine.use(chain);
    all.calls += one.calls;
    all.over_capacity += one.over_capacity;
    all.bytes_in += one.bytes_in;
    all.bytes_out += one.bytes_out;
    busy.insert(one.busy.begin(), one.busy.end());
  }
  all.busy = {busy.begin(), busy.end()};
  return all;
}

std::size_t VirtualCluster::open_calls(CityIndex city) const {
  std::size_t open = 0;
  for (const VirtualGateway& gateway : gateways_) open += gateway.up ? gateway.machine.open_calls(city) : 0;
  return open;
}

}  // namespace bsn
