#include "sim/scenario_keys.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

namespace bsn {
namespace {

const Words metrics{{"p50_ms", "p99_ms", "failed_share", "goodput_tps"}};

}  // namespace

void ThresholdKind::read(const ConfigNode& node, Threshold& value, const Spot& spot) const {
  const std::size_t sign = std::min(node.scalar.find_first_of("<>"), node.scalar.size());
  const bool whole =
      node.kind == ConfigNode::Kind::scalar && node.scalar.substr(sign + (sign < node.scalar.size()), 1) == "=";
  ConfigNode metric = node;
  metric.scalar = node.scalar.substr(0, node.scalar.find_last_not_of(' ', sign == 0 ? 0 : sign - 1) + 1);
  ConfigNode bound = node;
  bound.scalar = whole ? node.scalar.substr(sign + 2) : "";
  if (!whole) {
    return spot.complain(node.place,
                         fmt::format("is no threshold; write a metric, <= or >=, and a number, such as \"p99_ms <= "
                                     "50\" (metrics: {})",
                                     fmt::join(metrics.words, ", ")));
  }
  value.metric = metrics.words[metrics.read(metric, spot, 0)];
  value.at_most = node.scalar[sign] == '<';
  RealKind{}.read(bound, value.value, spot);
}

boost::json::value ThresholdKind::print(const Threshold& value) const {
  return boost::json::value(fmt::format("{} {} {}", value.metric, value.at_most ? "<=" : ">=", value.value));
}

boost::json::object ThresholdKind::schema() const {
  return {{"type", "string"}, {"pattern", fmt::format("^({}) *[<>]= *[0-9.]+$", fmt::join(metrics.words, "|"))}};
}

}  // namespace bsn
