#include "tests/sim/two_city_scenario.h"

namespace bsn {
namespace {

Topology two_cities() {
  Topology topology;
  topology.name = "two cities";
  topology.gateway_city = "north";
  topology.cities = {{"north", "North", "", {40, 116, Region::mainland, Provider::china_mobile}, CityState::connected},
                     {"south", "South", "", {22, 114, Region::overseas, Provider::china_unicom}, CityState::connected}};
  Network network;
  network.id = "fabric";
  network.engine = RaftParameters{};
  network.genesis_accounts = 10;
  topology.networks = {network};
  topology.chains = {{{"fabric", "trade"}, {"north"}, {"south"}}};
  topology.projects = {{"shop", "key", {"*"}, {}}};
  return topology;
}

MixEntry transfers() {
  MixEntry entry;
  entry.weight = 1;
  entry.chain = {"fabric", "trade"};
  entry.operation = Operation::submit;
  entry.contract = "asset";
  entry.function = "transfer";
  entry.args = {"{account}", "{other_account}", "{amount 1 5}"};
  entry.level = Level::final_;
  return entry;
}

MixEntry reads() {
  MixEntry entry;
  entry.weight = 3;
  entry.chain = {"fabric", "trade"};
  entry.contract = "kv";
  entry.function = "get";
  entry.args = {"{key 100}"};
  return entry;
}

}  // namespace

Scenario two_city_scenario() {
  Scenario scenario;
  scenario.name = "two_cities";
  scenario.seed = 7;
  scenario.topology = two_cities();
  Round round;
  round.label = "mixed";
  round.duration = seconds(10);
  round.rate = FixedRate{100};
  round.deadline = seconds(2);
  round.mix = {transfers(), reads()};
  scenario.rounds = {round};
  return scenario;
}

}  // namespace bsn
