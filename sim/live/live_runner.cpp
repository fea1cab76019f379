#include "sim/live/live_runner.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "loop/monotonic_clock.h"
#include "node/ledger_auditor.h"
#include "sim/cross_chain_report.h"
#include "sim/fault_schedule.h"
#include "sim/invariant.h"
#include "sim/live/cluster_rpc.h"
#include "sim/live/ended_peers.h"
#include "sim/live/live_cluster.h"
#include "sim/live/live_packets.h"
#include "sim/live/load_client.h"
#include "sim/network_tally.h"
#include "sim/outside.h"
#include "sim/service_schedule.h"

namespace bsn {
namespace {

constexpr Duration ask_limit = seconds(20);
constexpr Duration packets_limit = seconds(300);  // for every packet to be finished after the load has ended
constexpr Duration change_limit = seconds(120);   // for cities to join or leave after the load has ended

// How often the runner looks after its processes and faults while the load runs.
constexpr std::chrono::milliseconds look_interval{50};

// The load on a thread of its own: all rounds, one after the other.
class LoadThread {
 public:
  // Checker and tally are used under `judging`.
  LoadThread(const Scenario& scenario, const LiveOptions& options, std::vector<std::string> gateways,
             InvariantChecker& checker, NetworkTally& tally, std::mutex& judging)
      : judging_(judging),
        scenario_(scenario),
        options_(options),
        checker_(checker),
        tally_(tally),
        client_(std::move(gateways), access_key(scenario)),
        thread_([this] { run(); }) {}

  ~LoadThread() { thread_.join(); }
  LoadThread(const LoadThread&) = delete;
  LoadThread& operator=(const LoadThread&) = delete;

  // Waits for the end of the load, at most one look_interval. True: it has ended.
  bool wait() {
    std::unique_lock lock(mutex_);
    return ended_.wait_for(lock, look_interval, [this] { return done_; });
  }

  // Ends the load early: calls that are open get their drain time.
  void stop() { stop_ = true; }

  // After wait() said so; their starts count from `start`.
  std::vector<RoundReport> rounds(Instant start) {
    for (std::size_t i = 0; i < rounds_.size(); ++i) rounds_[i].start = starts_[i] - start;
    return std::move(rounds_);
  }
  const std::optional<Error>& error() const { return error_; }

 private:
  void run() {
    for (std::uint32_t i = 0; i < scenario_.rounds.size(); ++i) {
      if (stop_) break;
      starts_.push_back(monotonic_now());
      const Result<LoadOutcome> outcome = client_.run(order(i));
      if (!outcome) {
        error_ = outcome.error();
        break;
      }
      {
        const std::lock_guard lock(judging_);
        checker_.calls(outcome->answered_once, outcome->answered_wrongly);
      }
      rounds_.push_back(outcome->report);
    }
    const std::lock_guard lock(mutex_);
    done_ = true;
    ended_.notify_all();
  }

  LoadOrder order(std::uint32_t round) {
    LoadOrder order;
    order.scenario = &scenario_;
    order.round = round;
    order.stop = &stop_;
    order.on_answer = [this](const Call& call, const Reply& reply) {
      const std::lock_guard lock(judging_);
      checker_.answered(call, reply);
      tally_.answered(call, reply);
    };
    const Instant start = monotonic_now();
    order.on_second = [this, round, start](const RunRecorder& recorder) {
      const auto now = [&] {
        const std::lock_guard lock(judging_);
        return round_progress(scenario_, round, monotonic_now() - start, recorder, tally_);
      };
      options_.progress(now());
    };
    return order;
  }

  std::mutex& judging_;
  const Scenario& scenario_;
  const LiveOptions& options_;
  InvariantChecker& checker_;
  NetworkTally& tally_;
  LoadClient client_;
  std::vector<RoundReport> rounds_;
  std::vector<Instant> starts_;  // of the rounds
  std::optional<Error> error_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool done_ = false;
  std::atomic<bool> stop_ = false;
  std::thread thread_;  // last: it uses all of the above
};

// What peers said of their chains while the run went on, for MONO: looked at before each fault and after the load.
class FinalityLog {
 public:
  explicit FinalityLog(LiveCluster& cluster) : cluster_(cluster) {}

  // Frozen nodes do not answer; they are not waited for.
  void look() {
    const TopologyIndex index(cluster_.topology());
    for (const auto& [city, chains] : cluster_.digests(patience)) {
      for (const ChainDigest& chain : chains) {
        const auto position = index.chain(chain.chain);
        if (position) seen_.push_back({*position, city, chain.final_height, chain.final_block});
      }
    }
  }

  void judge(InvariantChecker& checker) const {
    const std::vector<ChainSpec> chains = chain_specs(cluster_.topology());
    for (const Seen& seen : seen_) {
      // Who has left has taken its blocks along.
      const std::vector<CityIndex> peers = present_peers(cluster_.topology(), chains[seen.chain.value]);
      if (std::find(peers.begin(), peers.end(), seen.peer) == peers.end()) continue;
      checker.final_seen(seen.chain, seen.peer, seen.height, seen.hash);
    }
  }

