#include "gateway/node_health.h"

#include <fmt/format.h>

namespace bsn {

bool counts_against(const Reply& reply) {
  switch (reply.status) {
    case Status::unknown:
    case Status::internal:
    case Status::data_loss:
      return true;
    case Status::unavailable:
      return reply.reason != Reason::no_leader;  // the chain's trouble, not the node's
    default:
      return false;
  }
}

NodeHealth::NodeHealth(const std::vector<CitySpec>& cities, HealthParameters parameters) : parameters_(parameters) {
  for (const CitySpec& city : cities) nodes_.emplace_back().building = city.state == CityState::building;
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
}

bool NodeHealth::healthy(CityIndex city, Instant now) const {
  const Node& node = nodes_[city.value];
  return node.serving && !node.building && now >= node.ejected_until;
}

std::string NodeHealth::why_not(CityIndex city, Instant now) const {
  const Node& node = nodes_[city.value];
  if (node.building) return "under construction";
  if (!node.up) return "unhealthy: link down";
  if (!node.serving) return "unhealthy: not serving";
  if (now < node.ejected_until) {
    return fmt::format("unhealthy: ejected after {} failures in a row", parameters_.failures_in_a_row);
  }
  return "";
}

}  // namespace bsn
