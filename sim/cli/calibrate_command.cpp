// `bsnsim calibrate`: simulated beside published, network by network.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "sim/cli/commands.h"
#include "sim/cli/progress_line.h"
#include "sim/cli/stop_signal.h"
#include "sim/scenario_file.h"
#include "sim/text_table.h"
#include "sim/virtual/calibration.h"

namespace bsn {
namespace {

std::string number(double value) {
  if (value == 0) return "0";
  return std::abs(value) >= 100 ? fmt::format("{:.0f}", value) : fmt::format("{:.3g}", value);
}

std::string simulated(const CalibrationRow& row) {
  if (!row.simulated) return "nothing";
  const std::string value = number(*row.simulated);
  return row.spread > 0 ? fmt::format("{} (sd {})", value, number(row.spread)) : value;
}

std::string off_by(const CalibrationRow& row) {
  if (!row.simulated) return "-";
  const double off = deviation(row.published, *row.simulated);
  return row.published.value == 0 ? fmt::format("{:+.3g}", off) : fmt::format("{:+.1f}%", off * 100);
}

std::string value_of(const PublishedFigure& published) {
  return (published.at_most ? "<= " : "") + number(published.value);
}

std::string tolerance(const PublishedFigure& published) {
  return published.value == 0 ? number(published.tolerance) : fmt::format("{:.0f}%", published.tolerance * 100);
}

const char* verdict(const CalibrationRow& row) {
  if (row.passed()) return "pass";
  return row.explained() ? "explained" : "FAIL";
}

void print_table(const std::vector<CalibrationRow>& rows) {
  TextTable table({"network", "figure", "peers", "published", "simulated", "off by", "tolerance", "verdict"});
  for (const CalibrationRow& row : rows) {
    table.add({row.network, std::string(to_string(row.published.figure)), std::to_string(row.peers),
               value_of(row.published), simulated(row), off_by(row), tolerance(row.published), verdict(row)});
  }
  fmt::print("{}", table.text(110));
  bool first = true;
  for (const CalibrationRow& row : rows) {
    if (!row.explained()) continue;
    if (std::exchange(first, false)) fmt::print("\nwhy some differ:\n");
    fmt::print("  {} {}: {}\n", row.network, to_string(row.published.figure), row.published.differs);
  }
}

}  // namespace

int command_calibrate(const CalibrateOptions& options) {
  std::vector<Topology> topologies;
  for (const std::string& file : options.files) {
    Result<Topology> topology = load_topology(file);
    if (!topology) return report_error(topology.error());
    topologies.push_back(std::move(*topology));
  }
  ProgressLine progress(options.quiet);
  CalibrationOptions run;
  run.seed = options.seed;
  run.blocks = options.blocks;
  run.stop = &stop_requested;
  run.progress = [&](const std::string& step) { progress.note(step); };
  std::vector<CalibrationRow> rows;
  for (const Topology& topology : topologies) {
    for (const Network& network : topology.networks) {
      const bool wanted =
          options.networks.empty() || std::count(options.networks.begin(), options.networks.end(), network.id) > 0;
      if (!wanted) continue;
      const auto found = calibrate(topology, network.id, run);
      if (!found) return report_error(found.error());
      rows.insert(rows.end(), found->begin(), found->end());
      if (stop_requested) return 105;
    }
  }
  if (rows.empty()) {
    return report_error({ErrorCode::invalid_configuration, "no network named here has published figures"});
  }
  print_table(rows);
  const bool failed = std::any_of(rows.begin(), rows.end(),
                                  [](const CalibrationRow& row) { return !row.passed() && !row.explained(); });
  return failed ? 99 : 0;
}

}  // namespace bsn
