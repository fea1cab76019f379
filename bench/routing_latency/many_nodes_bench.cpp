// Question: what does a call to one of many city nodes cost, gateway and node together, beside HAProxy in front of the
// same nodes, and in front of as many gRPC C++ servers?
//
// Every city hosts a copy of one chain; the WAN is switched off, everything is on loopback. h2load keeps 128 calls out;
// our gateway draws two nodes for each and takes the one with fewer calls, HAProxy draws likewise. The gRPC C++ servers
// (bench/grpc_peers/bare_grpc_server.cpp) read no state and answer nothing: city nodes on gRPC C++ would cost more.
// All are measured in turn, for nodes with a process each and for all in one; medians are printed. Limits of the sum:
// half of HAProxy's and the gRPC C++ servers' with a process per node, a quarter with one for all.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/process_cost.h"
#include "bench/routing_latency/h2load.h"
#include "bench/routing_latency/peers.h"
#include "loop/temporary_folder.h"
#include "proto/codec.h"
#include "sim/live/child.h"
#include "sim/live/endpoints.h"
#include "sim/live/live_cluster.h"

namespace {

using namespace bsn;

constexpr int connections = 8, outstanding = 16;  // on each

struct Options {
  int nodes = 136;
  int repeat = 3;
  double seconds = 3;
  std::optional<Hosting> only;
};

struct Measured {
  std::vector<double> rate, proxy_us, nodes_us, sum_us;
};

template <class T>
T take(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

Topology many_nodes(int count) {
  Topology topology;
  topology.name = "many-nodes";
  topology.wan.enabled = false;
  topology.gateway_city = "city-0";
  topology.routing.choice.policy = RoutePolicy::least_loaded;
  Chain chain{{"fabric", "bench"}, {"city-0"}, {}};
  for (int n = 0; n < count; ++n) {
    const std::string id = fmt::format("city-{}", n);
    topology.cities.push_back({id, id, id, {30.0, 100.0 + 0.1 * n, {}, {}}, CityState::connected});
    if (n > 0) chain.followers.push_back(id);
  }
  Network network;
  network.id = "fabric";
  network.name = "one Raft peer and its followers";
  network.engine = RaftParameters{};
  topology.networks.push_back(network);
  topology.chains.push_back(chain);
  topology.projects.push_back({"bench", "bench-key", {"*"}, {}});
  return topology;
}

LoopOrder order(const std::string& address, const std::string& service, double seconds) {
  Call call;
  call.chain = {"fabric", "bench"};
  call.contract = "asset";
  call.function = "balance";
  call.args = {"account-1"};
  call.level = Level::local;
  LoopOrder order;
  order.address = address;
  order.method = "/bsn.v1." + service + "/Query";
  order.request = encode_query(call).SerializeAsString();
  order.connections = connections;
  order.outstanding = outstanding;
  order.span = from_seconds(seconds);
  return order;
}

void measure(const LoopOrder& load, pid_t proxy, const std::vector<pid_t>& nodes, const std::string& folder,
             Measured& measured) {
  const double proxy_before = cpu_seconds({proxy}), nodes_before = cpu_seconds(nodes);
  const auto driven = run_h2load(load, folder);
  if (!driven) throw std::runtime_error("h2load is missing: scripts/install_dependencies.sh --bench");
  const auto calls = static_cast<double>(take(*driven).calls);
  const double proxy_us = (cpu_seconds({proxy}) - proxy_before) / calls * 1e6;
  const double nodes_us = (cpu_seconds(nodes) - nodes_before) / calls * 1e6;
  measured.rate.push_back(calls / load.span.seconds());
  measured.proxy_us.push_back(proxy_us);
  measured.nodes_us.push_back(nodes_us);
  measured.sum_us.push_back(proxy_us + nodes_us);
}

void print_row(const char* way, const Measured& row) {
  fmt::print("{:<26} {:>10.0f} {:>17.1f} {:>17.1f} {:>17.1f}\n", way, median(row.rate), median(row.proxy_us),
             median(row.nodes_us), median(row.sum_us));
}

// Processes with, together, as many ports as there are nodes.
std::vector<Child> start_bare(const Options& options, Hosting hosting, const std::string& bin_dir,
                              const std::string& folder) {
  const bool single = hosting == Hosting::single;
  std::vector<Child> servers(single ? 1 : static_cast<std::size_t>(options.nodes));
  std::vector<Child*> all;
  for (Child& server : servers) {
    server.name = "bare server";
    server.log = folder + "/bare.log";
    const std::string ports = std::to_string(single ? options.nodes : 1);
    server.process = take(Process::start({bin_dir + "/bare_grpc_server", {ports}, server.log, 0}));
    all.push_back(&server);
  }
  take(wait_for_addresses(all, std::chrono::steady_clock::now() + std::chrono::seconds(60), nullptr));
  return servers;
}

void end(Process& process) {
  process.signal(SIGTERM);
  process.wait_until(std::chrono::steady_clock::now() + std::chrono::seconds(5));
}

Peer haproxy_before(const std::vector<std::string>& upstreams, const std::string& folder) {
  auto started = start_haproxy(folder, upstreams);
  if (!started) throw std::runtime_error("HAProxy is missing: scripts/install_dependencies.sh --bench");
  return take(std::move(*started));
}

void measure_hosting(const Options& options, Hosting hosting, double limit) {
  const TemporaryFolder folder, of_bare;
  ClusterOptions how;
  how.bin_dir = std::filesystem::read_symlink("/proc/self/exe").parent_path().string();
  how.run_dir = folder.path();
  how.hosting = hosting;
  const auto cluster = take(LiveCluster::start(many_nodes(options.nodes), how));
  const Endpoints endpoints = take(read_endpoints(folder.path()));
  std::set<pid_t> processes;
  std::vector<std::string> upstreams;
  for (const Endpoint& node : endpoints.city_nodes) {
    processes.insert(node.pid);
    upstreams.push_back(node.grpc);
  }
  const std::vector<pid_t> nodes(processes.begin(), processes.end());
  std::vector<Child> bare = start_bare(options, hosting, how.bin_dir, of_bare.path());
  std::vector<pid_t> bare_pids;
  std::vector<std::string> bare_addresses;
  for (const Child& server : bare) {
    bare_pids.push_back(server.process.pid());
    bare_addresses.insert(bare_addresses.end(), server.addresses.begin(), server.addresses.end());
  }
  Peer haproxy = haproxy_before(upstreams, folder.path());
  Peer haproxy_of_bare = haproxy_before(bare_addresses, of_bare.path());
  LoopOrder ours = order(endpoints.gateway.grpc, "Gateway", options.seconds);
  ours.access_key = "bench-key";
  const LoopOrder theirs = order(haproxy.address, "CityNode", options.seconds);
  const LoopOrder to_bare = order(haproxy_of_bare.address, "CityNode", options.seconds);
  Measured gateway, proxy, of_grpc;
  for (int i = 0; i < options.repeat; ++i) {
    measure(ours, endpoints.gateway.pid, nodes, folder.path(), gateway);
    measure(theirs, haproxy.worker, nodes, folder.path(), proxy);
    measure(to_bare, haproxy_of_bare.worker, bare_pids, folder.path(), of_grpc);
  }
  fmt::print("\n{}\n{:<26} {:>10} {:>17} {:>17} {:>17}\n", to_string(hosting), "way", "calls/s", "proxy CPU us/call",
             "nodes CPU us/call", "together");
  print_row("our gateway", gateway);
  print_row("HAProxy", proxy);
  print_row("HAProxy, gRPC C++ servers", of_grpc);
  const double share = median(gateway.sum_us) / median(of_grpc.sum_us);
  fmt::print("together {:.2f} of HAProxy's before the same nodes, {:.2f} before gRPC C++ servers, limit {:.2f}{}\n",
             median(gateway.sum_us) / median(proxy.sum_us), share, limit, share <= limit ? "" : "  MISSED");
  end(haproxy.process);
  end(haproxy_of_bare.process);
  for (Child& server : bare) server.process.signal(SIGTERM);
  for (Child& server : bare) end(server.process);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"a call to one of many city nodes, through our gateway and through HAProxy"};
  Options options;
  app.add_option("--nodes", options.nodes, "city nodes")->capture_default_str()->check(CLI::Range(2, 200));
  app.add_option("--repeat", options.repeat, "runs of each way")->capture_default_str()->check(CLI::Range(1, 100));
  app.add_option("--seconds", options.seconds, "length of a run")->capture_default_str()->check(CLI::Range(1.0, 60.0));
  app.add_option("--hosting", options.only, "measure this one alone")->transform(CLI::CheckedTransformer(hostings()));
  CLI11_PARSE(app, argc, argv);
  try {
    fmt::print("{} city nodes, {} connections with {} calls out on each, medians of {} runs of {} s\n", options.nodes,
               connections, outstanding, options.repeat, options.seconds);
    const auto wanted = [&](Hosting hosting) { return options.only.value_or(hosting) == hosting; };
    if (wanted(Hosting::process_per_node)) measure_hosting(options, Hosting::process_per_node, 0.5);
    if (wanted(Hosting::single)) measure_hosting(options, Hosting::single, 0.25);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "many_nodes_bench: {}\n", error.what());
    return 1;
  }
}
