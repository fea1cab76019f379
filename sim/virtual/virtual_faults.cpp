// What faults do to the virtual cluster.
#include <utility>

#include "sim/virtual/virtual_cluster.h"

namespace bsn {
Result<Done> VirtualCluster::wrong_state(CityIndex city, const char* fault) const {
  return Error{ErrorCode::unavailable,
               std::string("can't ") + fault + " " + cities_[city.value].name + ": it is not in a state for that"};
}

Result<Done> VirtualCluster::kill(CityIndex city) {
  VirtualNode& node = nodes_[city.value];
  if (node.state() == VirtualNode::State::down) return wrong_state(city, "kill");
  node.kill();
  std::erase_if(attempts_, [&](const auto& open) { return open.second.city == city; });
  trace_.record(now_, "kill", city.value, std::uint64_t{0});
  tell_link(city, false);
  return Done{};
}

Result<Done> VirtualCluster::restart(CityIndex city) {
  VirtualNode& node = nodes_[city.value];
  if (node.state() != VirtualNode::State::down) return wrong_state(city, "restart");
  node.keep_only(node_spec(city).chains);
  node.restart(now_);
  trace_.record(now_, "restart", city.value, std::uint64_t{node.life()});
  tell_link(city, true);
  after_node(city);
  watch_over_changes();  // its disk may be another one
  return Done{};
}

Result<Done> VirtualCluster::pause(CityIndex city) {
  VirtualNode& node = nodes_[city.value];
  if (node.state() != VirtualNode::State::running) return wrong_state(city, "pause");
  node.pause();
  trace_.record(now_, "pause", city.value, std::uint64_t{0});
  return Done{};
}

Result<Done> VirtualCluster::resume(CityIndex city) {
  VirtualNode& node = nodes_[city.value];
  if (node.state() != VirtualNode::State::paused) return wrong_state(city, "resume");
  trace_.record(now_, "resume", city.value, std::uint64_t{0});
  node.resume(now_, node_outputs_);
  after_node(city);
  for (std::uint32_t n = 0; n < gateways_.size(); ++n) show_life(n, city);
  return Done{};
}

// What it held of its chains is gone: it joins them anew when it restarts.
Result<Done> VirtualCluster::lose_disk(CityIndex city) {
  VirtualNode& node = nodes_[city.value];
  if (node.state() != VirtualNode::State::down) return wrong_state(city, "take the disk of");
  const std::string& id = topology_.cities[city.value].id;
  for (Chain& chain : topology_.chains) {
    if (has_member(chain, id) && !names(chain.joined, id)) chain.joined.push_back(id);
  }
  node.keep_only({});
  trace_.record(now_, "lose-disk", city.value, std::uint64_t{0});
  return Done{};
}

Result<Done> VirtualCluster::disturb(FaultKind kind, CityIndex city, Duration delay, double share) {
  trace_.record(now_, to_string(kind), city.value, static_cast<std::uint64_t>(delay.ns));
  if (kind != FaultKind::clock_skew) {
    weather_.set(kind, city, delay, share);
    return Done{};
  }
  nodes_[city.value].set_clock_ahead(delay);
  if (nodes_[city.value].state() == VirtualNode::State::running) wake_node_now(city);
  return Done{};
}

Result<Done> VirtualCluster::partition(const std::vector<std::vector<CityIndex>>& groups, bool one_way) {
  partition_.split(groups, one_way);
  trace_.record(now_, "partition", groups.size(), std::uint64_t{one_way});
  return Done{};
}

// ---- disturbed links ----

void VirtualCluster::send_through_weather(CityIndex from, PeerDelivery delivery) {
  const CityIndex to = delivery.to;
  const LinkWeather::Passage passage = weather_.passage(from, to);
  if (passage.broken) return;
  const std::optional<Instant> leaves = departure(from, delivery);
  if (!leaves) return;
  delivery.connection = weather_.connection(from, to);
  const Instant arrives = peer_links_.arrival(from, to, *leaves, passage.added, passage.overtaken);
  if (passage.again) {
    queue_.push(arrives + *passage.again, from.value, {Kind::peer_message, peer_messages_.put(delivery)});
  }
  queue_.push(arrives, from.value, {Kind::peer_message, peer_messages_.put(std::move(delivery))});
}

Instant VirtualCluster::call_arrival(CityIndex from, CityIndex to) {
  const Instant arrives = call_links_.arrival(from, to, now_);
  return weather_.calm() ? arrives : arrives + weather_.call_delay(from, to);
}

}  // namespace bsn
