#include "sim/network_tally.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "sim/outside.h"

namespace bsn {
namespace {

void describe_network(const Topology& topology, NetworkReport& report) {
  for (const Network& one : topology.networks) {
    if (one.id != report.network) continue;
    report.family = family_name(one.engine);
    report.name = one.name;
    report.kind = to_string(one.kind);
    report.protocol = one.protocol;
    report.published = one.published;
  }
}

}  // namespace

NetworkTally::NetworkTally(const Topology& topology) : topology_(&topology), cities_(topology.cities.size()) {
  learn(topology);
  for (std::uint32_t i = 0; i < topology.cities.size(); ++i) city_of_[topology.cities[i].id] = i;
}

void NetworkTally::learn(const Topology& topology) {
  topology_ = &topology;
  for (auto i = static_cast<std::uint32_t>(chains_.size()); i < topology.chains.size(); ++i) {
    chain_of_[topology.chains[i].name] = i;
  }
  chains_.resize(topology.chains.size());
}

void NetworkTally::answered(const Call& call, const Reply& reply) {
  if (reply.status != Status::ok) return;
  if (const auto city = city_of_.find(reply.city); city != city_of_.end()) {
    CityTally& tally = cities_[city->second];
    ++tally.calls;
    tally.spent += reply.split.total() - reply.split.consensus;
  }
  if (call.operation != Operation::submit || call.level != Level::final_) return;
  const auto chain = chain_of_.find(call.chain);
  if (chain != chain_of_.end()) chains_[chain->second].finality.record(reply.split.consensus);
}

void NetworkTally::block(ChainIndex chain, const BlockPtr& block) {
  ChainTally& tally = chains_.at(chain.value);
  if (block->header.height <= tally.height) return;
  tally.undone.erase({block->header.height, block->hash});
  tally.finals.push_back(block->hash);
  if (tally.height == 0) tally.first_time = block->header.time;
  tally.height = block->header.height;
  tally.last_time = block->header.time;
  tally.state_root = block->header.state_root;
  tally.transactions += block->transactions.size();
}

void NetworkTally::reorganised(ChainIndex chain, CityIndex peer, std::span<const BlockPtr> undone) {
  ChainTally& tally = chains_.at(chain.value);
  tally.most_reorganisations = std::max(tally.most_reorganisations, ++tally.reorganised[peer]);
  tally.deepest = std::max<std::uint64_t>(tally.deepest, undone.size());
  for (const BlockPtr& block : undone) {
    const Height height = block->header.height;
    const bool final_elsewhere = height <= tally.finals.size() && tally.finals[height - 1] == block->hash;
    if (!final_elsewhere) tally.undone.emplace(height, block->hash);
  }
}

void NetworkTally::counted(ChainIndex chain, std::uint64_t reorganisations, std::uint64_t deepest,
                           std::uint64_t own_undone) {
  ChainTally& tally = chains_.at(chain.value);
  tally.most_reorganisations = std::max(tally.most_reorganisations, reorganisations);
  tally.deepest = std::max(tally.deepest, deepest);
  tally.own_undone += own_undone;
}

NetworkReport NetworkTally::network_report(const Chain& chain, const ChainTally& tally) const {
  NetworkReport report;
  report.network = chain.name.network;
  report.chain = chain.name.chain;
  describe_network(*topology_, report);
  report.blocks = report.height = tally.height;
  report.transactions = tally.transactions;
  if (tally.height > 1) {
    report.block_interval_s = (tally.last_time - tally.first_time).seconds() / static_cast<double>(tally.height - 1);
  }
  report.reorganisations = tally.most_reorganisations;
  report.max_reorganisation_depth = tally.deepest;
  // Above the final height some may still be put back.
  const auto undecided = tally.undone.lower_bound({tally.height + 1, Digest{}});
  report.stale_blocks = static_cast<std::uint64_t>(std::distance(tally.undone.begin(), undecided)) + tally.own_undone;
  report.finality = summarize(tally.finality);
  report.state_root = to_hex(tally.state_root);
  return report;
}

std::vector<CityPace> NetworkTally::slowest(std::size_t most) const {
  std::vector<CityPace> all;
  for (std::size_t i = 0; i < cities_.size(); ++i) {
    const CityTally& one = cities_[i];
    if (one.calls == 0) continue;
    all.push_back({topology_->cities[i].id, one.calls, one.spent / static_cast<std::int64_t>(one.calls)});
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.mean > b.mean; });
  if (all.size() > most) all.resize(most);
  return all;
}

void NetworkTally::fill(const Topology& now, const std::vector<bool>& healthy, Report& report) const {
  for (std::size_t i = 0; i < chains_.size(); ++i) {
    report.networks.push_back(network_report(now.chains[i], chains_[i]));
  }
  for (std::size_t i = 0; i < own_cities(now); ++i) {
    const City& city = now.cities[i];
    CityNodeReport node;
    node.city = city.id;
    node.name = city.name;
    node.province = city.province;
    node.latitude = city.place.latitude;
    node.longitude = city.place.longitude;
    node.state = to_string(city.state);
    node.provider = to_string(city.place.provider);
    node.overseas = city.place.region == Region::overseas;
    node.healthy = i < healthy.size() && healthy[i];
    node.calls = cities_[i].calls;
    for (const Chain& chain : now.chains) {
      if (is_hosted(chain, city.id)) node.chains.push_back(to_string(chain.name));
    }
    report.city_nodes.push_back(std::move(node));
  }
}

}  // namespace bsn
