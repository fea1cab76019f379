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

void NodeHealth::link(CityIndex city, bool up, bool serving) {
  Node& node = nodes_[city.value];
  if (up && !node.up) {
    node.failures = 0;
    node.ejected_until = {INT64_MIN};
  }
  node.up = up;
  node.serving = up && serving;
}

void NodeHealth::answered(Instant now, CityIndex city, const Reply& reply) {
  Node& node = nodes_[city.value];
  node.last_answer = now;
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
  if (!node.serving) return "unhealthy: not serving";
  if (now < node.ejected_until) {
    return fmt::format("unhealthy: ejected after {} failures in a row", parameters_.failures_in_a_row);
  }
  return "";
}

}  // namespace bsn
