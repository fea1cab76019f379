#include "sim/swarm/swarm_scenario.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/random.h"
#include "sim/swarm/swarm_family.h"
#include "sim/swarm/swarm_storm.h"

namespace bsn {
namespace {

constexpr std::uint32_t accounts = 20;

City draw_city(std::string id, Random& random) {
  City city;
  city.id = std::move(id);
  city.place = {48 + random.unit() * 5, 4 + random.unit() * 10, Region::overseas, Provider::microsoft_azure};
  return city;
}

Topology draw_topology(const std::string& family, const SwarmChain& drawn, Random& random) {
  Topology topology;
  topology.name = "swarm";
  Network network;
  network.id = network.name = family;
  network.kind = NetworkKind::public_;
  network.engine = drawn.engine;
  network.block.max_transactions = 20 + static_cast<std::uint32_t>(random.below(100));
  if (random.chance(0.2)) network.cost = {milliseconds(1), milliseconds(2), milliseconds(1)};
  network.genesis_accounts = accounts;
  network.genesis_balance = 1000;
  topology.networks.push_back(std::move(network));
  Chain chain;
  chain.name = {family, "main"};
  chain.stake = drawn.stake;
  for (std::uint32_t v = 0; v < drawn.validators; ++v) chain.validators.push_back(fmt::format("validator-{}", v));
  for (std::uint64_t n = random.below(3); n > 0; --n) chain.followers.push_back(fmt::format("follower-{}", n));
  for (const auto* peers : {&chain.validators, &chain.followers}) {
    for (const std::string& id : *peers) topology.cities.push_back(draw_city(id, random));
  }
  topology.gateway_city = "gate";
  topology.cities.push_back(draw_city("gate", random));
  topology.chains.push_back(std::move(chain));
  topology.projects.push_back({"swarm", "swarm-key", {"*"}, {}});
  return topology;
}

MixEntry entry(const ChainName& chain, double weight, Level level) {
  MixEntry entry;
  entry.weight = weight;
  entry.chain = chain;
  entry.level = level;
  return entry;
}

MixEntry transfer(const ChainName& chain, double weight, Level level) {
  MixEntry one = entry(chain, weight, level);
  one.operation = Operation::submit;
  one.contract = "asset";
  one.function = "transfer";
  one.args = {"{account}", "{other_account}", "{amount 1 300}"};
  return one;
}

MixEntry put(const ChainName& chain, double weight, Level level) {
  MixEntry one = entry(chain, weight, level);
  one.operation = Operation::submit;
  one.contract = "kv";
  one.function = "put";
  one.args = {"{key 10}", "{value 20}"};
  return one;
}

MixEntry get(const ChainName& chain, double weight, Level level) {
  MixEntry one = entry(chain, weight, level);
  one.contract = "kv";
  one.function = "get";
  one.args = {"{key 10}"};
  return one;
}

Round storm_round(const ChainName& chain, Duration duration, Random& random) {
  Round round;
  round.label = "storm";
  round.duration = duration;
  round.rate = PoissonRate{1 + random.unit() * 4};
  round.deadline = random.between(seconds(2), seconds(20));
  round.drain = {};
  round.mix = {transfer(chain, 3, Level::final_), transfer(chain, 1, Level::accepted), put(chain, 1, Level::committed),
               get(chain, 1, Level::local), get(chain, 0.5, Level::final_)};
  return round;
}

Round recover_round(const ChainName& chain, Duration duration) {
  Round round;
  round.label = "recover";
  round.duration = duration;
  round.rate = FixedRate{0.5};
  round.deadline = seconds(2);
  round.drain = {};
  round.mix = {get(chain, 1, Level::local)};
  return round;
}

Round after_round(const ChainName& chain, Duration final_within) {
  Round round;
  round.label = "after";
  round.duration = seconds(2);
  round.rate = FixedRate{2};
  round.deadline = final_within;
  round.drain = final_within + seconds(2);
  round.mix = {put(chain, 1, Level::final_)};
  round.thresholds = {{"failed_share", true, 0}};
  return round;
}

// Cities that are being built when the storm begins, and become validators in it, where the family lets them. Drawn
// from a stream of their own: what else a seed gives does not depend on them.
void draw_newcomers(Scenario& scenario, Duration storm, Random random) {
  const Chain& chain = scenario.topology.chains.front();
  if (grows_a_tree(scenario.topology.networks.front().engine) || random.chance(0.6)) return;
  for (std::uint64_t n = 1 + random.below(3); n > 0; --n) {
    City city = draw_city(fmt::format("newcomer-{}", n), random);
    city.state = CityState::building;
    city.validates = {to_string(chain.name)};
    scenario.faults.push_back({.at = random.between({}, storm), .kind = FaultKind::commission, .targets = {city.id}});
    scenario.topology.cities.push_back(std::move(city));
  }
}

}  // namespace

Scenario draw_swarm_scenario(const std::string& family, std::uint64_t seed) {
  Random random = Random(seed).fork("swarm " + family);
  const Duration storm = random.between(seconds(5), seconds(40));
  const SwarmChain drawn = draw_chain(family, storm, random);
  Scenario scenario;
  scenario.name = fmt::format("{}-{}", family, seed);
  scenario.description = fmt::format("Seed {} of the swarm of {}.", seed, family);
  scenario.seed = seed;
  scenario.project = "swarm";
  scenario.settle = seconds(5);
  scenario.topology = draw_topology(family, drawn, random);
  const ChainName chain = scenario.topology.chains.front().name;
  scenario.rounds = {storm_round(chain, storm, random), recover_round(chain, drawn.recover),
                     after_round(chain, drawn.final_within)};
  scenario.faults = draw_storm(scenario.topology.chains.front(), drawn, storm, random);
  draw_newcomers(scenario, storm, Random(seed).fork("newcomers of " + family));
  tidy_faults(scenario);
  return scenario;
}

std::optional<std::string> swarm_finding(const Report& report) {
  for (const InvariantReport& one : report.invariants) {
    if (one.violated > 0) return one.name + ": " + (one.examples.empty() ? "violated" : one.examples.front());
  }
  if (report.rounds.empty() || report.rounds.back().failed_thresholds.empty()) return std::nullopt;
  std::string why;
  for (const auto& [status, count] : report.rounds.back().failures) why += fmt::format(", {} times {}", count, status);
  return fmt::format("LIVE: of {} writes after the storm {} were final in time{}", report.rounds.back().sent,
                     report.rounds.back().succeeded, why);
}

}  // namespace bsn
