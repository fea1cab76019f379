#include "sim/cross_chain_report.h"

#include <string>
#include <utility>

namespace bsn {
namespace {

CrossChainReport::Leg leg(std::string name, const Histogram& histogram) {
  return {std::move(name), summarize(histogram)};
}

std::vector<CrossChainReport::Leg> legs_of(const PacketLegs& legs) {
  return {leg("source to hub", legs.to_hub),           leg("hub to destination", legs.to_destination),
          leg("destination to hub", legs.back_to_hub), leg("hub to source", legs.back_to_source),
          leg("sent to received", legs.there),         leg("sent to acknowledged", legs.there_and_back)};
}

}  // namespace

std::set<ChainName> acknowledging_hubs(const Topology& topology) {
  std::set<ChainName> hubs;
  for (const CrossChain::Hub& hub : topology.cross_chain.hubs) {
    if (hub.rules.acknowledged) hubs.insert(hub.chain);
  }
  return hubs;
}

CrossChainReport cross_chain_report(const CrossChainJudge& judge) {
  const PacketCounts& counts = judge.counts();
  CrossChainReport report;
  report.sent = counts.sent;
  report.received = counts.received;
  report.failed = counts.failed;
  report.refunded = counts.refunded;
  report.finished = counts.finished;
  report.under_way = counts.under_way;
  report.stuck = counts.stuck;
  report.legs = legs_of(judge.legs());
  report.failures = judge.failures();
  report.seconds = judge.seconds();
  return report;
}

InvariantReport packets_live(const PacketCounts& counts) {
  InvariantReport xlive{"XLIVE", counts.sent, counts.under_way, {}};
  if (counts.under_way > 0) xlive.examples = {std::to_string(counts.under_way) + " packets are still under way"};
  return xlive;
}

}  // namespace bsn