 private:
  static constexpr Duration patience = milliseconds(500);
  struct Seen {
    ChainIndex chain;
    CityIndex peer;
    Height height = 0;
    Digest hash;
  };

  LiveCluster& cluster_;
  std::vector<Seen> seen_;
};

// What the peers counted of forks since they were started last.
void tally_reorganisations(LiveCluster& cluster, NetworkTally& tally) {
  const TopologyIndex index(cluster.topology());
  for (const auto& [city, chains] : cluster.digests(ask_limit)) {
    for (const ChainDigest& chain : chains) {
      tally.counted(*index.chain(chain.chain), chain.reorganisations, chain.deepest_reorganisation,
                    chain.own_blocks_undone);
    }
  }
}

// Hands every final block of every peer to the judges but those that they have seen.
Result<Done> judge_blocks(LiveCluster& cluster, const std::vector<PeerBlocks>& seen, InvariantChecker& checker,
                          NetworkTally& tally) {
  const Topology& topology = cluster.topology();
  for (const ChainSpec& chain : chain_specs(topology)) {
    for (const CityIndex peer : present_peers(topology, chain)) {
      const bool judged = std::any_of(seen.begin(), seen.end(), [&](const PeerBlocks& one) {
        return one.chain == chain.index && one.peer == peer;
      });
      if (judged) continue;
      const auto blocks = cluster.blocks(peer, chain);
      if (!blocks) return blocks.error();
      for (const BlockPtr& block : *blocks) {
        checker.block_stored(chain.index, peer, block);
        tally.block(chain.index, block);
      }
    }
  }
  return Done{};
}

// Waits for packets that are under way, and judges them in their order before anything else is judged.
Result<std::vector<PeerBlocks>> judge_packets(LiveCluster& cluster, const LiveOptions& options,
                                              InvariantChecker& checker, NetworkTally& tally, Report& report) {
  if (cluster.topology().cross_chain.hubs.empty()) return std::vector<PeerBlocks>();
  LivePackets packets(cluster);
  auto waited = packets.wait(packets_limit, options.stop, [&](std::uint64_t under_way) {
    options.progress({.phase = "waiting for " + std::to_string(under_way) + " packets"});
  });
  if (!waited) return waited.error();
  const std::uint64_t given_up = cluster.given_up_by_relayers();
  cluster.stop_relayers();
  auto blocks = packets.judge(checker, tally);
  if (!blocks) return blocks;
  report.cross_chain = cross_chain_report(*checker.packets());
  count_relayed(*blocks, *report.cross_chain);
  report.cross_chain->given_up = given_up;
  return blocks;
}

std::vector<bool> healthy_cities(const Scenario& scenario, const std::string& gateway) {
  std::vector<bool> healthy(scenario.topology.cities.size(), false);
  ClusterRpc rpc;
  const auto cities = rpc.list_city_nodes(gateway, scenario.topology.projects.front().key, ask_limit);
  if (!cities) return healthy;
  for (std::size_t i = 0; i < cities->size() && i < healthy.size(); ++i) {
    healthy[i] = (*cities)[i].healthy;
  }
  return healthy;
}

void fill_counters(LiveCluster& cluster, Report& report) {
  const auto counters = cluster.counts();
  if (!counters) return;
  report.gateway.attempts = counters->attempts;
  report.gateway.retries = counters->retries;
  report.gateway.hedges = counters->hedges;
  report.gateway.compares = counters->compares;
}

// Whether the chains are ready for load, asked until the scenario's settle time is over.
void settle(const Scenario& scenario, LiveCluster& cluster, const LiveOptions& options) {
  const Instant deadline = monotonic_now() + scenario.settle;
  std::mutex mutex;
  std::condition_variable never;
  while (monotonic_now() < deadline && !(options.stop && *options.stop) && !cluster.settled()) {
    std::unique_lock lock(mutex);
    never.wait_for(lock, look_interval * 4);
  }
}

// Lets every city and service that comes or goes arrive, at most change_limit.
Result<Done> finish_changes(LiveCluster& cluster, FaultSchedule& faults, ServiceSchedule& services) {
  const Instant deadline = monotonic_now() + change_limit;
  std::mutex mutex;
  std::condition_variable never;
  while (cluster.changing()) {
    if (monotonic_now() >= deadline) {
      return Error{ErrorCode::unavailable, "a city or service was still on its way after " + to_string(change_limit)};
    }
    std::unique_lock lock(mutex);
    never.wait_for(lock, look_interval * 4);
    if (auto done = cluster.operate(); !done) return done;
    faults.look(cluster.topology(), monotonic_now());
    services.look(cluster.topology(), monotonic_now());
  }
  return Done{};
}

ClusterOptions cluster_options(const Scenario& scenario, const LiveOptions& options) {
  ClusterOptions cluster;
  cluster.bin_dir = options.bin_dir;
  cluster.run_dir = options.run_dir;
  cluster.seed = scenario.seed;
  cluster.durability = scenario.durability;
  cluster.hosting = scenario.hosting;
  cluster.relayer_key = access_key(scenario);
  cluster.stop = options.stop;
  cluster.progress = [&options](const std::string& text) { options.progress({.phase = text}); };
  return cluster;
}

}  // namespace

Result<Report> run_live(const Scenario& given, const LiveOptions& options) {
  if (const auto wrong = faults_not_live(given); !wrong.empty()) {
    return Error{ErrorCode::invalid_configuration, wrong.front()};
  }
  Scenario scenario = given;
  if (options.seed) scenario.seed = *options.seed;
  const Environment environment = capture_environment(scenario);  // digests what the file says
  scenario.topology = with_outside_peers(std::move(scenario.topology), RunMode::live);
  const Instant begun = monotonic_now();
  EndedPeers ended;
  LiveCluster* running = nullptr;
  ClusterOptions how = cluster_options(scenario, options);
  how.before_peer_ends = [&](CityIndex city, ChainIndex chain) { ended.keep(*running, city, chain); };
  auto cluster = LiveCluster::start(scenario.topology, how);
  if (!cluster) return cluster.error();
  running = cluster->get();
  options.progress({.phase = "waiting for leaders and first blocks"});
  settle(scenario, **cluster, options);

  InvariantChecker checker(chain_specs(scenario.topology), make_ledger_auditor);
  NetworkTally tally(scenario.topology);
  const Instant start = monotonic_now();
  if (!scenario.topology.cross_chain.hubs.empty()) {
    checker.judge_packets(acknowledging_hubs(scenario.topology), expected_finalities(scenario.topology));
  }
  checker.packets_begin(start);
  FaultSchedule faults(scenario, **cluster, cluster->get(), cluster->get(), start);
  ServiceSchedule services(scenario, **cluster, start);
  FinalityLog finality(**cluster);
  Report report;
  std::mutex judging;
  // A chain that has appeared is known to the judges before a call of it is answered.
  const auto change_services = [&]() -> Result<Done> {
    const std::size_t chains = running->topology().chains.size();
    auto done = services.fire_due(monotonic_now());
    if (running->topology().chains.size() == chains) return done;
    const std::lock_guard lock(judging);
    checker.learn(chain_specs(running->topology()));
    tally.learn(running->topology());
    return done;
  };
  {
    LoadThread load(scenario, options, (*cluster)->gateway_addresses(), checker, tally, judging);
    std::optional<Error> broken;
    while (!load.wait()) {
      if (broken || (options.stop && *options.stop)) load.stop();
      if (broken) continue;
      if (const auto due = faults.next_due(); due && *due <= monotonic_now()) finality.look();
      if (auto done = faults.fire_due(monotonic_now()); !done) broken = done.error();
      if (auto done = change_services(); !done) broken = done.error();
      if (auto done = (*cluster)->check_children(); !done) broken = done.error();
      if (auto done = (*cluster)->operate(); !done) broken = done.error();
      faults.look(running->topology(), monotonic_now());
      services.look(running->topology(), monotonic_now());
    }
    if (broken) return *broken;
    if (load.error()) return *load.error();
    report.rounds = load.rounds(start);
  }
  report.simulated_seconds = (monotonic_now() - start).seconds();
  options.progress({.phase = "checking what every peer has stored"});
  finality.look();
  fill_counters(**cluster, report);
  if (auto done = faults.heal(); !done) return done.error();
  if (auto done = finish_changes(**cluster, faults, services); !done) return done.error();
  const auto packets = judge_packets(**cluster, options, checker, tally, report);
  if (!packets) return packets.error();
  ended.judge(checker, tally);
  if (auto done = judge_blocks(**cluster, *packets, checker, tally); !done) return done.error();
  finality.judge(checker);
  tally_reorganisations(**cluster, tally);
  tally.fill((*cluster)->topology(), healthy_cities(scenario, (*cluster)->gateway_address()), report);
  faults.fill(report);
  services.fill(report);
  if (auto now = running->services()) report.services = std::move(*now);
  report.invariants = checker.finish();
  if (report.cross_chain && report.cross_chain->sent > 0) {
    report.invariants.push_back(packets_live(checker.packets()->counts()));
  }
  report.scenario = scenario.name;
  report.description = scenario.description;
  report.mode = "live";
  report.seed = scenario.seed;
  report.stopped = options.stop && *options.stop;
  report.environment = environment;
  options.progress({.phase = "stopping the cluster"});
  (*cluster)->stop();
  report.wall_seconds = (monotonic_now() - begun).seconds();
  judge_validity(scenario, report);
  return report;
}

}  // namespace bsn
