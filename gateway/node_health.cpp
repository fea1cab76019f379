#include "gateway/node_health.h"

#include <fmt/format.h>

#include <algorithm>

namespace bsn {

bool counts_against(const Reply& reply) {
  switch (reply.status) {
    case Status::unknown:
    case Status::internal:
    case Status::data_loss:
      return true;
    case Status::unavailable:
      // The chain's trouble, or a peer that comes or goes: not the node's.
      return reply.reason != Reason::no_leader && reply.reason != Reason::draining;
    default:
      return false;
  }
}

NodeHealth::NodeHealth(const std::vector<CitySpec>& cities, HealthParameters parameters) : parameters_(parameters) {
  nodes_.resize(cities.size());
  assign(cities);
}

void NodeHealth::assign(const std::vector<CitySpec>& cities) {
  for (std::size_t i = 0; i < nodes_.size(); ++i) nodes_[i].state = cities[i].state;
}

void NodeHealth::link(Instant now, CityIndex city, bool up, bool serving) {
  Node& node = nodes_[city.value];
  if (up && !node.up) {
    node.failures = 0;
    node.ejected_until = {INT64_MIN};
    ++up_;
  }
  if (!up && node.up) --up_;
  heard(now, city);
  plan_look(now);
  node.up = up;
  node.serving = up && serving;
}

void NodeHealth::answered(Instant now, CityIndex city, const Reply& reply) {
  Node& node = nodes_[city.value];
  node.last_answer = now;
  heard(now, city);
  if (counts_against(reply)) {
    fail(now, node);
  } else {
    node.failures = 0;
  }
}

void NodeHealth::unanswered(Instant now, CityIndex city, Instant sent) {
  Node& node = nodes_[city.value];
  if (node.last_answer < sent) fail(now, node);
}

// ---- signs of life ----

void NodeHealth::heard(Instant now, CityIndex city) {
  Node& node = nodes_[city.value];
  node.last_heard = now;
  node.asked.reset();
  node.silent = false;
}

void NodeHealth::plan_look(Instant now) {
  if (up_ == 0 || parameters_.probe_after == Duration{}) return next_look_.reset();
  if (!next_look_) next_look_ = now + look_interval();
}

NodeHealth::Look NodeHealth::look(Instant now) {
  const bool was_away = now - *next_look_ >= parameters_.probe_timeout;
  Look found;
  for (std::uint32_t n = 0; n < nodes_.size(); ++n) {
    Node& node = nodes_[n];
    if (!node.up || now - node.last_heard < parameters_.probe_after) continue;
    const bool again = node.silent && node.asked && now - *node.asked >= parameters_.probe_after;
    if (!node.asked || was_away || again) {
      node.asked = now;
      found.ask.push_back({n});
    } else if (!node.silent && now - *node.asked >= parameters_.probe_timeout) {
      node.silent = true;
      found.silent.push_back({n});
    }
  }
  next_look_.reset();
  plan_look(now);
  return found;
}

void NodeHealth::fail(Instant now, Node& node) {
  if (now < node.ejected_until) return;  // late news of the same trouble
  if (++node.failures < parameters_.failures_in_a_row) return;
  node.failures = 0;
  node.ejected_until = now + parameters_.ejected_for;
  last_ejection_ends_ = std::max(last_ejection_ends_, node.ejected_until);
}

std::string NodeHealth::why_not(CityIndex city, Instant now) const {
  const Node& node = nodes_[city.value];
  if (node.state == CityState::building) return "under construction";
  if (node.state != CityState::connected) return std::string(to_string(node.state));
  if (!node.up) return "unhealthy: link down";
  if (node.silent) return "unhealthy: silent";
  if (!node.serving) return "unhealthy: not serving";
  if (now < node.ejected_until) {
    return fmt::format("unhealthy: ejected after {} failures in a row", parameters_.failures_in_a_row);
  }
  return "";
}

}  // namespace bsn
