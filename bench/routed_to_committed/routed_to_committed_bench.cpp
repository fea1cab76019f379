// Question: how many writes of 100 bytes does a gateway bring to a chain of four validators in a second until they are
// committed, each on disk before it is acknowledged, and what does one cost and where does its time go?
//
// The processes are those of `bsnsim up`, on loopback and without the WAN's delays (writes.yaml); the load client keeps
// a schedule (open loop). The rate rises until less than 95 % of what was offered is committed within a round.
#include <fmt/format.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "bench/process_cost.h"
#include "loop/temporary_folder.h"
#include "sim/live/endpoints.h"
#include "sim/live/live_cluster.h"
#include "sim/live/load_client.h"
#include "sim/scenario_file.h"
#include "sim/text_table.h"

namespace {

using namespace bsn;

struct Options {
  std::vector<double> rates{250, 500, 1'000, 2'000, 4'000, 6'000, 8'000, 12'000, 16'000};
  int seconds = 5;
  std::string durability = "fsync";
  std::string folder;
};

struct Pids {
  std::vector<pid_t> gateway, nodes;
};

double own_cpu() {
  timespec spent{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) / 1e9;
}

struct Spent {
  double gateway = 0, nodes = 0, client = 0;  // CPU seconds

  static Spent until_now(const Pids& pids) { return {cpu_seconds(pids.gateway), cpu_seconds(pids.nodes), own_cpu()}; }
};

struct Measured {
  RoundReport report;
  Spent spent;
};

Measured measure(Scenario scenario, double per_second, const Options& options, const std::string& gateway,
                 const Pids& pids, std::uint64_t number) {
  scenario.seed = number;  // keys of an earlier round would be answered without being executed
  scenario.rounds[0].duration = seconds(options.seconds);
  scenario.rounds[0].rate = FixedRate{per_second};
  LoadClient client({gateway}, "bench-key");
  LoadOrder order;
  order.scenario = &scenario;
  order.on_answer = [](const Call&, const Reply&) {};
  order.on_second = [](const RunRecorder&) {};
  const Spent before = Spent::until_now(pids);
  const Result<LoadOutcome> outcome = client.run(order);
  if (!outcome) throw std::runtime_error(outcome.error().message);
  const Spent after = Spent::until_now(pids);
  return {outcome->report, {after.gateway - before.gateway, after.nodes - before.nodes, after.client - before.client}};
}

std::vector<std::string> cost_row(double per_second, const Measured& measured) {
  const RoundReport& report = measured.report;
  const auto ms = [&](double percent) {
    return fmt::format("{:.1f}", report.latency.percentile(percent).seconds() * 1e3);
  };
  const auto us_a_call = [&](double cpu) {
    return fmt::format("{:.0f}", cpu / static_cast<double>(std::max<std::uint64_t>(1, report.succeeded)) * 1e6);
  };
  const Spent& spent = measured.spent;
  return {fmt::format("{:.0f}", per_second),
          fmt::format("{:.0f}", report.goodput_tps),
          std::to_string(report.failed),
          std::to_string(report.dropped + report.unfinished),
          ms(50),
          ms(99),
          us_a_call(spent.gateway),
          us_a_call(spent.nodes),
          us_a_call(spent.client)};
}

std::vector<std::string> split_row(double per_second, const Measured& measured) {
  const SplitSums& split = measured.report.split;
  const auto mean = [&](Duration sum) {
    return fmt::format("{:.3f}", sum.seconds() * 1e3 / static_cast<double>(std::max<std::uint64_t>(1, split.calls)));
  };
  return {fmt::format("{:.0f}", per_second),
          mean(split.client),
          mean(split.sum.gateway_queue),
          mean(split.sum.route),
          mean(split.sum.wire),
          mean(split.sum.node_queue),
          mean(split.sum.consensus),
          mean(split.sum.back)};
}

int run(const Options& options) {
  const auto scenario = load_scenario(BSN_SCENARIO);
  if (!scenario) throw std::runtime_error(scenario.error().message);
  std::optional<TemporaryFolder> temporary;
  if (options.folder.empty()) temporary.emplace();
  ClusterOptions how;
  how.bin_dir = std::filesystem::read_symlink("/proc/self/exe").parent_path().string();
  how.run_dir = temporary ? temporary->path() : options.folder;
  how.durability = options.durability == "fsync" ? Durability::fsync : Durability::os;
  auto cluster = LiveCluster::start(scenario->topology, how);
  if (!cluster) throw std::runtime_error(cluster.error().message);
  const auto endpoints = read_endpoints(how.run_dir);
  if (!endpoints) throw std::runtime_error(endpoints.error().message);
  Pids pids{{endpoints->gateway.pid}, {}};
  for (const Endpoint& node : endpoints->city_nodes) pids.nodes.push_back(node.pid);
  TextTable costs({"offered/s", "committed/s", "failed", "dropped,\nunfinished", "p50\nms", "p99\nms",
                   "gateway\nus/call", "4 nodes\nus/call", "client\nus/call"});
  TextTable splits({"offered/s", "client\nms", "gateway\nqueue ms", "route\nms", "wire\nms", "node\nqueue ms",
                    "chain\nms", "return\nms"});
  static_cast<void>(measure(*scenario, 100, options, endpoints->gateway.grpc, pids, 1));  // warm-up
  std::uint64_t number = 1;
  for (const double rate : options.rates) {
    const Measured measured = measure(*scenario, rate, options, endpoints->gateway.grpc, pids, ++number);
    costs.add(cost_row(rate, measured));
    splits.add(split_row(rate, measured));
    const double in_time =
        static_cast<double>(measured.report.succeeded) / static_cast<double>(measured.report.offered);
    if (in_time < 0.95 || measured.report.goodput_tps < 0.8 * rate) break;
  }
  fmt::print("{} durability, CPU for each committed write:\n\n{}\n", options.durability, costs.text(120));
  fmt::print("mean of where a write's time went; the parts add up to its latency:\n\n{}", splits.text(120));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"writes from the load client over the gateway until they are committed on four validators"};
  Options options;
  app.add_option("--rates", options.rates, "calls per second, rising")->capture_default_str()->delimiter(',');
  app.add_option("--seconds", options.seconds, "of each round")->capture_default_str()->check(CLI::Range(1, 120));
  app.add_option("--durability", options.durability, "of the nodes' disks")
      ->capture_default_str()
      ->check(CLI::IsMember({"fsync", "os"}));
  app.add_option("--folder", options.folder, "for the cluster's data: the disk that is measured (default: temporary)");
  CLI11_PARSE(app, argc, argv);
  try {
    return run(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "routed_to_committed_bench: {}\n", error.what());
    return 1;
  }
}
