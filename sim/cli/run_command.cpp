#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "sim/cli/commands.h"
#include "sim/cli/progress_line.h"
#include "sim/cli/run_scenario.h"
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
Result<std::string> make_run_folder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "bsnsim-run-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) {
    return Error{ErrorCode::io, "can't make a folder in " + std::filesystem::temp_directory_path().string()};
  }
  return pattern;
}

Result<Report> run_live_in_folder(const Scenario& scenario, const RunOptions& options, ProgressLine& progress) {
  const auto folder = make_run_folder();
  if (!folder) return folder.error();
  LiveOptions live;
  live.bin_dir = binary_folder(options.bin_dir);
  live.run_dir = *folder;
  live.seed = options.seed;
  live.stop = &stop_requested;
  live.progress = [&](const RunProgress& step) {
    if (step.total_s > 0) {
      progress.update(step);
    } else {
      progress.note(step.phase);
    }
  };
  Result<Report> report = run_live(scenario, live);
  if (options.keep || !report) {
    progress.note("data and logs are kept in " + *folder);
  } else {
    std::error_code ignored;
    std::filesystem::remove_all(*folder, ignored);
  }
  return report;
}

Result<Report> run_in_virtual_time(const Scenario& scenario, const RunOptions& options, ProgressLine& progress) {
  VirtualOptions run;
  run.seed = options.seed;
  run.stop = &stop_requested;
  run.wall_clock = wall_seconds;
  run.progress = [&](const RunProgress& step) { progress.update(step); };
  return run_virtual(scenario, run);
}

Result<Done> write_report(const Report& report, const RunOptions& options) {
  const std::string text = options.format == "json" ? report_json(report) + "\n" : report_text(report);
  if (options.output.empty()) {
    fmt::print("{}", text);
    return Done{};
  }
  std::ofstream file(options.output + ".new");
  file << text;
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(options.output + ".new", options.output, error);
  if (!file || error) return Error{ErrorCode::io, "can't write " + options.output};
  return Done{};
}

}  // namespace

Result<Report> run_scenario(const Scenario& scenario, const RunOptions& options) {
  ProgressLine progress(options.quiet);
  return options.live ? run_live_in_folder(scenario, options, progress)
                      : run_in_virtual_time(scenario, options, progress);
}

int command_run(const RunOptions& options) {
  const Result<Scenario> scenario = load_scenario(options.file);
  if (!scenario) return report_error(scenario.error());
  if (options.dry_run) {
    fmt::print("{} is valid; would run {} rounds {}\n", options.file, scenario->rounds.size(),
               options.live ? "live" : "in virtual time");
    return 0;
  }
  watch_stop_signal();
  const Result<Report> report = run_scenario(*scenario, options);
  if (!report) return report_error(report.error());
  if (auto done = write_report(*report, options); !done) return report_error(done.error());
  return exit_code(*report);
}

}  // namespace bsn
