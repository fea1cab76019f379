// `bsnsim matrix`: how far away is everything.
#include <fmt/format.h>

#include "sim/cli/commands.h"
#include "sim/cli/output_file.h"
#include "sim/cli/run_scenario.h"
#include "sim/cli/stop_signal.h"
#include "sim/latency_matrix.h"
#include "sim/page/report_page.h"
#include "sim/scenario_file.h"
#include "sim/text_table.h"

namespace bsn {
namespace {

constexpr std::size_t worst_shown = 10;

std::string text_of(const Report& report, const std::vector<MatrixCell>& cells) {
  TextTable table({"City", "Network", "p50\n(ms)", "p99\n(ms)", "Calls", "Failed"});
  for (const MatrixCell& cell : worst_cells(cells, worst_shown)) {
    table.add({cell.city, cell.network + "/" + cell.chain, fmt::format("{:.2f}", cell.p50_ms),
               fmt::format("{:.2f}", cell.p99_ms), std::to_string(cell.calls), std::to_string(cell.failed)});
  }
  return fmt::format("routing latency of local reads, {} cities to {} chains, {}, seed {}: the worst ten\n\n{}",
                     report.rounds.size(), report.rounds.empty() ? 0 : report.rounds[0].mix.size(),
                     report.mode == "live" ? "live" : "virtual time", report.seed, table.text(100));
}

}  // namespace

int command_matrix(const MatrixOptions& options) {
  const Result<Topology> topology = load_topology(options.file);
  if (!topology) return report_error(topology.error());
  OutputFile output(options.output);
  if (auto done = output.writable(); !done) return report_error(done.error());
  watch_stop_signal();
  RunOptions run;
  run.bin_dir = options.bin_dir;
  run.file = options.file;
  run.live = options.live;
  run.seed = options.seed;
  run.quiet = options.quiet;
  const Result<Report> report = run_scenario(matrix_scenario(*topology, options.reads), run);
  if (!report) return report_error(report.error());
  const std::vector<MatrixCell> cells = matrix_cells(*report);
  std::string text = text_of(*report, cells);
  if (options.format == "csv") text = matrix_csv(cells);
  if (options.format == "json") text = matrix_json(*report, cells) + "\n";
  if (options.format == "html") text = report_page(matrix_json(*report, cells));
  if (auto done = output.write(text); !done) return report_error(done.error());
  return exit_code(*report);
}

}  // namespace bsn
