// Question: how does virtual time grow with the number of city nodes?
//
// Networks of 136, 1,000 and 10,000 city nodes, each in a process of its own. The load per node is fixed: for every
// eight nodes one chain (PBFT, four validators and four followers in other cities than its neighbours'), and calls in
// proportion. So with ten times the nodes there are ten times the chains and calls, and the cost of one call should
// stay what it is. Prints set-up, cost per call, memory per node, and the exponent with which cost and memory per call
// or node grow (0: flat). Limit: 10,000 nodes within 8 GiB. Exit 1 when it is missed or a call fails.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "core/check.h"
#include "core/random.h"
#include "sim/topology.h"
#include "sim/virtual/virtual_cluster.h"

namespace {

using namespace bsn;

constexpr std::uint32_t nodes_per_chain = 8;
constexpr std::uint32_t validators_per_chain = 4;
constexpr double limit_mib = 8 * 1024;
constexpr const char* access_key = "scale";

struct Options {
  std::vector<std::uint32_t> nodes{136, 1'000, 10'000};
  double calls_per_node = 0.5;  // a second
  std::uint32_t seconds = 10;   // simulated, under load
};

// What one network cost. Plain bytes: it comes out of a child process.
struct Cost {
  double setup_cpu_s = 0;
  double run_cpu_s = 0;
  std::uint64_t calls = 0, failed = 0, events = 0;
  double peak_mib = 0;
};

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

double peak_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

// Somewhere in the plains of China, on one of four clouds: the members of a chain, `chains` apart, take them in turn.
City city(std::uint32_t number, std::uint32_t chains, Random& random) {
  City city;
  city.id = fmt::format("city-{}", number);
  city.place = {24 + 16 * random.unit(), 104 + 16 * random.unit(), Region::mainland,
                static_cast<Provider>(number / chains % 4)};
  return city;
}

// Of the cities c, c + chains, c + 2 chains ...: neighbours in number are of different chains.
Chain chain(std::uint32_t number, std::uint32_t chains) {
  Chain chain;
  chain.name = {"fisco-bcos", fmt::format("group-{}", number)};
  for (std::uint32_t k = 0; k < nodes_per_chain; ++k) {
    auto& members = k < validators_per_chain ? chain.validators : chain.followers;
    members.push_back(fmt::format("city-{}", number + k * chains));
  }
  return chain;
}

Topology topology(std::uint32_t nodes) {
  Topology topology;
  topology.name = "scale";
  Random random(1);
  const std::uint32_t chains = nodes / nodes_per_chain;
  for (std::uint32_t n = 0; n < nodes; ++n) topology.cities.push_back(city(n, chains, random));
  topology.gateway_city = "city-0";
  Network network;
  network.id = "fisco-bcos";
  network.engine = BftParameters{};
  network.genesis_accounts = 100;
  topology.networks = {network};
  for (std::uint32_t n = 0; n < chains; ++n) topology.chains.push_back(chain(n, chains));
  topology.projects = {{"scale", access_key, {"*"}, {}}};
  topology.max_calls = 1'000'000;
  return topology;
}

// The n-th call: a write that is answered once its block is stored, to one chain after the other.
ClientCall call(const Topology& topology, std::uint64_t n, Instant now) {
  ClientCall call;
  call.id = {n};
  call.access_key = access_key;
  call.received = now;
  call.deadline = now + seconds(30);
  call.call.operation = Operation::submit;
  call.call.chain = topology.chains[n % topology.chains.size()].name;
  call.call.contract = "kv";
  call.call.function = "put";
  call.call.args = {fmt::format("key-{}", n % 1'000), std::string(100, 'x')};
  call.call.idempotency_key = std::to_string(n);
  call.call.level = Level::committed;
  return call;
}

Cost measure(std::uint32_t nodes, const Options& options) {
  constexpr Duration warm_up = seconds(5);
  constexpr Duration tick = milliseconds(50);
  constexpr Duration rest = seconds(30);  // for the last calls to be answered
  Cost cost;
  const double begun = cpu_seconds();
  const Topology built = topology(nodes);
  const std::vector<std::string> findings = check(built);
  BSN_CHECK(findings.empty(), "the topology is a valid one: " + findings.front());
  VirtualListener listener;
  listener.on_answer = [&](Instant, CallId, const Reply& reply) {
    ++cost.calls;
    if (reply.status != Status::ok) ++cost.failed;
  };
  VirtualCluster cluster(built, 1, Durability::os, listener);
  cluster.run_until(Instant{} + warm_up);
  cost.setup_cpu_s = cpu_seconds() - begun;
  const Instant end = cluster.now() + seconds(options.seconds);
  double due = 0;
  std::uint64_t sent = 0;
  while (cluster.now() < end) {
    for (due += options.calls_per_node * nodes * tick.seconds(); due >= 1; due -= 1) {
      cluster.send(call(built, ++sent, cluster.now()));
    }
    cluster.run_until(cluster.now() + tick);
  }
  while (cost.calls < sent && cluster.now() < end + rest) cluster.run_until(cluster.now() + tick);
  cost.failed += sent - cost.calls;
  cost.run_cpu_s = cpu_seconds() - begun - cost.setup_cpu_s;
  cost.events = cluster.events();
  cost.peak_mib = peak_mib();
  return cost;
}

// In a process of its own, so that its peak of memory is its own. No threads run yet.
Cost measure_apart(std::uint32_t nodes, const Options& options) {
  int ends[2];
  if (pipe(ends) != 0) std::abort();
  const pid_t child = fork();
  if (child < 0) std::abort();
  if (child == 0) {
    const Cost cost = measure(nodes, options);
    const bool told = write(ends[1], &cost, sizeof cost) == static_cast<ssize_t>(sizeof cost);
    _exit(told ? 0 : 1);
  }
  Cost cost;
  close(ends[1]);
  const bool heard = read(ends[0], &cost, sizeof cost) == static_cast<ssize_t>(sizeof cost);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (!heard || status != 0) {
    fmt::print(stderr, "the run with {} nodes ended early\n", nodes);
    std::exit(1);
  }
  return cost;
}

// b of y = a n^b through two points.
double exponent(double first, double last, double nodes_first, double nodes_last) {
  return std::log(last / first) / std::log(nodes_last / nodes_first);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"How the cost of virtual time grows with the number of city nodes."};
  app.add_option("--nodes", options.nodes, "sizes, ascending")->capture_default_str()->check(CLI::Range(8, 100'000));
  app.add_option("--calls-per-node", options.calls_per_node, "a second")
      ->capture_default_str()
      ->check(CLI::Range(0.01, 100.0));
  app.add_option("--seconds", options.seconds, "simulated, under load")
      ->capture_default_str()
      ->check(CLI::Range(1, 3600));
  CLI11_PARSE(app, argc, argv);

  fmt::print("{:>7} {:>9} {:>7} {:>10} {:>11} {:>12} {:>10} {:>10}\n", "nodes", "calls", "failed", "events", "set-up s",
             "us per call", "KiB/node", "peak MiB");
  std::vector<double> per_call, per_node;
  bool missed = false;
  for (const std::uint32_t nodes : options.nodes) {
    const Cost cost = measure_apart(nodes, options);
    per_call.push_back(cost.run_cpu_s / static_cast<double>(cost.calls) * 1e6);
    per_node.push_back(cost.peak_mib * 1024 / nodes);
    fmt::print("{:>7} {:>9} {:>7} {:>10} {:>11.2f} {:>12.1f} {:>10.0f} {:>10.0f}\n", nodes, cost.calls, cost.failed,
               cost.events, cost.setup_cpu_s, per_call.back(), per_node.back(), cost.peak_mib);
    missed = missed || cost.failed > 0 || (nodes <= 10'000 && cost.peak_mib > limit_mib);
  }
  if (options.nodes.size() > 1) {
    const double first = options.nodes.front(), last = options.nodes.back();
    fmt::print("exponents from {} to {} nodes: cost per call {:+.2f}, memory per node {:+.2f}\n", options.nodes.front(),
               options.nodes.back(), exponent(per_call.front(), per_call.back(), first, last),
               exponent(per_node.front(), per_node.back(), first, last));
  }
  return missed ? 1 : 0;
}
