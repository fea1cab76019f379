// Question: what does a whole city network cost over as many bare gRPC servers, started the same way?
//
// Interleaves both, several times, and prints medians and ratios: time until all are healthy, memory (PSS), and the CPU
// that the idle cluster uses with all its networks running. Limits: time 2x, PSS 2x, idle 0.25 core.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <filesystem>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "bench/process_cost.h"
#include "core/time.h"
#include "loop/temporary_folder.h"
#include "sim/live/child.h"
#include "sim/live/cluster_rpc.h"
#include "sim/live/endpoints.h"
#include "sim/live/live_cluster.h"
#include "sim/outside.h"
#include "sim/scenario_file.h"

namespace {

using namespace bsn;
using Clock = std::chrono::steady_clock;

struct Options {
  std::string topology = "configs/topologies/bsn-2020.yaml";
  std::string bin_dir;
  int repeat = 3;
  int idle_seconds = 20;
  Hosting hosting = Hosting::process_per_node;
};

// What one start cost.
struct Cost {
  double seconds = 0;  // until all were healthy
  double cpu_s = 0;    // of the children until then
  double pss_mib = 0;  // then
  double idle_cores = 0;
};

double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Lets the processes run undisturbed for a while; there is nothing to wait for, the span itself is measured.
void let_run(int seconds) {
  std::mutex mutex;
  std::condition_variable never;
  std::unique_lock lock(mutex);
  never.wait_until(lock, Clock::now() + std::chrono::seconds(seconds), [] { return false; });
}

double idle_cores(const std::vector<pid_t>& pids, int seconds) {
  if (seconds == 0) return 0;
  const double before = cpu_seconds(pids);
  const auto start = Clock::now();
  let_run(seconds);
  return (cpu_seconds(pids) - before) / since(start);
}

template <class T>
void require(const Result<T>& result) {
  if (!result) throw std::runtime_error(result.error().message);
}

Cost cost_of(Clock::time_point start, const std::vector<pid_t>& pids, int idle) {
  Cost cost;
  cost.seconds = since(start);
  cost.cpu_s = cpu_seconds(pids);
  cost.pss_mib = pss_mib(pids);
  cost.idle_cores = idle_cores(pids, idle);
  return cost;
}

std::vector<Child> start_bare(const Options& options, const std::string& folder, std::size_t count) {
  std::vector<Child> servers(count);
  for (Child& server : servers) {
    server.name = "bare server";
    server.log = folder + "/log";
    Result<Process> process = Process::start({options.bin_dir + "/bare_grpc_server", {}, server.log, 0});
    require(process);
    server.process = std::move(*process);
  }
  return servers;
}

Cost measure_bare(const Options& options, std::size_t count) {
  const TemporaryFolder folder;
  const auto start = Clock::now();
  std::vector<Child> servers = start_bare(options, folder.path(), count);
  std::vector<Child*> children;
  for (Child& server : servers) children.push_back(&server);
  require(wait_for_addresses(children, start + std::chrono::seconds(60), nullptr));
  std::vector<std::string> addresses;
  std::vector<pid_t> pids;
  for (const Child& server : servers) {
    addresses.push_back(server.address);
    pids.push_back(server.process.pid());
  }
  ClusterRpc rpc;
  require(rpc.wait_until_serving(addresses, seconds(60)));
  const Cost cost = cost_of(start, pids, options.idle_seconds);
  for (const Child& server : servers) server.process.signal(SIGTERM);
  for (Child& server : servers) server.process.wait_until(Clock::now() + std::chrono::seconds(10));
  return cost;
}

Cost measure_cluster(const Options& options, const Topology& topology) {
  const TemporaryFolder folder;
  ClusterOptions cluster_options;
  cluster_options.bin_dir = options.bin_dir;
  cluster_options.run_dir = folder.path();
  cluster_options.hosting = options.hosting;
  const auto start = Clock::now();
  const auto cluster = LiveCluster::start(topology, cluster_options);
  require(cluster);
  const auto started = Clock::now();
  const Result<Endpoints> endpoints = read_endpoints(folder.path());
  require(endpoints);
  std::set<pid_t> pids;
  for (const Endpoint& process : endpoints->all()) pids.insert(process.pid);
  return cost_of(start + (Clock::now() - started), {pids.begin(), pids.end()}, options.idle_seconds);
}

double median(const std::vector<Cost>& costs, double Cost::*field) {
  std::vector<double> values;
  for (const Cost& cost : costs) values.push_back(cost.*field);
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void print_row(const char* what, const std::vector<Cost>& bare, const std::vector<Cost>& cluster, double Cost::*field,
               const char* limit) {
  const double low = median(bare, field), high = median(cluster, field);
  fmt::print("{:<28} {:>10.2f} {:>10.2f} {:>8.2f}x   {}\n", what, low, high, high / std::max(low, 1e-9), limit);
}

int run(const Options& options) {
  const Result<Topology> loaded = load_topology(options.topology);
  require(loaded);
  const Topology topology = with_outside_peers(*loaded, RunMode::live);
  const std::size_t count = own_cities(topology);
  std::vector<Cost> bare, cluster;
  for (int i = 0; i < options.repeat; ++i) {
    bare.push_back(measure_bare(options, count));
    cluster.push_back(measure_cluster(options, topology));
    fmt::print(stderr, "{}/{}: bare {:.2f} s, cluster {:.2f} s\n", i + 1, options.repeat, bare.back().seconds,
               cluster.back().seconds);
  }
  fmt::print("{} bare gRPC servers against {} ({}), medians of {}\n\n", count, processes_of(topology),
             to_string(options.hosting), options.repeat);
  fmt::print("{:<28} {:>10} {:>10} {:>9}   limit\n", "", "bare", "cluster", "ratio");
  print_row("all healthy after, s", bare, cluster, &Cost::seconds, "2x");
  print_row("CPU until then, s", bare, cluster, &Cost::cpu_s, "-");
  print_row("memory (PSS), MiB", bare, cluster, &Cost::pss_mib, "2x");
  print_row("idle, cores", bare, cluster, &Cost::idle_cores, "0.25 cores");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"what a whole city network costs over as many bare gRPC servers"};
  Options options;
  options.bin_dir = std::filesystem::read_symlink("/proc/self/exe").parent_path().string();
  app.add_option("--topology", options.topology, "topology file")->capture_default_str();
  app.add_option("--repeat", options.repeat, "starts of each")->capture_default_str()->check(CLI::Range(1, 50));
  app.add_option("--idle-seconds", options.idle_seconds, "how long the idle cluster is watched; 0: not")
      ->capture_default_str()
      ->check(CLI::Range(0, 600));
  app.add_option_function<std::string>(
         "--hosting", [&](const std::string& name) { options.hosting = hostings().at(name); },
         "which city nodes share a process")
      ->check(CLI::IsMember(hostings()))
      ->default_str("process-per-node");
  CLI11_PARSE(app, argc, argv);
  try {
    return run(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "cluster_start_bench: {}\n", error.what());
    return 1;
  }
}
