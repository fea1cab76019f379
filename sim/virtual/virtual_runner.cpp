#include "sim/virtual/virtual_runner.h"

#include <algorithm>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "node/ledger_auditor.h"
#include "sim/cross_chain_report.h"
#include "sim/fault_schedule.h"
#include "sim/invariant.h"
#include "sim/network_tally.h"
#include "sim/outside.h"
#include "sim/service_report.h"
#include "sim/service_schedule.h"
#include "sim/virtual/virtual_cluster.h"
#include "sim/virtual/virtual_relayers.h"
#include "sim/workload.h"

namespace bsn {
namespace {

constexpr Duration look_interval = milliseconds(100);  // of simulated time: for settling, healing and stop requests
constexpr Duration heal_limit = seconds(120);          // for every peer to catch up after the last fault is mended
constexpr Duration relay_interval = milliseconds(20);  // how late a relayer may notice something
constexpr Duration packets_limit = seconds(3600);      // for every packet to be finished after the last round
constexpr double progress_interval = 0.2;              // seconds of real time

class VirtualRun {
 public:
  VirtualRun(const Scenario& scenario, const VirtualOptions& options)
      : scenario_(scenario),
        options_(options),
        begun_(options.wall_clock()),
        access_key_(access_key(scenario)),
        checker_({}, [this](const ChainSpec& spec) { return make_auditor_from(cluster_.genesis(spec.index), spec); }),
        tally_(scenario.topology),
        cluster_(scenario.topology, scenario.seed, scenario.durability, listener()) {
    checker_.learn(chain_specs(scenario.topology));
    if (scenario.topology.cross_chain.hubs.empty()) return;
    checker_.judge_packets(acknowledging_hubs(scenario.topology), expected_finalities(scenario.topology));
    relayers_.emplace(scenario.topology, access_key_);
  }

  Result<Report> run() {
    options_.progress({.phase = "waiting for leaders and first blocks"});
    settle();
    const Instant start = cluster_.now();
    checker_.packets_begin(start);
    faults_.emplace(scenario_, cluster_, relayers_ ? &*relayers_ : nullptr, &cluster_, start);
    services_.emplace(scenario_, cluster_, start);
    Report report;
    for (std::uint32_t i = 0; i < scenario_.rounds.size() && !stopped(); ++i) {
      auto round = run_round(i);
      if (!round) return round.error();
      report.rounds.push_back(std::move(*round));
    }
    for (std::size_t i = 0; i < report.rounds.size(); ++i) report.rounds[i].start = round_starts_[i] - start;
    report.simulated_seconds = (cluster_.now() - start).seconds();
    const GatewayCounters counters = cluster_.counters();
    report.gateway.attempts = counters.attempts;
    report.gateway.retries = counters.retries;
    report.gateway.hedges = counters.hedges;
    report.gateway.compares = counters.compares;
    options_.progress({.phase = "checking what every peer has stored"});
    if (auto done = faults_->heal(); !done) return done.error();
    catch_up();
    finish_packets(report);
    fill(report);
    return report;
  }

 private:
  bool stopped() const { return options_.stop && *options_.stop; }

  VirtualListener listener() {
    VirtualListener listener;
    listener.on_block = [this](ChainIndex chain, CityIndex city, const BlockPtr& block) {
      checker_.block_stored(chain, city, block, cluster_.now());
      tally_.block(chain, block);
      if (relayers_) relayers_->block_final(chain, city, block);
    };
    listener.on_undone = [this](ChainIndex chain, CityIndex city, std::span<const BlockPtr> undone) {
      checker_.undone(chain, city, undone.front()->header.height - 1);
      tally_.reorganised(chain, city, undone);
    };
    listener.on_answer = [this](Instant when, CallId id, const Reply& reply) { answered(when, id, reply); };
    return listener;
  }

  // At most the scenario's settle time.
  void settle() {
    const Instant limit = cluster_.now() + scenario_.settle;
    while (cluster_.now() < limit && !cluster_.settled() && !stopped()) {
      cluster_.run_until(std::min(limit, cluster_.now() + look_interval));
    }
  }

  // ---- one round ----

