#include <fmt/format.h>

#include "core/digest.h"
#include "sim/cli/commands.h"
#include "sim/report.h"
#include "sim/scenario_file.h"

namespace bsn {

int command_validate(const FileOptions& options) {
  const Result<Scenario> scenario = load_scenario(options.file);
  if (!scenario) return report_error(scenario.error());
  const Topology& topology = scenario->topology;
  fmt::print("{} is valid: {} city nodes, {} networks, {} chains, {} rounds, {} faults\n", options.file,
             topology.cities.size(), topology.networks.size(), topology.chains.size(), scenario->rounds.size(),
             scenario->faults.size());
  return 0;
}

int command_dump(const FileOptions& options) {
  const Result<Scenario> scenario = load_scenario(options.file);
  if (!scenario) return report_error(scenario.error());
  fmt::print("{}\n", options.format == "json" ? dump_json(*scenario) : dump_yaml(*scenario));
  return 0;
}

}  // namespace bsn
