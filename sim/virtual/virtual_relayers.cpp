#include "sim/virtual/virtual_relayers.h"

#include <algorithm>

#include "sim/outside.h"

namespace bsn {
namespace {

// Calls of relayers have ids of their own: this bit, the relayer's number, its request.
constexpr std::uint64_t relayer_bit = std::uint64_t{1} << 63;
constexpr int number_shift = 56;
constexpr std::uint64_t request_mask = (std::uint64_t{1} << number_shift) - 1;

constexpr Duration read_deadline = seconds(30);
constexpr Duration write_deadline = seconds(1800);  // beyond the slowest network's finality

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

VirtualRelayers::VirtualRelayers(const Topology& topology, std::string access_key)
    : access_key_(std::move(access_key)), first_outside_{static_cast<std::uint32_t>(own_cities(topology))} {
  for (const Chain& chain : topology.chains) chains_.push_back(chain.name);
  heard_.resize(chains_.size());
  RelayerSpec spec;
  for (const CrossChain::Hub& hub : topology.cross_chain.hubs) spec.hubs.push_back({hub.chain, hub.rules.acknowledged});
  for (const CrossChain::RelayerPlace& place : topology.cross_chain.relayers) {
    spec.name = place.name;
    relayers_.push_back({RelayClient(spec), place.city});
  }
}

void VirtualRelayers::block_final(ChainIndex chain, CityIndex city, const BlockPtr& block) {
  if (chain.value >= heard_.size() || city >= first_outside_) return;  // a service's chain has no part in this
  if (block->header.height != heard_[chain.value] + 1) return;
  ++heard_[chain.value];
  blocks_.emplace_back(chain, block);
}

bool VirtualRelayers::answered(CallId id, const Reply& reply) {
  if ((id.value & relayer_bit) == 0) return false;
  answers_.emplace_back(id, reply);
  return true;
}

bool VirtualRelayers::busy() const {
  return !blocks_.empty() || !answers_.empty() || std::any_of(relayers_.begin(), relayers_.end(), [](const One& one) {
    return one.open > 0 || one.client.next_wakeup();
  });
}

void VirtualRelayers::advance(VirtualCluster& cluster) {
  const auto blocks = std::exchange(blocks_, {});
  const auto answers = std::exchange(answers_, {});
  std::vector<RelayCall> calls;
  for (std::size_t number = 0; number < relayers_.size(); ++number) {
    One& one = relayers_[number];
    for (const auto& [chain, block] : blocks) one.client.saw(cluster.now(), chains_[chain.value], block);
    for (const auto& [id, reply] : answers) {
      if (((id.value & ~relayer_bit) >> number_shift) != number) continue;
      --one.open;
      one.client.answered(cluster.now(), id.value & request_mask, reply, calls);
    }
    one.client.advance_to(cluster.now(), calls);
    send(cluster, number, calls);
    calls.clear();
  }
}

void VirtualRelayers::send(VirtualCluster& cluster, std::size_t number, std::vector<RelayCall>& calls) {
  relayers_[number].open += calls.size();
  for (RelayCall& one : calls) {
    ClientCall call;
    call.id = {relayer_bit | (std::uint64_t{number} << number_shift) | one.id};
    call.access_key = access_key_;
    call.origin = relayers_[number].city;
    call.received = cluster.now();
    call.deadline = cluster.now() + (one.call.operation == Operation::submit ? write_deadline : read_deadline);
    call.call = std::move(one.call);
    cluster.send(call);
  }
}

CrossChainReport VirtualRelayers::report(const CrossChainJudge& judge) const {
  const PacketCounts& counts = judge.counts();
  CrossChainReport report;
  report.sent = counts.sent;
  report.received = counts.received;
  report.failed = counts.failed;
  report.refunded = counts.refunded;
  report.finished = counts.finished;
  report.under_way = counts.under_way;
  report.stuck = counts.stuck;
  for (const One& one : relayers_) {
    const RelayCounters counters = one.client.relayer().counters();
    report.headers += counters.headers;
    report.delivered += counters.delivered;
    report.refused += counters.refused;
    report.given_up += counters.given_up;
  }
  report.legs = legs_of(judge.legs());
  report.failures = judge.failures();
  report.seconds = judge.seconds();
  return report;
}

}  // namespace bsn
