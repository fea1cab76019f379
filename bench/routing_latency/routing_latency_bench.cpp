// Question: what does a call cost through our gateway, beside the same call made directly and through other proxies?
//
// One city node with one chain, the WAN switched off, everything on loopback; the same query, sent as a unary gRPC
// call. All ways are measured in turn, several times over; medians are printed, with CPU per call of the proxy and of
// the node.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "bench/process_cost.h"
#include "bench/routing_latency/closed_loop.h"
#include "bench/routing_latency/h2load.h"
#include "bench/routing_latency/one_node.h"
#include "bench/routing_latency/peers.h"
#include "loop/temporary_folder.h"
#include "sim/live/endpoints.h"
#include "sim/live/live_cluster.h"

namespace {

using namespace bsn;

struct Options {
  int repeat = 5;
  double seconds = 2;
  int load = 0;  // only this one, counted from 1; 0: all
};

// One way for a call to reach the node.
struct Way {
  std::string name;
  LoopOrder order;
  pid_t proxy = 0;  // 0: none
};

struct Load {
  const char* name;
  int connections, outstanding;
  bool h2load = false;  // else a gRPC C++ client
};
constexpr Load loads[] = {{"one at a time", 1, 1},
                          {"8 connections x 16 outstanding", 8, 16},
                          {"8 connections x 16 outstanding, by h2load", 8, 16, true}};

struct Measured {
  std::vector<double> rate, proxy_us, node_us, p50_us, p99_us;
};

Way way(const std::string& name, const std::string& address, const std::string& service, pid_t proxy) {
  Way one;
  one.name = name;
  one.order.address = address;
  one.order.method = "/bsn.v1." + service + "/Query";
  one.order.request = query_of_one_node();
  one.proxy = proxy;
  return one;
}

// False: what drives it is not installed.
bool measure(const Way& one, const Load& load, pid_t node, const Options& options, const std::string& folder,
             Measured& measured) {
  LoopOrder order = one.order;
  order.connections = load.connections;
  order.outstanding = load.outstanding;
  order.span = from_seconds(options.seconds);
  const double proxy_before = one.proxy ? cpu_seconds({one.proxy}) : 0;
  const double node_before = cpu_seconds({node});
  const auto driven = load.h2load ? run_h2load(order, folder) : std::optional(run_closed_loop(order));
  if (!driven) return false;
  const Result<LoopResult>& result = *driven;
  if (!result) throw std::runtime_error(one.name + ": " + result.error().message);
  const auto calls = static_cast<double>(result->calls);
  measured.rate.push_back(calls / result->seconds);
  measured.node_us.push_back((cpu_seconds({node}) - node_before) / calls * 1e6);
  if (one.proxy) measured.proxy_us.push_back((cpu_seconds({one.proxy}) - proxy_before) / calls * 1e6);
  if (load.h2load) return true;
  measured.p50_us.push_back(result->latency.percentile(50).seconds() * 1e6);
  measured.p99_us.push_back(result->latency.percentile(99).seconds() * 1e6);
  return true;
}

void print_load(const Load& load, const std::vector<Way>& ways, std::map<std::string, Measured>& rows) {
  fmt::print("\n{}\n{:<14} {:>10} {:>16} {:>15} {:>9} {:>9}\n", load.name, "way", "calls/s", "proxy CPU us/call",
             "node CPU us/call", "p50 us", "p99 us");
  for (const Way& one : ways) {
    const Measured& row = rows[one.name];
    const auto latency = [](const std::vector<double>& us) {
      return us.empty() ? std::string("-") : fmt::format("{:.0f}", median(us));
    };
    fmt::print("{:<14} {:>10.0f} {:>17} {:>16.1f} {:>9} {:>9}\n", one.name, median(row.rate),
               one.proxy ? fmt::format("{:.1f}", median(row.proxy_us)) : "-", median(row.node_us), latency(row.p50_us),
               latency(row.p99_us));
  }
}

int run(const Options& options) {
  const TemporaryFolder folder;
  const std::string bin_dir = std::filesystem::read_symlink("/proc/self/exe").parent_path().string();
  ClusterOptions cluster_options;
  cluster_options.bin_dir = bin_dir;
  cluster_options.run_dir = folder.path();
  auto cluster = LiveCluster::start(one_node(), cluster_options);
  if (!cluster) throw std::runtime_error(cluster.error().message);
  const auto endpoints = read_endpoints(folder.path());
  if (!endpoints) throw std::runtime_error(endpoints.error().message);
  const std::string upstream = (*cluster)->node_address(CityIndex{0});
  const pid_t node = endpoints->city_nodes[0].pid;

  std::vector<Way> ways{way("direct", upstream, "CityNode", 0)};
  ways.push_back(way("our gateway", endpoints->gateway.grpc, "Gateway", endpoints->gateway.pid));
  ways.back().order.access_key = "bench-key";
  std::vector<Peer> peers;
  const auto add = [&](std::optional<Result<Peer>> peer) {
    if (!peer) return;
    if (!*peer) throw std::runtime_error(peer->error().message);
    peers.push_back(std::move(**peer));
    ways.push_back(way(peers.back().name, peers.back().address, "CityNode", peers.back().worker));
  };
  add(start_nginx(folder.path(), upstream));
  add(start_haproxy(folder.path(), {upstream}));
  add(start_grpc_proxy(bin_dir + "/grpc_proxy", folder.path(), upstream));
  if (peers.size() < 3) fmt::print(stderr, "nginx or HAProxy is missing: scripts/install_dependencies.sh --bench\n");

  fmt::print("the same query to one city node, medians of {} runs of {} s each\n", options.repeat, options.seconds);
  for (const Load& load : loads) {
    if (options.load != 0 && &load != &loads[options.load - 1]) continue;
    std::map<std::string, Measured> rows;
    bool there = true;
    for (int i = 0; i < options.repeat && there; ++i) {
      for (const Way& one : ways) there = there && measure(one, load, node, options, folder.path(), rows[one.name]);
    }
    if (there) print_load(load, ways, rows);
  }
  for (Peer& peer : peers) {
    peer.process.signal(SIGTERM);
    peer.process.wait_until(std::chrono::steady_clock::now() + std::chrono::seconds(5));
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"a call through our gateway, beside direct calls and other proxies"};
  Options options;
  app.add_option("--repeat", options.repeat, "runs of each way")->capture_default_str()->check(CLI::Range(1, 100));
  app.add_option("--seconds", options.seconds, "length of a run")->capture_default_str()->check(CLI::Range(0.1, 60.0));
  app.add_option("--load", options.load, "only this load, counted from 1; 0: all")
      ->capture_default_str()
      ->check(CLI::Range(0, static_cast<int>(std::size(loads))));
  CLI11_PARSE(app, argc, argv);
  try {
    return run(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "routing_latency_bench: {}\n", error.what());
    return 1;
  }
}
