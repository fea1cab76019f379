#include "sim/cross_chain_report.h"

#include <string>
#include <utility>

#include "core/expected_finality.h"

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

void add_way(std::string name, const PacketWay& way, CrossChainReport& report) {
  if (way.time.count() == 0) return;
  report.end_to_end.push_back(
      {std::move(name), summarize(way.time), way.expected.percentile(50), way.over.percentile(50).seconds()});
}

}  // namespace

std::map<ChainName, Duration> expected_finalities(const Topology& topology) {
  std::map<ChainName, Duration> finality;
  for (const ChainSpec& chain : chain_specs(topology)) finality[chain.name] = expected_finality(chain);
  return finality;
}

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
  add_way("sent to received", judge.way_there(), report);
  add_way("sent to acknowledged", judge.way_there_and_back(), report);
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
