#include "tests/sim/some_report.h"

namespace bsn {
namespace {

SplitSums some_split() {
  SplitSums split;
  split.calls = 4;
  split.client = microseconds(400);
  split.sum = {microseconds(4),  microseconds(40),   milliseconds(8),
               microseconds(80), milliseconds(4000), nanoseconds(31'999)};
  return split;
}

MixReport some_mix() {
  MixReport mix;
  mix.network = "fabric";
  mix.chain = "trade";
  mix.operation = "submit";
  mix.contract = "asset";
  mix.function = "transfer";
  mix.level = "final";
  mix.sent = 10;
  mix.succeeded = 4;
  mix.failed = 5;
  mix.unfinished = 1;
  for (int i = 1; i <= 10; ++i) mix.latency.record(milliseconds(i));
  mix.split = some_split();
  return mix;
}

RoundReport some_round() {
  RoundReport round;
  round.label = "mixed";
  round.duration = seconds(10);
  round.offered = round.sent = 10;
  round.succeeded = 4;
  round.failed = 5;
  round.unfinished = 1;
  round.send_tps = 1;
  round.throughput_tps = 0.9;
  round.goodput_tps = 0.4;
  for (int i = 1; i <= 10; ++i) round.latency.record(milliseconds(i));
  round.split = some_split();
  round.failures = {{"UNAVAILABLE/NO_LEADER", 3}, {"DEADLINE_EXCEEDED/DEADLINE", 2}};
  round.seconds = {{5, 5, 0, 2, 2}, {5, 5, 0, 2, 3}};
  round.mix = {some_mix()};
  return round;
}

CityNodeReport some_city(const std::string& city, const std::string& state, bool overseas, std::uint64_t calls) {
  CityNodeReport node;
  node.city = city;
  node.state = state;
  node.provider = "China Mobile";
  node.overseas = overseas;
  node.healthy = state == "connected";
  node.calls = calls;
  node.chains = {"fabric/trade"};
  return node;
}

}  // namespace

Report some_report() {
  Report report;
  report.scenario = "two_cities";
  report.file = "configs/scenarios/two_cities.yaml";
  report.mode = "virtual";
  report.seed = 7;
  report.fingerprint = std::string(64, 'f');
  report.valid = true;
  report.simulated_seconds = 12;
  report.wall_seconds = 0.05;
  report.events = 1234;
  report.environment = {"Some CPU", "Linux 6.1", "0.1.0", "dev: -O1", "g++ 12", 2, std::string(64, 'c')};
  report.rounds = {some_round()};
  NetworkReport network;
  network.network = "fabric";
  network.chain = "trade";
  network.family = "raft";
  network.blocks = network.height = 6;
  network.transactions = 4;
  network.block_interval_s = 2;
  network.finality = {10,
                      milliseconds(1),
                      milliseconds(5),
                      milliseconds(8),
                      milliseconds(9),
                      milliseconds(9),
                      milliseconds(10),
                      milliseconds(5)};
  network.state_root = std::string(64, 'a');
  report.networks = {network};
  report.city_nodes = {some_city("north", "connected", false, 3), some_city("south", "connected", true, 1),
                       some_city("west", "building", false, 0)};
  report.invariants = {{"AGR", 12, 0, {}}, {"HASH", 18, 0, {}}};
  report.faults = {{"kill", 3.5, {"south", "north"}, 1, 5.0}};
  report.gateway.attempts = 12;
  report.gateway.retries = 2;
  return report;
}

}  // namespace bsn
