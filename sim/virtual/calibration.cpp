#include "sim/virtual/calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "sim/capacity_meter.h"
#include "sim/outside.h"
#include "sim/virtual/virtual_cluster.h"

namespace bsn {
namespace {

constexpr double light_block = 40;  // transactions: so that chains which rest without work make blocks
constexpr double light_tps_max = 20;
constexpr double overload = 1.2;                 // of the published capacity
constexpr Duration tick = milliseconds(50);      // calls that are due meanwhile are sent at once
constexpr std::uint32_t capacity_blocks = 100;   // counted under full load, or fewer ...
constexpr std::uint32_t fewest_blocks = 8;       // ... down to this many ...
constexpr double many_transactions = 40'000;     // ... that hold so many transactions together
constexpr Duration capacity_time = seconds(10);  // and at least so long
constexpr double patience = 20;                  // times the expected duration, then a run ends as it is
// Of the outside validators that carry a full load: what a chain takes depends on its blocks, not on how many hear
// them.
constexpr std::uint32_t full_validators = 32;
constexpr Height skipped_blocks = 4;  // under full load, while the mempools fill
constexpr const char* access_key = "calibration";

// The network alone, with everybody who hosts it, and without packets to others.
Topology alone(const Topology& whole, const std::string& network) {
  Topology topology = whole;
  topology.cross_chain = {};
  std::erase_if(topology.networks, [&](const Network& one) { return one.id != network; });
  std::erase_if(topology.chains, [&](const Chain& one) { return one.name.network != network; });
  topology.chains.resize(1);
  const Chain& chain = topology.chains.front();
  topology.more_gateways.clear();
  std::set<std::string> needed{topology.gateway_city};
  needed.insert(chain.validators.begin(), chain.validators.end());
  needed.insert(chain.followers.begin(), chain.followers.end());
  std::erase_if(topology.cities, [&](const City& city) { return !needed.contains(city.id); });
  topology.projects = {{"calibration", access_key, {"*"}, {}}};
  return with_outside_peers(std::move(topology), RunMode::virtual_time);
}

std::optional<double> published_value(const Network& network, Figure figure) {
  for (const PublishedFigure& one : network.published) {
    if (one.figure == figure) return one.value;
  }
  return std::nullopt;
}

// Of families that have slots: one slot, in seconds.
std::optional<double> slot_seconds(const EngineParameters& engine) {
  if (const auto* dpos = std::get_if<DposParameters>(&engine)) return dpos->slot.seconds();
  const auto* slots = std::get_if<SlotParameters>(&engine);
  if (slots == nullptr) return std::nullopt;
  if (const auto* solana = std::get_if<SolanaParameters>(&slots->policy)) return solana->slot.seconds();
  if (const auto* polkadot = std::get_if<PolkadotParameters>(&slots->policy)) return polkadot->slot.seconds();
  return std::nullopt;
}

Duration expected(const Network& network, std::uint32_t blocks) {
  const double interval = published_value(network, Figure::block_interval_s).value_or(15);
  const double depth = published_value(network, Figure::finality_blocks).value_or(15);
  return from_seconds(interval * (blocks + depth));
}

// How many full blocks are counted. The more they hold, the less chance has a part in what they hold together.
std::uint32_t full_blocks(const Network& network, double tps) {
  const double of_block = tps * published_value(network, Figure::block_interval_s).value_or(15);
  const double enough = std::ceil(many_transactions / of_block);
  return static_cast<std::uint32_t>(
      std::clamp(enough, static_cast<double>(fewest_blocks), static_cast<double>(capacity_blocks)));
}

// How often time stands still for calls to be sent: rarely where blocks are.
Duration step(const Network& network) {
  return std::max(tick, from_seconds(published_value(network, Figure::block_interval_s).value_or(0) / 1000));
}

// A block's worth of `light_block` transactions, unless that is more than light_tps_max. None where blocks weigh what
// others put into them: they need none of ours.
double light_tps(const Network& network) {
  if (network.weight.bytes > 0) return 0;
  return std::min(light_block / published_value(network, Figure::block_interval_s).value_or(15), light_tps_max);
}

// One run of one chain.
class CalibrationRun {
 public:
  CalibrationRun(const Topology& topology, const CalibrationOptions& options, Height warm_up)
      : topology_(topology),
        options_(options),
        observer_(observer()),
        meter_(warm_up, peers()),
        cluster_(topology, options.seed, Durability::os, listener()) {}

  // Offers `tps` until so many blocks are final, the warm-up included, or until `limit`.
  ChainMeasures steady(double tps, Height blocks, Duration limit) {
    load(tps, limit, [&] { return meter_.final_height() >= blocks; });
    return meter_.measures();
  }

  // Offers `tps` until so many blocks behind the first ones are counted that span `least`, or until `limit`.
  double capacity(double tps, Height blocks, Duration least, Duration limit) {
    load(tps, limit, [&] { return full_.counted() >= blocks && full_.span() >= least; });
    return full_.transactions_per_second();
  }

 private:
  template <class Done>
  void load(double tps, Duration limit, const Done& done) {
    double due = 0;
    const Duration pace = step(topology_.networks.front());
    while (!done() && cluster_.now() < Instant{} + limit && !(options_.stop && *options_.stop)) {
      for (due += tps * pace.seconds(); due >= 1; due -= 1) send();
      cluster_.run_until(cluster_.now() + pace);
    }
  }

  const Chain& chain() const { return topology_.chains.front(); }
  std::size_t peers() const { return chain().validators.size() + chain().followers.size(); }

