// Question: what does the load client of a live run cost for each call, beside h2load at the same rate against the same
// gateway? A client that costs much measures itself.
//
// One city node with one chain, the WAN switched off, the same query. The load client keeps a schedule on one stream,
// h2load asks on eight connections; at each rate they take turns, and medians are printed.
#include <fmt/format.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "bench/routing_latency/h2load.h"
#include "bench/routing_latency/one_node.h"
#include "loop/temporary_folder.h"
#include "sim/live/endpoints.h"
#include "sim/live/live_cluster.h"
#include "sim/live/load_client.h"

namespace {

using namespace bsn;

struct Options {
  int repeat = 5;
  int seconds = 2;
  std::vector<double> rates{2'000, 10'000, 20'000, 40'000};
};

struct Measured {
  std::vector<double> us_per_call, per_second, late_p99_ms;
  std::uint64_t dropped = 0, failed = 0;
};

double process_cpu() {
  timespec spent{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) / 1e9;
}

Scenario steady(double per_second, int seconds_long) {
  Scenario scenario;
  scenario.topology = one_node();
  Round round;
  round.label = "steady";
  round.duration = seconds(seconds_long);
  round.rate = FixedRate{per_second};
  round.mix.push_back({1, {"fabric", "bench"}, Operation::query, "asset", "balance", {"account-1"}, Level::local});
  scenario.rounds.push_back(round);
  return scenario;
}

void measure_ours(const std::string& address, double per_second, int seconds_long, Measured& measured) {
  const Scenario scenario = steady(per_second, seconds_long);
  LoadClient client({address}, "bench-key");
  LoadOrder order;
  order.scenario = &scenario;
  order.on_answer = [](const Call&, const Reply&) {};
  order.on_second = [](const RunRecorder&) {};
  const double before = process_cpu();
  const Result<LoadOutcome> outcome = client.run(order);
  const double spent = process_cpu() - before;
  if (!outcome) throw std::runtime_error(outcome.error().message);
  const RoundReport& report = outcome->report;
  measured.us_per_call.push_back(spent / static_cast<double>(report.sent) * 1e6);
  measured.per_second.push_back(static_cast<double>(report.sent) / seconds_long);
  measured.late_p99_ms.push_back(report.lateness.p99.seconds() * 1e3);
  measured.dropped += report.dropped;
  measured.failed += report.failed + report.unfinished;
}

// False: it is not installed.
bool measure_h2load(const LoopOrder& order, const std::string& folder, double per_second, Measured& measured) {
  const auto driven = run_h2load(order, folder, per_second);
  if (!driven) return false;
  if (!*driven) throw std::runtime_error(driven->error().message);
  const LoopResult& result = driven->value();
  measured.us_per_call.push_back(result.client_cpu / static_cast<double>(result.calls) * 1e6);
  measured.per_second.push_back(static_cast<double>(result.calls) / result.seconds);
  return true;
}

int run(const Options& options) {
  const TemporaryFolder folder;
  ClusterOptions how;
  how.bin_dir = std::filesystem::read_symlink("/proc/self/exe").parent_path().string();
  how.run_dir = folder.path();
  auto cluster = LiveCluster::start(one_node(), how);
  if (!cluster) throw std::runtime_error(cluster.error().message);
  LoopOrder order;
  order.address = (*cluster)->gateway_address();
  order.method = "/bsn.v1.Gateway/Query";
  order.access_key = "bench-key";
  order.request = query_of_one_node();
  order.connections = 8;
  order.outstanding = 16;
  order.span = seconds(options.seconds);
  fmt::print("{:>10} | {:>12} {:>9} {:>9} {:>8} {:>7} | {:>12} {:>9} | {:>5}\n", "offered/s", "load client", "sent/s",
             "late p99", "dropped", "failed", "h2load", "calls/s", "ratio");
  fmt::print("{:>10} | {:>12} {:>9} {:>9} {:>8} {:>7} | {:>12} {:>9} |\n", "", "us CPU/call", "", "ms", "", "",
             "us CPU/call", "");
  for (const double rate : options.rates) {
    Measured ours, theirs;
    for (int i = 0; i < options.repeat; ++i) {
      measure_ours(order.address, rate, options.seconds, ours);
      if (!measure_h2load(order, folder.path(), rate, theirs)) fmt::print(stderr, "h2load is not installed\n");
    }
    const double us = median(ours.us_per_call), beside = median(theirs.us_per_call);
    fmt::print("{:>10.0f} | {:>12.2f} {:>9.0f} {:>9.2f} {:>8} {:>7} | {:>12.2f} {:>9.0f} | {:>5.2f}\n", rate, us,
               median(ours.per_second), median(ours.late_p99_ms), ours.dropped, ours.failed, beside,
               median(theirs.per_second), beside > 0 ? us / beside : 0);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"CPU of the load client for each call, beside h2load"};
  Options options;
  app.add_option("--repeat", options.repeat, "runs at each rate")->capture_default_str()->check(CLI::Range(1, 100));
  app.add_option("--seconds", options.seconds, "length of a run")->capture_default_str()->check(CLI::Range(1, 60));
  app.add_option("--rates", options.rates, "calls per second")->capture_default_str()->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  try {
    return run(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "load_client_bench: {}\n", error.what());
    return 1;
  }
}
