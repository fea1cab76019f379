// `bsnsim bench`: routing latency per network, as medians over repeated runs with different seeds.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "sim/cli/commands.h"
#include "sim/cli/run_scenario.h"
#include "sim/cli/stop_signal.h"
#include "sim/scenario_file.h"

namespace bsn {
namespace {

// The repeated measurements of one kind of call, in milliseconds.
struct Row {
  std::vector<double> p50, p99, wire, node, consensus;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::string spread(const std::vector<double>& values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return fmt::format("{:.2f}..{:.2f}", *low, *high);
}

void add_measurements(const Report& report, std::map<std::string, Row>& rows) {
  for (const RoundReport& round : report.rounds) {
    for (const MixReport& mix : round.mix) {
      if (mix.succeeded == 0) continue;
      Row& row = rows[fmt::format("{}/{} {} {}", mix.network, mix.chain, mix.operation, mix.level)];
      row.p50.push_back(mix.latency.percentile(50).milliseconds());
      row.p99.push_back(mix.latency.percentile(99).milliseconds());
      const auto calls = static_cast<std::int64_t>(std::max<std::uint64_t>(1, mix.split.calls));
      row.wire.push_back(((mix.split.sum.wire + mix.split.sum.back) / calls).milliseconds());
      row.node.push_back((mix.split.sum.node_queue / calls).milliseconds());
      row.consensus.push_back((mix.split.sum.consensus / calls).milliseconds());
    }
  }
}

void print_rows(const std::map<std::string, Row>& rows, const BenchOptions& options) {
  fmt::print("routing latency in ms, {}, medians of {} runs (least..most in brackets)\n\n",
             options.live ? "live" : "virtual time", options.repeat);
  fmt::print("{:<40} {:>9} {:>9} {:>9} {:>7} {:>10}  {}\n", "call", "p50", "p99", "wire", "node", "consensus",
             "p50 spread");
  for (const auto& [name, row] : rows) {
    fmt::print("{:<40} {:>9.2f} {:>9.2f} {:>9.2f} {:>7.3f} {:>10.2f}  [{}]\n", name, median(row.p50), median(row.p99),
               median(row.wire), median(row.node), median(row.consensus), spread(row.p50));
  }
}

// Shipped scenarios are found from the working directory, or beside the build that holds this executable.
std::string default_file() {
  const std::string shipped = "configs/scenarios/routing_latency.yaml";
  if (std::filesystem::exists(shipped)) return shipped;
  return binary_folder("") + "/../../../" + shipped;
}

}  // namespace

int command_bench(const BenchOptions& options) {
  const std::string file = options.file.empty() ? default_file() : options.file;
  const Result<Scenario> scenario = load_scenario(file);
  if (!scenario) return report_error(scenario.error());
  watch_stop_signal();
  std::map<std::string, Row> rows;
  int worst = 0;
  for (int i = 0; i < options.repeat && !stop_requested; ++i) {
    RunOptions run;
    run.file = file;
    run.bin_dir = options.bin_dir;
    run.live = options.live;
    run.seed = options.seed + static_cast<std::uint64_t>(i);
    run.quiet = options.quiet;
    const Result<Report> report = run_scenario(*scenario, run);
    if (!report) return report_error(report.error());
    add_measurements(*report, rows);
    worst = std::max(worst, exit_code(*report));
  }
  print_rows(rows, options);
  return worst;
}

}  // namespace bsn