  Result<RoundReport> run_round(std::uint32_t number) {
    const Instant start = cluster_.now();
    round_starts_.push_back(start);
    Workload workload(scenario_, number, start);
    recorder_.emplace(scenario_, number, start);
    first_call_ = next_call_;
    const Instant drained = workload.end() + scenario_.rounds[number].drain;
    while (!stopped() && cluster_.now() < drained && (workload.next_wakeup() || recorder_->open() > 0)) {
      advance(next_stop(workload, drained));
      if (auto done = faults_->fire_due(cluster_.now()); !done) return done.error();
      look_around();
      if (auto done = change_services(); !done) return done.error();
      send_due(workload, number);
      show(number, cluster_.now() - start);
    }
    RoundReport report = recorder_->finish(cluster_.now());
    checker_.calls(recorder_->answered_once(), recorder_->answered_wrongly());
    recorder_.reset();
    return report;
  }

  // Lets time pass until `until`, with stops for what relayers have to do.
  void advance(Instant until) {
    while (relayers_ && relayers_->busy() && cluster_.now() + relay_interval < until) {
      cluster_.run_until(cluster_.now() + relay_interval);
      relayers_->advance(cluster_);
    }
    cluster_.run_until(until);
    if (relayers_) relayers_->advance(cluster_);
  }

  // XLIVE: every packet that was sent is finished within packets_limit after the faults are mended.
  void finish_packets(Report& report) {
    if (!relayers_) return;
    const Instant limit = cluster_.now() + packets_limit;
    const CrossChainJudge& judge = *checker_.packets();
    if (judge.counts().under_way > 0) options_.progress({.phase = "waiting for cross-chain packets"});
    while (!stopped() && cluster_.now() < limit && judge.counts().under_way > 0) {
      advance(cluster_.now() + look_interval);
    }
    report.cross_chain = relayers_->report(judge);
    xlive_ = packets_live(judge.counts());
  }

  // A chain that has appeared is known to the judges before it has a block.
  Result<Done> change_services() {
    const std::size_t chains = cluster_.topology().chains.size();
    auto done = services_->fire_due(cluster_.now());
    if (cluster_.topology().chains.size() == chains) return done;
    checker_.learn(chain_specs(cluster_.topology()));
    tally_.learn(cluster_.topology());
    return done;
  }

  // Notes which steps of lives have ended.
  void look_around() {
    faults_->look(cluster_.topology(), cluster_.now());
    services_->look(cluster_.topology(), cluster_.now());
  }

  // The next instant at which the runner has something to do. Looks in between, so that it can end early.
  Instant next_stop(const Workload& workload, Instant drained) const {
    std::optional<Instant> next = std::min(drained, cluster_.now() + look_interval);
    next = earlier(next, workload.next_wakeup());
    next = earlier(next, faults_->next_due());
    next = earlier(next, services_->next_due());
    return std::max(*next, cluster_.now());
  }

  void send_due(Workload& workload, std::uint32_t number) {
    due_.clear();
    workload.advance_to(cluster_.now(), due_);
    for (DueCall& due : due_) send(due, scenario_.rounds[number].deadline);
  }

  void send(DueCall& due, Duration deadline) {
    const Instant now = cluster_.now();
    recorder_->sent(due, now);
    ClientCall call;
    call.id = {next_call_++};
    call.access_key = access_key_;
    call.origin = scenario_.topology.cities[due.origin.value].id;
    call.received = now;
    call.deadline = due.intended + deadline;
    call.call = due.call;
    open_calls_.emplace(call.id.value, std::move(due.call));
    cluster_.send(call);
  }

  // Calls that outlive their round are unfinished in its report; what their answers promise is judged all the same.
  void answered(Instant when, CallId id, const Reply& reply) {
    if (relayers_ && relayers_->answered(id, reply)) return;
    const auto open = open_calls_.find(id.value);
    if (open != open_calls_.end()) {
      checker_.answered(open->second, reply);
      tally_.answered(open->second, reply);
      open_calls_.erase(open);
    }
    if (recorder_ && id.value >= first_call_) recorder_->answered(id.value - first_call_, when, reply);
  }

  void show(std::uint32_t number, Duration spent) {
    const double wall = options_.wall_clock();
    if (wall - shown_ < progress_interval) return;
    shown_ = wall;
    options_.progress(round_progress(scenario_, number, spent, *recorder_, tally_));
  }

  // ---- the end ----