  CityIndex observer() const {
    const auto& hosts = chain().followers.empty() ? chain().validators : chain().followers;
    return *find_city(topology_, hosts.front());
  }

  VirtualListener listener() {
    VirtualListener listener;
    listener.on_adopted = [this](ChainIndex, CityIndex city, const BlockPtr& block) {
      if (city == observer_) full_.adopted(cluster_.now(), *block);
      meter_.adopted(cluster_.now(), *block);
    };
    listener.on_block = [this](ChainIndex chain, CityIndex city, const BlockPtr& block) {
      if (city != observer_) return;
      meter_.final(cluster_.now(), *block, cluster_.blocks(city, chain).size());
      for (const TransactionPtr& transaction : block->transactions) {
        meter_.committed(cluster_.now() - offered_[std::stoul(transaction->idempotency_key)]);
      }
    };
    return listener;
  }

  void send() {
    ClientCall call;
    call.id = {offered_.size()};
    call.access_key = access_key;
    call.received = cluster_.now();
    call.deadline = cluster_.now() + seconds(30);
    call.call.operation = Operation::submit;
    call.call.chain = chain().name;
    call.call.contract = "kv";
    call.call.function = "put";
    call.call.args = {fmt::format("key-{}", call.id.value % 10'000), std::string(100, 'x')};
    call.call.idempotency_key = std::to_string(call.id.value);
    call.call.level = Level::accepted;
    offered_.push_back(call.received);
    cluster_.send(call);
  }

  const Topology& topology_;
  const CalibrationOptions& options_;
  CityIndex observer_;
  ChainMeter meter_;
  CapacityMeter full_{skipped_blocks};
  VirtualCluster cluster_;
  std::vector<Instant> offered_{Instant{}};  // when each call was sent, by its id; there is no call 0
};

double pick(const ChainMeasures& steady, const Network& network, Figure figure) {
  switch (figure) {
    case Figure::block_interval_s:
      return steady.interval_mean_s;
    case Figure::finality_s:
      return steady.finality_mean_s;
    case Figure::commit_p95_s:
      return steady.commit_p95_s;
    case Figure::finality_blocks:
      return steady.finality_blocks;
    case Figure::stale_share:
      return steady.stale_share;
    case Figure::skipped_share:
      return 1 - slot_seconds(network.engine).value_or(0) / steady.interval_mean_s;
    case Figure::propagation_p50_s:
      return steady.propagation_p50_s;
    case Figure::propagation_p90_s:
      return steady.propagation_p90_s;
    case Figure::capacity_tps:
      break;
  }
  return 0;  // not reached: full_row() measures that one
}

std::size_t peers_of(const Topology& topology) {
  return topology.chains.front().validators.size() + topology.chains.front().followers.size();
}

// Under full load: transactions a second, and how many peers took part. nullopt: too few blocks came.
CalibrationRow full_row(const Topology& whole, const std::string& network, const PublishedFigure& published,
                        const CalibrationOptions& options) {
  Topology fewer = whole;
  for (const Network& one : whole.networks) {
    if (one.id == network && one.outside.validators > full_validators)
      fewer.outside_scale = static_cast<double>(full_validators) / one.outside.validators;
  }
  const Topology only = alone(fewer, network);
  const Network& profile = only.networks.front();
  options.progress(fmt::format("{}: {:.0f} transactions a second", network, published.value * overload));
  const std::uint32_t counted = full_blocks(profile, published.value);
  const double found =
      CalibrationRun(only, options, 0)
          .capacity(published.value * overload, counted, capacity_time, expected(profile, counted) * 4);
  CalibrationRow row{network, published, std::nullopt, 0, peers_of(only)};
  if (found > 0) row.simulated = found;
  return row;
}

}  // namespace

bool CalibrationRow::passed() const {
  if (!simulated) return false;
  if (published.at_most && *simulated <= published.value) return true;
  return std::abs(deviation(published, *simulated)) <= published.tolerance;
}

Result<std::vector<CalibrationRow>> calibrate(const Topology& topology, const std::string& network,
                                              const CalibrationOptions& options) {
  const bool hosted = std::any_of(topology.chains.begin(), topology.chains.end(),
                                  [&](const Chain& chain) { return chain.name.network == network; });
  if (!hosted) return Error{ErrorCode::invalid_configuration, "no chain of network '" + network + "' is hosted"};
  const Topology only = alone(topology, network);
  const Network& profile = only.networks.front();
  if (profile.published.empty()) return std::vector<CalibrationRow>{};

  std::uint32_t blocks = options.blocks;
  for (const PublishedFigure& one : profile.published) blocks = std::max(blocks, one.blocks);
  const std::uint32_t warm_up = blocks / 10;
  const Duration patient = expected(profile, blocks + warm_up) * static_cast<std::int64_t>(patience);
  options.progress(fmt::format("{}: {} blocks by {} peers", network, blocks, peers_of(only)));
  const ChainMeasures steady =
      CalibrationRun(only, options, warm_up).steady(light_tps(profile), warm_up + blocks, patient);

  std::vector<CalibrationRow> rows;
  for (const PublishedFigure& one : profile.published) {
    if (one.figure == Figure::capacity_tps) {
      rows.push_back(full_row(topology, network, one, options));
      continue;
    }
    CalibrationRow row{network, one, std::nullopt, 0, peers_of(only)};
    if (steady.blocks > 0) row.simulated = pick(steady, profile, one.figure);
    if (one.figure == Figure::block_interval_s) row.spread = steady.interval_deviation_s;
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace bsn
