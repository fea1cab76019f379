#include "sim/scenario_file.h"

#include <fmt/format.h>

#include <filesystem>

#include "sim/brief_dump.h"
#include "sim/config_text.h"
#include "sim/config_tree.h"
#include "sim/scenario_keys.h"

namespace bsn {
namespace {

namespace json = boost::json;

// The outermost map of a file, whose version has been looked at already.
template <class Value>
struct WholeFile {
  std::uint32_t version = 1;
  Value value;
};

template <class V, class Value>
void describe(V& v, WholeFile<Value>& file) {
  v.need("version", file.version, WholeKind<std::uint32_t>{1, 1}, "of the file format");
  describe(v, file.value);
}

// "file:12:5: " before a sentence that begins with its place in the tree.
std::string located(const ConfigNode& root, const std::string& sentence) {
  const std::string path = sentence.substr(0, sentence.find(": "));
  return fmt::format("{}: {}", to_string(locate(root, path).place), sentence);
}

const Topology& topology_in(const Topology& topology) { return topology; }
const Topology& topology_in(const Scenario& scenario) { return scenario.topology; }

// The value, unless check() finds something; its sentences begin with their place in the file.
template <class Value>
Result<Value> checked(Result<Value> value, const ConfigNode& root, Warnings* into) {
  if (!value) return value;
  Findings findings;
  for (const std::string& sentence : check(*value)) findings.add(located(root, sentence));
  if (!findings.empty()) return findings.error();
  if (into == nullptr) return value;
  for (const std::string& sentence : warnings(topology_in(*value))) into->push_back(located(root, sentence));
  return value;
}

Result<Topology> topology_of(Result<Scenario> scenario) {
  if (!scenario) return scenario.error();
  return std::move(scenario->topology);
}

template <class Value>
Result<std::variant<Scenario, Topology>> either(Result<Value> value) {
  if (!value) return value.error();
  return std::variant<Scenario, Topology>(std::move(*value));
}

Result<Scenario> read_file(const std::string& path, const ConfigNode& root) {
  Findings findings;
  WholeFile<Scenario> file;
  Section<WholeFile<Scenario>>{}.read(root, file, {findings, {}});
  if (!findings.empty()) return findings.error();
  Scenario& scenario = file.value;
  if (scenario.project.empty() && !scenario.topology.projects.empty())
    scenario.project = scenario.topology.projects[0].id;
  if (scenario.name.empty()) scenario.name = std::filesystem::path(path).stem().string();
  return std::move(scenario);
}

template <class Value>
json::value to_json(const Value& value) {
  return Section<WholeFile<Value>>{}.print({1, value});
}

}  // namespace

Result<Scenario> load_scenario(const std::string& path, Warnings* warnings) {
  const Result<ConfigNodePtr> root = read_config_with_includes(path);
  if (!root) return root.error();
  return checked(read_file(path, **root), **root, warnings);
}

Result<Topology> load_topology(const std::string& path, Warnings* warnings) {
  const Result<ConfigNodePtr> root = read_config_with_includes(path);
  if (!root) return root.error();
  return checked(topology_of(read_file(path, **root)), **root, warnings);
}

Result<std::variant<Scenario, Topology>> load_any(const std::string& path, Warnings* warnings) {
  const Result<ConfigNodePtr> root = read_config_with_includes(path);
  if (!root) return root.error();
  Result<Scenario> read = read_file(path, **root);
  if ((*root)->find("rounds") == nullptr) return either(checked(topology_of(std::move(read)), **root, warnings));
  return either(checked(std::move(read), **root, warnings));
}

std::string dump_json(const Scenario& scenario) { return json_text(to_json(scenario)); }
std::string dump_yaml(const Scenario& scenario) { return yaml_text(to_json(scenario)); }
std::string dump_brief_yaml(const Scenario& scenario) {
  return yaml_text(without_defaults(to_json(scenario), Section<WholeFile<Scenario>>{}.schema()));
}
std::string dump_json(const Topology& topology) { return json_text(to_json(topology)); }
std::string dump_yaml(const Topology& topology) { return yaml_text(to_json(topology)); }

std::string scenario_schema() {
  json::object schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                         {"title", "Scenario, topology and network files of bsnsim"}};
  for (auto& [key, value] : Section<WholeFile<Scenario>>{}.schema()) schema.emplace(key, value);
  const json::object path = {{"type", "string"}};
  schema.at("properties")
      .as_object()
      .emplace("include", json::object{{"oneOf", json::array{path, json::object{{"type", "array"}, {"items", path}}}},
                                       {"description", "files to take in, relative to this one"}});
  return json_text(schema);
}

}  // namespace bsn
