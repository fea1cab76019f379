#include "sim/virtual/virtual_relayers.h"

#include <algorithm>

#include "sim/cross_chain_report.h"
#include "sim/outside.h"

namespace bsn {
namespace {

// Calls of relayers have ids of their own: this bit, the relayer's number (below 64), the last bits of its life, its
// request.
constexpr std::uint64_t relayer_bit = std::uint64_t{1} << 63;
constexpr int number_shift = 57;
constexpr int life_shift = 52;
constexpr std::uint64_t life_mask = 0x1f;
constexpr std::uint64_t request_mask = (std::uint64_t{1} << life_shift) - 1;

std::uint64_t first_id(std::size_t number, std::uint64_t life) {
  return relayer_bit | (std::uint64_t{number} << number_shift) | ((life & life_mask) << life_shift);
}

constexpr Duration read_deadline = seconds(30);
constexpr Duration write_deadline = seconds(1800);  // beyond the slowest network's finality

}  // namespace

VirtualRelayers::VirtualRelayers(const Topology& topology, std::string access_key)
    : access_key_(std::move(access_key)), first_outside_{static_cast<std::uint32_t>(own_cities(topology))} {
  for (const Chain& chain : topology.chains) chains_.push_back(chain.name);
  heard_.resize(chains_.size());
  RelayerSpec spec;
  for (const CrossChain::Hub& hub : topology.cross_chain.hubs) spec.hubs.push_back({hub.chain, hub.rules.acknowledged});
  for (const CrossChain::RelayerPlace& place : topology.cross_chain.relayers) {
    spec.name = place.name;
    relayers_.push_back({spec, place.city, RelayClient(spec)});
  }
}

void VirtualRelayers::block_final(ChainIndex chain, CityIndex city, const BlockPtr& block) {
  if (chain.value >= heard_.size() || city >= first_outside_) return;  // a service's chain has no part in this
  if (block->header.height != heard_[chain.value].size() + 1) return;
  heard_[chain.value].push_back(block);
  blocks_.emplace_back(chain, block);
}

bool VirtualRelayers::answered(CallId id, const Reply& reply) {
  if ((id.value & relayer_bit) == 0) return false;
  answers_.emplace_back(id, reply);
  return true;
}

bool VirtualRelayers::busy() const {
  return !blocks_.empty() || !answers_.empty() || std::any_of(relayers_.begin(), relayers_.end(), [](const One& one) {
    return one.client && (one.open > 0 || one.client->next_wakeup());
  });
}

void VirtualRelayers::advance(VirtualCluster& cluster) {
  const auto blocks = std::exchange(blocks_, {});
  const auto answers = std::exchange(answers_, {});
  std::vector<RelayCall> calls;
  for (std::size_t number = 0; number < relayers_.size(); ++number) {
    One& one = relayers_[number];
    if (!one.client) continue;
    for (const auto& [chain, block] : blocks) one.client->saw(cluster.now(), chains_[chain.value], block);
    for (const auto& [id, reply] : answers) {
      if ((id.value & ~request_mask) != first_id(number, one.life)) continue;
      --one.open;
      one.client->answered(cluster.now(), id.value & request_mask, reply, calls);
    }
    one.client->advance_to(cluster.now(), calls);
    send(cluster, number, calls);
    calls.clear();
  }
  now_ = cluster.now();
}

void VirtualRelayers::send(VirtualCluster& cluster, std::size_t number, std::vector<RelayCall>& calls) {
  One& from = relayers_[number];
  from.open += calls.size();
  for (RelayCall& one : calls) {
    ClientCall call;
    call.id = {first_id(number, from.life) | one.id};
    call.access_key = access_key_;
    call.origin = from.city;
    call.received = cluster.now();
    call.deadline = cluster.now() + (one.call.operation == Operation::submit ? write_deadline : read_deadline);
    call.call = std::move(one.call);
    cluster.send(call);
  }
}

Result<Done> VirtualRelayers::kill_relayer(std::size_t number) {
  One& one = relayers_.at(number);
  if (!one.client) return Error{ErrorCode::unavailable, one.spec.name + " does not run"};
  one.before = one.before + one.client->relayer().counters();
  one.client.reset();
  return Done{};
}

Result<Done> VirtualRelayers::restart_relayer(std::size_t number) {
  One& one = relayers_.at(number);
  if (one.client) return Error{ErrorCode::already_running, one.spec.name + " runs"};
  one.client.emplace(one.spec);
  one.open = 0;
  ++one.life;
  const std::size_t not_shown = blocks_.size();
  std::vector<std::size_t> waiting(heard_.size());  // blocks that the next advance() shows
  for (std::size_t i = 0; i < not_shown; ++i) ++waiting[blocks_[i].first.value];
  for (std::size_t chain = 0; chain < heard_.size(); ++chain) {
    for (std::size_t i = 0; i + waiting[chain] < heard_[chain].size(); ++i) {
      one.client->saw(now_, chains_[chain], heard_[chain][i]);
    }
  }
  return Done{};
}

CrossChainReport VirtualRelayers::report(const CrossChainJudge& judge) const {
  CrossChainReport report = cross_chain_report(judge);
  for (const One& one : relayers_) {
    const RelayCounters counters = one.client ? one.before + one.client->relayer().counters() : one.before;
    report.headers += counters.headers;
    report.delivered += counters.delivered;
    report.refused += counters.refused;
    report.given_up += counters.given_up;
  }
  return report;
}

}  // namespace bsn
