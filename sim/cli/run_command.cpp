#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "loop/temporary_folder.h"
#include "sim/cli/commands.h"
#include "sim/cli/huge_heap.h"
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
Result<Report> run_live_in_folder(const Scenario& scenario, const RunOptions& options, ProgressLine& progress) {
  Result<TemporaryFolder> folder = TemporaryFolder::make();
  if (!folder) return folder.error();
  LiveOptions live;
  live.bin_dir = binary_folder(options.bin_dir);
  live.run_dir = folder->path();
  live.seed = options.seed;
  live.stop = &stop_requested;
  live.progress = [&](const RunProgress& step) { progress.update(step); };
  Result<Report> report = run_live(scenario, live);
  if (options.keep || !report) {
    folder->keep();
    progress.note("data and logs are kept in " + folder->path());
  }
  return report;
}

Result<Report> run_in_virtual_time(const Scenario& scenario, const RunOptions& options, ProgressLine& progress) {
  use_huge_heap();
  VirtualOptions run;
  run.seed = options.seed;
  run.stop = &stop_requested;
  run.wall_clock = wall_seconds;
  run.progress = [&](const RunProgress& step) { progress.update(step); };
  return run_virtual(scenario, run);
}

// The report goes beside its place first and takes it in one step, so that no half of it is ever seen there. Opened
// before the run: whoever can't be written to is known before minutes are spent.
class ReportFile {
 public:
  explicit ReportFile(const RunOptions& options) : options_(options) {
    if (!options_.output.empty()) file_.open(options_.output + ".new");
  }
  ~ReportFile() {
    std::error_code ignored;
    if (!options_.output.empty()) std::filesystem::remove(options_.output + ".new", ignored);
  }
  ReportFile(const ReportFile&) = delete;
  ReportFile& operator=(const ReportFile&) = delete;

  Result<Done> writable() const {
    if (options_.output.empty() || file_) return Done{};
    return Error{ErrorCode::io, "can't write " + options_.output + ": is its folder there and yours to write?"};
  }

  Result<Done> write(const Report& report) {
    const std::string text = options_.format == "json" ? report_json(report) + "\n" : report_text(report);
    if (options_.output.empty()) {
      fmt::print("{}", text);
      return Done{};
    }
    file_ << text;
    file_.close();
    std::error_code error;
    if (file_) std::filesystem::rename(options_.output + ".new", options_.output, error);
    if (!file_ || error) return Error{ErrorCode::io, "can't write " + options_.output};
    return Done{};
  }

 private:
  const RunOptions& options_;
  std::ofstream file_;
};

}  // namespace

Result<Report> run_scenario(const Scenario& scenario, const RunOptions& options) {
  ProgressLine progress(options.quiet);
  Result<Report> report =
      options.live ? run_live_in_folder(scenario, options, progress) : run_in_virtual_time(scenario, options, progress);
  if (report) report->file = options.file;
  return report;
}

int command_run(const RunOptions& options) {
  const Result<Scenario> scenario = load_scenario(options.file);
  if (!scenario) return report_error(scenario.error());
  print_warnings(options.file);
  if (options.dry_run) {
    fmt::print("{} is valid; would run {} rounds {}\n", options.file, scenario->rounds.size(),
               options.live ? "live" : "in virtual time");
    return 0;
  }
  ReportFile file(options);
  if (auto done = file.writable(); !done) return report_error(done.error());
  watch_stop_signal();
  const Result<Report> report = run_scenario(*scenario, options);
  if (!report) return report_error(report.error());
  if (auto done = file.write(*report); !done) return report_error(done.error());
  return exit_code(*report);
}

}  // namespace bsn
