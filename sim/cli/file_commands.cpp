#include <fmt/format.h>

#include <variant>

#include "sim/cli/commands.h"
#include "sim/network_table.h"
#include "sim/scenario_file.h"

namespace bsn {
namespace {

std::string summary(const Topology& topology) {
  return fmt::format("{} city nodes, {} networks, {} chains", topology.cities.size(), topology.networks.size(),
                     topology.chains.size());
}

std::string summary(const Scenario& scenario) {
  return fmt::format("{}, {} rounds, {} faults, {} services", summary(scenario.topology), scenario.rounds.size(),
                     scenario.faults.size(), scenario.services.size());
}

}  // namespace

int command_validate(const FileOptions& options) {
  Warnings warnings;
  const auto file = load_any(options.file, &warnings);
  if (!file) return report_error(file.error());
  print_warnings(warnings);
  fmt::print("{} is valid: {}\n", options.file, std::visit([](const auto& what) { return summary(what); }, *file));
  return 0;
}

int command_networks(const FileOptions& options) {
  const auto topology = load_topology(options.file.empty() ? "configs/topologies/bsn-2020.yaml" : options.file);
  if (!topology) return report_error(topology.error());
  fmt::print("{}", network_table(*topology));
  return 0;
}

int command_dump(const FileOptions& options) {
  const auto file = load_any(options.file);
  if (!file) return report_error(file.error());
  const bool json = options.format == "json";
  fmt::print("{}", std::visit([&](const auto& what) { return json ? dump_json(what) : dump_yaml(what); }, *file));
  return 0;
}

}  // namespace bsn
