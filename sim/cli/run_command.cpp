#include <fmt/format.h>

#include <chrono>
#include <fstream>

#include "loop/temporary_folder.h"
#include "sim/cli/commands.h"
#include "sim/cli/output_file.h"
#include "sim/cli/report_format.h"
#include "sim/cli/run_scenario.h"
#include "sim/cli/run_watch.h"
#include "sim/cli/stop_signal.h"
#include "sim/live/live_runner.h"
#include "sim/scenario_file.h"
#include "sim/virtual/virtual_runner.h"

namespace bsn {
namespace {

double wall_seconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

// A folder of its own for one live run.
Result<Report> run_live_in_folder(const Scenario& scenario, const RunOptions& options, RunWatch& watch) {
  Result<TemporaryFolder> folder = TemporaryFolder::make();
  if (!folder) return folder.error();
  LiveOptions live;
  live.bin_dir = binary_folder(options.bin_dir);
  live.run_dir = folder->path();
  live.seed = options.seed;
  live.stop = &stop_requested;
  live.progress = [&](const RunProgress& step) { watch.update(step); };
  Result<Report> report = run_live(scenario, live);
  if (options.keep || !report) {
    folder->keep();
    watch.note("data and logs are kept in " + folder->path());
  }
  return report;
}

Result<Report> run_in_virtual_time(const Scenario& scenario, const RunOptions& options, RunWatch& watch) {
  VirtualOptions run;
  run.seed = options.seed;
  run.stop = &stop_requested;
  run.wall_clock = wall_seconds;
  run.progress = [&](const RunProgress& step) { watch.update(step); };
  return run_virtual(scenario, run);
}

// What stands in the scenario's file, cut where a report carries no more.
std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(most_scenario_text + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() <= most_scenario_text) return text;
  text.resize(most_scenario_text);
  return text + "\n# ... cut here\n";
}

}  // namespace

Result<Report> run_scenario(const Scenario& scenario, const RunOptions& options) {
  RunWatch watch(fmt::format("{}, {}", scenario.name, options.live ? "live" : "in virtual time"), options.quiet);
  Result<Report> report =
      options.live ? run_live_in_folder(scenario, options, watch) : run_in_virtual_time(scenario, options, watch);
  if (report) {
    report->file = options.file;
    report->scenario_text = text_of(options.file);
  }
  return report;
}

int command_run(const RunOptions& options) {
  Warnings warnings;
  const Result<Scenario> scenario = load_scenario(options.file, &warnings);
  if (!scenario) return report_error(scenario.error());
  print_warnings(warnings);
  if (options.dry_run) {
    fmt::print("{} is valid; would run {} rounds {}\n", options.file, scenario->rounds.size(),
               options.live ? "live" : "in virtual time");
    return 0;
  }
  OutputFile output(options.output);
  if (auto done = output.writable(); !done) return report_error(done.error());
  watch_stop_signal();
  const Result<Report> report = run_scenario(*scenario, options);
  if (!report) return report_error(report.error());
  if (auto done = output.write(rendered(*report, options.format)); !done) return report_error(done.error());
  return exit_code(*report);
}

}  // namespace bsn
