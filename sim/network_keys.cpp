#include "sim/network_keys.h"

#include <fmt/format.h>

namespace bsn {

void SpreadKind::read(const ConfigNode& node, double& value, const Spot& spot) const {
  if (node.kind == ConfigNode::Kind::scalar && node.scalar == "equal") {
    value = 0;
    return;
  }
  if (node.kind != ConfigNode::Kind::map || node.entries.size() != 1 || node.entries.front().key != "zipf") {
    return spot.complain(node.place, "is no way to spread stake; write equal, or {zipf: 1}");
  }
  RealKind{0, 10, true}.read(*node.entries.front().value, value, spot.key("zipf"));
}

boost::json::value SpreadKind::print(double value) const {
  if (value == 0) return boost::json::value("equal");
  return boost::json::object{{"zipf", value}};
}

boost::json::object SpreadKind::schema() const {
  const boost::json::object zipf{{"type", "object"},
                                 {"additionalProperties", false},
                                 {"properties", {{"zipf", RealKind{0, 10, true}.schema()}}},
                                 {"required", {"zipf"}}};
  return {{"oneOf", {boost::json::object{{"type", "string"}, {"enum", {"equal"}}}, zipf}}};
}

}  // namespace bsn