  // Lets time pass until every peer has the final blocks that any had when the faults were mended, at most heal_limit.
  void catch_up() {
    std::vector<Height> tips;
    for (const ChainSpec& chain : cluster_.chains()) tips.push_back(highest(chain));
    const Instant limit = cluster_.now() + heal_limit;
    while (cluster_.now() < limit && (cluster_.changing() || !peers_behind(tips).empty())) {
      advance(cluster_.now() + look_interval);
      look_around();
    }
    std::vector<std::string> behind = peers_behind(tips);
    if (cluster_.changing()) behind.emplace_back("a city or service is still on its way into or out of the network");
    for (const ChainSpec& chain : cluster_.chains()) live_.checked += cluster_.peers(chain).size();
    live_.violated = behind.size();
    live_.examples.assign(behind.begin(), behind.begin() + std::min<std::ptrdiff_t>(5, std::ssize(behind)));
  }

  Height highest(const ChainSpec& chain) const {
    Height tip = 0;
    for (const CityIndex city : cluster_.peers(chain)) tip = std::max(tip, cluster_.final_height(city, chain.index));
    return tip;
  }

  std::vector<std::string> peers_behind(const std::vector<Height>& tips) const {
    std::vector<std::string> behind;
    for (const ChainSpec& chain : cluster_.chains()) {
      for (const CityIndex city : cluster_.peers(chain)) {
        const Height height = cluster_.final_height(city, chain.index);
        const Height tip = tips[chain.index.value];
        if (height >= tip) continue;
        behind.push_back(to_string(chain.name) + ": " + scenario_.topology.cities[city.value].id +
                         " stayed at height " + std::to_string(height) + " of " + std::to_string(tip));
      }
    }
    return behind;
  }

  void fill(Report& report) {
    std::vector<bool> healthy;
    for (std::uint32_t i = 0; i < own_cities(scenario_.topology); ++i) healthy.push_back(cluster_.healthy({i}));
    tally_.fill(cluster_.topology(), healthy, report);
    faults_->fill(report);
    services_->fill(report);
    fill_services(report);
    report.invariants = checker_.finish();
    report.invariants.push_back(live_);
    if (xlive_.checked > 0) report.invariants.push_back(xlive_);
    report.scenario = scenario_.name;
    report.description = scenario_.description;
    report.mode = "virtual";
    report.seed = scenario_.seed;
    report.stopped = stopped();
    report.events = cluster_.events();
    report.fingerprint = to_hex(cluster_.fingerprint());
    report.wall_seconds = options_.wall_clock() - begun_;
    judge_validity(scenario_, report);
  }

  // What peers would have on disk is taken to be their transactions' canonical bytes.
  std::uint64_t stored(const ChainSpec& chain) const {
    std::uint64_t most = 0;
    for (const CityIndex city : cluster_.peers(chain)) {
      std::uint64_t bytes = 0;
      for (const BlockPtr& block : cluster_.blocks(city, chain.index)) {
        for (const TransactionPtr& transaction : block->transactions) bytes += transaction->size;
      }
      most = std::max(most, bytes);
    }
    return most;
  }

  void fill_services(Report& report) const {
    for (const Service& service : cluster_.topology().services) {
      report.services.push_back(service_report(cluster_.topology(), service, cluster_.use(service.chain),
                                               stored(cluster_.chains()[service.chain.value])));
    }
  }

  const Scenario& scenario_;
  const VirtualOptions& options_;
  double begun_;
  double shown_ = 0;
  std::string access_key_;
  InvariantChecker checker_;
  NetworkTally tally_;
  std::optional<FaultSchedule> faults_;      // from the first round on
  std::optional<ServiceSchedule> services_;  // likewise
  std::optional<RunRecorder> recorder_;      // of the present round
  std::vector<Instant> round_starts_;
  std::vector<DueCall> due_;
  std::uint64_t next_call_ = 1;
  std::uint64_t first_call_ = 1;                        // of the present round: its sequence 0
  std::unordered_map<std::uint64_t, Call> open_calls_;  // looked up, never walked through
  InvariantReport live_{"LIVE", 0, 0, {}};
  InvariantReport xlive_{"XLIVE", 0, 0, {}};
  std::optional<VirtualRelayers> relayers_;  // none: the topology has no hubs
  VirtualCluster cluster_;                   // last: it tells all of the above
};

}  // namespace

Result<Report> run_virtual(const Scenario& given, const VirtualOptions& options) {
  Scenario scenario = given;
  if (options.seed) scenario.seed = *options.seed;
  Environment environment = capture_environment(scenario);  // digests what the file says
  scenario.topology = with_outside_peers(std::move(scenario.topology), RunMode::virtual_time);
  Result<Report> report = VirtualRun(scenario, options).run();
  if (report) report->environment = std::move(environment);
  return report;
}

}  // namespace bsn
