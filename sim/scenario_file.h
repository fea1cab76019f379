// Reads scenarios and topologies from YAML (JSON is read as the same tree), writes them whole, describes them.
//
// Unknown keys, wrong types, wrong units, duplicate keys and out-of-range values are errors that name file, line,
// column, key and, for unknown keys, the nearest known one. `include:` takes further files, relative to the including
// one; lists (networks, cities, chains, projects) are joined, other keys may stand in one file only. Files over 4 MiB,
// includes deeper than 8 and YAML aliases that would expand beyond 1,000,000 nodes are refused.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/result.h"
#include "sim/scenario.h"

namespace bsn {

// What works, but hardly as whoever wrote it thinks (warnings() of topology.h): "file:12:5: ..." each.
using Warnings = std::vector<std::string>;

// Reads and checks a scenario. The error has one line per finding (at most 20), code invalid_configuration. `warnings`:
// where to put those; null: nobody wants them.
Result<Scenario> load_scenario(const std::string& path, Warnings* warnings = nullptr);

// Reads a topology file alone (or the topology part of a scenario file) and checks it.
Result<Topology> load_topology(const std::string& path, Warnings* warnings = nullptr);

// Reads whatever the file is: a scenario when it has rounds, else a topology.
Result<std::variant<Scenario, Topology>> load_any(const std::string& path, Warnings* warnings = nullptr);

// The scenario with every default filled in, as JSON or YAML that load_scenario reads back to an equal scenario.
std::string dump_json(const Scenario& scenario);
std::string dump_yaml(const Scenario& scenario);

// Without what a reader fills in by itself: as a person would write it.
std::string dump_brief_yaml(const Scenario& scenario);

// The same for a topology alone, for load_topology.
std::string dump_json(const Topology& topology);
std::string dump_yaml(const Topology& topology);

// The JSON Schema (draft 2020-12) of scenario and topology files; shipped as configs/scenario.schema.json.
std::string scenario_schema();

}  // namespace bsn
