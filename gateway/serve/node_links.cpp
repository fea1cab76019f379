#include "gateway/serve/node_links.h"

#include <algorithm>
#include <utility>

#include "rpc/channel.h"

namespace bsn {

NodeLinks::NodeLinks(h2::Loop& loop, const GatewaySpec& spec, HostLink::Post post)
    : post_(std::move(post)), places_(spec.cities.size()) {
  for (const std::vector<CityIndex>& cities : spec.shared_loops) add_link(loop, spec, cities);
  for (const CitySpec& city : spec.cities) {
    if (!places_[city.index.value].link) add_link(loop, spec, {city.index});
  }
}

void NodeLinks::add_link(h2::Loop& loop, const GatewaySpec& spec, const std::vector<CityIndex>& cities) {
  std::vector<HostLink::Node> nodes;
  for (const CityIndex city : cities) {
    const CitySpec& its = spec.cities[city.value];
    if (!its.address.empty()) nodes.push_back({city, its.name, its.address});
  }
  if (nodes.empty()) return;
  const auto number = static_cast<std::uint32_t>(links_.size());
  const Random random = Random(spec.seed).fork("gateway/reconnect/" + nodes.front().name);
  links_.push_back(std::make_unique<HostLink>(loop, number, std::move(nodes), random, post_));
  for (std::uint32_t n = 0; n < links_.back()->nodes().size(); ++n) {
    const HostLink::Node& node = links_.back()->nodes()[n];
    places_[node.city.value] = {links_.back().get(), n, v1::CityNode::NewStub(open_channel(node.address))};
  }
}

void NodeLinks::open_all(Instant now) {
  for (const auto& link : links_) link->open_at(now);
  find_next_open();
}

void NodeLinks::find_next_open() {
  next_open_.reset();
  for (const auto& link : links_) next_open_ = earlier(next_open_, link->next_wakeup());
}

void NodeLinks::note(Instant now, const StreamNews& news) {
  links_[news.link]->note(now, news);
  if (news.closed) find_next_open();
}

void NodeLinks::close_all() {
  for (const auto& link : links_) link->close();
}

bool NodeLinks::all_tried() const {
  return std::all_of(links_.begin(), links_.end(), [](const auto& link) { return link->tried(); });
}

void NodeLinks::send(Instant now, Forward&& forward, WanLinks& wan) {
  const Duration delay = wan.delay(forward.origin, forward.city);
  if (delay == Duration{}) return gather(now, forward);
  const Way way{forward.origin, forward.city};
  held_.hold(way, now + delay, std::move(forward));
}

// Follows its attempt on the same way, so that it cannot overtake it.
void NodeLinks::cancel(Instant now, const CancelAttempt& cancel, WanLinks& wan) {
  const Duration delay = wan.delay(cancel.origin, cancel.city);
  if (delay == Duration{}) return gather(cancel);
  held_.hold({cancel.origin, cancel.city}, now + delay, cancel);
}

void NodeLinks::probe(CityIndex city) {
  if (HostLink* link = touch(city)) link->add_probe(places_[city.value].node);
}

HostLink* NodeLinks::touch(CityIndex city) {
  HostLink* link = places_[city.value].link;
  if (link && !link->has_gathered()) touched_.push_back(link);
  return link;
}

void NodeLinks::gather(const CancelAttempt& cancel) {
  if (HostLink* link = touch(cancel.city)) link->add_cancelled(cancel.attempt);
}

void NodeLinks::gather(Instant now, const Forward& forward) {
  if (forward.deadline <= now) return;
  if (HostLink* link = touch(forward.city)) link->add(now, places_[forward.city.value].node, forward);
}

void NodeLinks::end_turn(Instant now, const GatewayFront& front) {
  std::vector<DelayLine<Way, Outgoing>::Held> due;
  held_.take_due(now, due);
  for (const auto& held : due) {
    if (const auto* cancel = std::get_if<CancelAttempt>(&held.value)) {
      gather(*cancel);
    } else if (const auto& forward = std::get<Forward>(held.value); front.waits_for(forward.attempt)) {
      gather(now, forward);
    }
  }
  for (HostLink* link : touched_) link->flush();
  touched_.clear();
  if (!next_open_ || *next_open_ > now) return;
  for (const auto& link : links_) link->advance_to(now);
  find_next_open();
}

std::vector<std::pair<CityIndex, NodeConnection>> NodeLinks::view(Instant now) const {
  std::vector<std::pair<CityIndex, NodeConnection>> all;
  for (std::uint32_t city = 0; city < places_.size(); ++city) {
    const Place& place = places_[city];
    if (place.link) all.emplace_back(CityIndex{city}, place.link->view(place.link->nodes()[place.node], now));
  }
  return all;
}

}  // namespace bsn
