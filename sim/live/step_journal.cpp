#include "sim/live/step_journal.h"

#include <boost/json.hpp>
#include <fstream>
#include <utility>

#include "sim/scenario_file.h"
#include "sim/service_step_json.h"

namespace bsn {
namespace {

namespace json = boost::json;

constexpr const char* topology_file = "topology.json";
constexpr const char* journal_file = "journal";

json::object object_of(const LifeStep& step) {
  json::object object{{"step", to_string(step.kind)}, {"city", step.city}};
  if (!step.chain.network.empty()) object["chain"] = {step.chain.network, step.chain.chain};
  if (!step.validates.empty()) object["validates"] = json::value_from(step.validates);
  return object;
}
json::object object_of(const ServiceStep& step) { return {{"service_step", service_step_json(step)}}; }

std::string text_of(const ClusterStart& start, const std::vector<ClusterStep>& steps) {
  json::array list;
  for (const ClusterStep& step : steps) {
    list.push_back(std::visit([](const auto& one) { return object_of(one); }, step));
  }
  const bool fsync = start.durability == Durability::fsync;
  return json::serialize(
      json::object{{"version", 1}, {"seed", start.seed}, {"fsync", fsync}, {"steps", std::move(list)}});
}

ClusterStep step_of(const json::object& one) {
  if (const json::value* service = one.if_contains("service_step")) {
    const Result<ServiceStep> step = parse_service_step(*service);
    if (!step) throw std::runtime_error(step.error().message);
    return *step;
  }
  const auto name = json::value_to<std::string>(one.at("step"));
  const auto kind = parse_life_step(name);
  if (!kind) throw std::runtime_error("there is no step '" + name + "'");
  LifeStep step{*kind, json::value_to<std::string>(one.at("city"))};
  if (const json::value* chain = one.if_contains("chain")) {
    step.chain = {json::value_to<std::string>(chain->at(0)), json::value_to<std::string>(chain->at(1))};
  }
  if (const json::value* validates = one.if_contains("validates")) {
    step.validates = json::value_to<std::vector<std::string>>(*validates);
  }
  return step;
}

// Throws what Boost.JSON throws, and std::runtime_error for an unknown step.
void parse(const std::string& text, ClusterStart& start, std::vector<ClusterStep>& steps) {
  const json::object whole = json::parse(text).as_object();
  start.seed = json::value_to<std::uint64_t>(whole.at("seed"));
  start.durability = whole.at("fsync").as_bool() ? Durability::fsync : Durability::os;
  for (const json::value& one : whole.at("steps").as_array()) {
    steps.push_back(step_of(one.as_object()));
  }
}

}  // namespace

Result<Done> StepJournal::begin(const std::string& folder, const ClusterStart& start) {
  const Result<DataDir> opened = DataDir::open(folder);
  if (!opened) return opened.error();
  const std::string path = opened->path_of(topology_file);
  std::ofstream file(path);
  file << dump_json(start.topology);
  file.close();
  if (!file) return Error{ErrorCode::io, "can't write " + path};
  return opened->write(journal_file, text_of(start, {}));
}

Result<StepJournal> StepJournal::open(const std::string& folder) {
  Result<DataDir> opened = DataDir::open(folder);
  if (!opened) return opened.error();
  StepJournal journal(std::move(*opened));
  const auto text = journal.folder_.read(journal_file);
  if (!text) return text.error();
  if (!*text) return Error{ErrorCode::unavailable, "no cluster was started in " + folder};
  try {
    parse(**text, journal.start_, journal.steps_);
  } catch (const std::exception& error) {  // Boost.JSON reports by exceptions; they end here
    return Error{ErrorCode::corrupt, journal.folder_.path_of(journal_file) + ": " + error.what()};
  }
  Result<Topology> topology = load_topology(journal.folder_.path_of(topology_file));
  if (!topology) return topology.error();
  journal.start_.topology = std::move(*topology);
  return journal;
}

Result<Done> StepJournal::append(const ClusterStep& step) {
  if (steps_.size() >= most_steps) {
    return Error{ErrorCode::unavailable, "this cluster has taken too many steps; start it anew"};
  }
  std::vector<ClusterStep> longer = steps_;
  longer.push_back(step);
  if (auto done = folder_.write(journal_file, text_of(start_, longer)); !done) return done;
  steps_ = std::move(longer);
  return Done{};
}

}  // namespace bsn
