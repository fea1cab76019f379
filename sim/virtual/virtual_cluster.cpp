#include "sim/virtual/virtual_cluster.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/check.h"
#include "core/prefetch.h"

namespace bsn {
namespace {

// Not above the least way between two places, see event_queue.h.
Duration bucket_width(const WanParameters& wan) { return std::clamp(wan.fixed, microseconds(1), microseconds(500)); }

std::vector<std::string> names_of(const std::vector<CitySpec>& cities) {
  std::vector<std::string> names;
  names.reserve(cities.size());
  for (const CitySpec& city : cities) names.push_back(city.name);
  return names;
}

std::uint64_t pair_of(std::uint32_t high, std::uint32_t low) { return std::uint64_t{high} << 32 | low; }

// Numbers a message's kind for the trace, the alternatives of ConsensusMessage included.
std::uint32_t kind_of(const PeerMessage& message) {
  const auto kind = static_cast<std::uint32_t>(message.index());
  const auto* consensus = std::get_if<ConsensusMessage>(&message);
  return consensus ? kind | static_cast<std::uint32_t>(consensus->index()) << 8 : kind;
}

}  // namespace

VirtualCluster::VirtualCluster(const Topology& topology, std::uint64_t seed, Durability durability,
                               VirtualListener listener, Execution execution)
    : topology_(topology),
      bare_topology_(topology),
      seed_(seed),
      durability_(durability),
      cities_(city_specs(topology)),
      chains_(chain_specs(topology)),
      listener_(std::move(listener)),
      queue_(bucket_width(topology.wan)),
      peer_links_(topology.wan, cities_, seed, "peer", LinkOrder::kept, ZoneLatencies(topology)),
      call_links_(topology.wan, cities_, seed, "call", LinkOrder::free),
      lines_(topology, seed),
      partition_(cities_.size()),
      weather_(names_of(cities_), seed),
      quota_(0, {}),
      node_wakeups_(cities_.size(), Instant::max()),
      unsettled_(0) {
  grow_chains();
  start_gateways();
  const MakeEngine make = engine_maker(execution);
  nodes_.reserve(cities_.size());
  for (const CitySpec& city : cities_) {
    const auto start = [this, execution, make, self = city.index](Instant now, const auto& disk) {
      const auto genesis = [this, execution](const ChainSpec& chain) {
        const Ledger& common = genesis_.at(chain.index.value);
        return execution == Execution::shared ? common : common.apart();
      };
      return CityNode(node_spec(self), disk, now, make, genesis);
    };
    nodes_.emplace_back(start, now_);
    tell_link(city.index, true);
    after_node(city.index);
  }
  for (std::uint32_t n = 0; n < gateways_.size(); ++n) after_gateway(n);
}

// With the others of its chain, where execution is shared too.
MakeEngine VirtualCluster::engine_maker(Execution execution) {
  if (execution == Execution::each) return make_engine;
  return [this](EngineConfig config, const DurableState& durable, const BlockSealed& tip, Instant now) {
    std::shared_ptr<EngineCommons>& commons = commons_[config.chain_seed];
    if (!commons) commons = std::make_shared<EngineCommons>();
    config.commons = commons;
    return make_engine(config, durable, tip, now);
  };
}

// Names no other cities: a machine needs their addresses only, and here there are none.
NodeSpec VirtualCluster::node_spec(CityIndex self) const {
  const City& home = topology_.cities[self.value];
  NodeSpec spec;
  spec.self = self;
  spec.revision = topology_.revision;
  spec.seed = seed_;
  spec.wan = topology_.wan;
  spec.durability = durability_;
  spec.cities = {cities_[self.value]};
  spec.cities.front().state = home.state;
  if (!hosts_peers(home.state)) return spec;
  const auto has = [](const auto& list, const auto& one) {
    return std::find(list.begin(), list.end(), one) != list.end();
  };
  for (const ChainSpec& chain : chains_) {
    if (topology_.chains[chain.index.value].state == RouteState::retired) continue;
    if (!has_peer(chain, self)) continue;
    spec.chains.push_back(chain);
    if (has(topology_.chains[chain.index.value].joined, home.id)) spec.joins.push_back(chain.index);
  }
  return spec;
}

void VirtualCluster::run_until(Instant until) {
  BSN_CHECK(until >= now_, "time does not run backwards");
  Event<Parcel> event;
  while (queue_.pop_due(until, event)) {
    if (queue_.page() != warmed_page_) warm_next_page();
    now_ = event.when;
    handle(event);
  }
  now_ = until;
}

// Of very many nodes little is in the caches, and a message finds its peer from pointer to pointer. Those that come
// next go these ways together.
void VirtualCluster::warm_next_page() {
  warmed_page_ = queue_.page();
  constexpr std::size_t most = 64;
  std::array<std::uint32_t, most> slots;
  std::size_t count = 0;
  queue_.visit_next_page([&](const Parcel& parcel) {
    if (parcel.kind != Kind::peer_message || count == most) return;
    prefetch(peer_messages_[parcel.index]);
    slots[count++] = parcel.index;
  });
  for (std::size_t i = 0; i < count; ++i) {
    const PeerDelivery& delivery = peer_messages_[slots[i]];
    prefetch(nodes_[delivery.to.value]);
    prefetch(node_wakeups_[delivery.to.value]);
    prefetch(*delivery.envelope.message);
  }
  for (int step = 0; step < CityNode::warm_steps; ++step) {
    for (std::size_t i = 0; i < count; ++i) {
      const PeerDelivery& delivery = peer_messages_[slots[i]];
      if (const CityNode* machine = nodes_[delivery.to.value].machine()) machine->warm(delivery.envelope.chain, step);
    }
  }
}

void VirtualCluster::handle(const Event<Parcel>& event) {
  const std::uint32_t index = event.payload.index;
  switch (event.payload.kind) {
    case Kind::peer_message:
      return deliver(peer_messages_.take(index));
    case Kind::forward:
      return deliver(forwards_.take(index));
    case Kind::node_reply:
      return deliver(replies_.take(index));
    case Kind::node_link:
      return deliver(links_.take(index));
    case Kind::wake_node:
      return wake_node({index});
    case Kind::wake_gateway:
      return wake_gateway(index);
    case Kind::node_assigned:
      return deliver(assignments_.take(index));
    case Kind::gateway_assigned:
      return deliver_gateway_assignment(index);
    case Kind::quota_ask:
      return deliver_ask(asks_.take(index));
    case Kind::probe:
      return deliver_probe(probes_.take(index));
    case Kind::node_alive:
      return deliver(alive_.take(index));
    case Kind::quota_grant:
      return deliver(grants_.take(index));
    case Kind::operate:
      return operate();
  }
}

// ---- wake-ups: at most one event per machine counts; one that was overtaken by an earlier one is ignored ----

void VirtualCluster::renew_wakeup(std::optional<Instant> wanted, Instant& pending, std::uint32_t source,
                                  Parcel parcel) {
  if (!wanted) return;
  const Instant when = std::max(*wanted, now_);
  if (when >= pending) return;  // asked again when that one fires
  pending = when;
  queue_.push(when, source, parcel);
}

void VirtualCluster::wake_node(CityIndex city) {
  if (node_wakeups_[city.value] != now_) return;
  node_wakeups_[city.value] = Instant::max();
  wake_node_now(city);
}

void VirtualCluster::wake_node_now(CityIndex city) {
  VirtualNode& node = nodes_[city.value];
  if (const auto due = node.next_wakeup(); due && *due <= now_) {
    ++events_;
    node.advance_to(now_, node_outputs_);
    const auto next = node.next_wakeup();
    BSN_CHECK(!next || *next > now_, "a machine fires everything that is due");
  }
  after_node(city);
}

// ---- city nodes ----

std::vector<CityIndex> VirtualCluster::peers(const ChainSpec& chain) const {
  std::vector<CityIndex> peers = voter_cities(chain);
  peers.insert(peers.end(), chain.followers.begin(), chain.followers.end());
  std::erase_if(peers, [&](CityIndex city) { return !hosts_peers(topology_.cities[city.value].state); });
  if (topology_.chains[chain.index.value].state == RouteState::retired) peers.clear();
  return peers;
}

bool VirtualCluster::accepts(CityIndex city, std::uint32_t life) const {
  const VirtualNode& node = nodes_[city.value];
  return node.state() != VirtualNode::State::down && node.life() == life;
}

void VirtualCluster::deliver(PeerDelivery delivery) {
  ++events_;
  const PeerEnvelope& envelope = delivery.envelope;
  if (!accepts(delivery.to, delivery.life) || !partition_.reaches(envelope.from, delivery.to)) return;
  if (!weather_.calm() && weather_.connection(envelope.from, delivery.to) != delivery.connection) return;
  trace_.record(now_, "deliver", pair_of(envelope.from.value, delivery.to.value),
                pair_of(envelope.chain.value, kind_of(*envelope.message)));
  nodes_[delivery.to.value].step(now_, std::move(delivery.envelope), node_outputs_);
  after_node(delivery.to);
}

void VirtualCluster::deliver(CallDelivery delivery) {
  ++events_;
  if (!accepts(delivery.to, delivery.life)) return;  // its caller is told by the lost link
  trace_.record(now_, "call", delivery.call.id.value, std::uint64_t{delivery.to.value});
  nodes_[delivery.to.value].step(now_, std::move(delivery.call), node_outputs_);
  after_node(delivery.to);
}

void VirtualCluster::after_node(CityIndex city) {
  for (CityNodeOutput& output : node_outputs_) happen(city, output.chain, output.what);
  node_outputs_.clear();
  renew_wakeup(nodes_[city.value].next_wakeup(), node_wakeups_[city.value], city.value, {Kind::wake_node, city.value});
}

void VirtualCluster::happen(CityIndex city, ChainIndex chain, ChainPeerOutput& output) {
  if (auto* send = std::get_if<SendToPeer>(&output))
    return send_to_peer(city, send->to, chain, std::move(send->message));
  if (auto* write = std::get_if<Persist>(&output)) return persist(city, chain, write->write);
  if (const auto* order = std::get_if<SendStoredBlocks>(&output)) return send_stored_blocks(city, chain, *order);
  if (auto* answer = std::get_if<Answer>(&output)) return send_reply(city, *answer);
  observe(chain, std::get<Observed>(output));
}

void VirtualCluster::send_to_peer(CityIndex from, CityIndex to, ChainIndex chain, PeerMessagePtr message) {
  const VirtualNode& receiver = nodes_[to.value];
  if (receiver.state() == VirtualNode::State::down || !partition_.reaches(from, to)) return;  // lost: peers ask again
  PeerDelivery delivery{to, receiver.life(), 0, {chain, from, std::move(message)}};
  if (!weather_.calm()) return send_through_weather(from, std::move(delivery));
  const std::optional<Instant> leaves = departure(from, delivery);
  if (!leaves) return;
  const std::uint32_t slot = peer_messages_.put(std::move(delivery));
  queue_.push(peer_links_.arrival(from, to, *leaves), from.value, {Kind::peer_message, slot});
}

// When a message has left its sender's line; nullopt: the queue there is full.
std::optional<Instant> VirtualCluster::departure(CityIndex from, const PeerDelivery& delivery) {
  if (!lines_.limited()) return now_;
  const auto way = [this](CityIndex a, CityIndex b) { return peer_links_.base_delay(a, b); };
  return lines_.departure(from, delivery.to, delivery.envelope.chain, *delivery.envelope.message, now_, way);
}

void VirtualCluster::persist(CityIndex city, ChainIndex chain, DurableWrite& write) {
  if (std::holds_alternative<TreeVoteState>(write)) return nodes_[city.value].persist(chain, std::move(write));
  const auto* mark = std::get_if<FinalMark>(&write);
  const Height final_before = mark ? final_height(city, chain) : 0;
  if (const auto* undone = std::get_if<BlocksUndone>(&write)) before(city, chain, *undone);
  nodes_[city.value].persist(chain, write);
  if (const auto* stored = std::get_if<BlockWrite>(&write)) after(city, chain, *stored);
  if (mark) after(city, chain, *mark, final_before);
}

void VirtualCluster::before(CityIndex city, ChainIndex chain, const BlocksUndone& write) {
  const std::span<const BlockPtr> stored = blocks(city, chain);
  trace_.record(now_, "undo", pair_of(city.value, chain.value), write.keep);
  if (write.keep < stored.size()) listener_.on_undone(chain, city, stored.subspan(write.keep));
}

void VirtualCluster::after(CityIndex city, ChainIndex chain, const BlockWrite& write) {
  trace_.record(now_, "block", pair_of(city.value, chain.value), write.block->hash);
  listener_.on_adopted(chain, city, write.block);
  if (!grows_a_tree(chains_[chain.value].engine)) listener_.on_block(chain, city, write.block);
}

void VirtualCluster::after(CityIndex city, ChainIndex chain, const FinalMark& write, Height final_before) {
  trace_.record(now_, "final", pair_of(city.value, chain.value), write.height);
  const std::vector<BlockPtr>& stored = blocks(city, chain);
  for (Height height = final_before; height < write.height; ++height) listener_.on_block(chain, city, stored[height]);
}

Height VirtualCluster::final_height(CityIndex city, ChainIndex chain) const {
  const VirtualNode& node = nodes_[city.value];
  return grows_a_tree(chains_[chain.value].engine) ? node.final_height(chain) : node.blocks(chain).size();
}

void VirtualCluster::send_stored_blocks(CityIndex city, ChainIndex chain, const SendStoredBlocks& order) {
  const std::vector<BlockPtr>& stored = nodes_[city.value].blocks(chain);
  BSN_CHECK(order.from >= 1, "the first stored block has height 1");
  const std::size_t begin = std::min<std::size_t>(order.from - 1, stored.size());
  const std::size_t end = std::min<std::size_t>(begin + order.max_blocks, stored.size());
  Blocks blocks;
  blocks.tip = order.tip;
  blocks.blocks.assign(stored.begin() + static_cast<std::ptrdiff_t>(begin),
                       stored.begin() + static_cast<std::ptrdiff_t>(end));
  send_to_peer(city, order.to, chain, share(std::move(blocks)));
}

void VirtualCluster::send_reply(CityIndex city, Answer& answer) {
  const auto open = attempts_.find(answer.id.value);
  BSN_CHECK(open != attempts_.end() && open->second.city == city, "a city node answers its calls, each once");
  const Instant arrives = call_arrival(city, open->second.origin);
  const AttemptId attempt{answer.id.value & attempt_mask};
  const std::uint32_t slot = replies_.put(
      {open->second.gateway, open->second.life, {attempt, std::move(answer.reply), open->second.received}});
  queue_.push(arrives, city.value, {Kind::node_reply, slot});
  attempts_.erase(open);
}

void VirtualCluster::observe(ChainIndex chain, const Observed& observed) {
  if (observed.what == Observed::What::snapshot_taken) trace_.record(now_, "snapshot", chain.value, observed.height);
  if (observed.what == Observed::What::lied) trace_.record(now_, "lied", chain.value, observed.liar->value);
  const bool ready = observed.what == Observed::What::block_sealed ||
                     (observed.what == Observed::What::leader && observed.leader.has_value());
  if (!ready || chain_settled_[chain.value]) return;
  chain_settled_[chain.value] = true;
  --unsettled_;
}

}  // namespace bsn
