#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <map>

#include "sim/cli/commands.h"
#include "sim/cli/progress_line.h"
#include "sim/cli/stop_signal.h"
#include "sim/live/cluster_operator.h"
#include "sim/live/cluster_rpc.h"
#include "sim/live/endpoints.h"
#include "sim/live/live_cluster.h"
#include "sim/live/operator_process.h"
#include "sim/live/process.h"
#include "sim/live/step_journal.h"
#include "sim/outside.h"
#include "sim/scenario_file.h"

namespace bsn {
namespace {

constexpr Duration ask_limit = seconds(5);

bool any_running(const Endpoints& endpoints) {
  const std::vector<Endpoint> all = endpoints.all();
  return std::any_of(all.begin(), all.end(), still_running);
}

// A cluster of this name that still runs, said in words; ok when there is none.
Result<Done> refuse_second(const std::string& name, const std::string& folder) {
  const auto existing = read_endpoints(folder);
  if (!existing || !any_running(*existing)) return Done{};
  return Error{ErrorCode::already_running,
               fmt::format("cluster '{}' runs already (gateway {}, folder {}); end it with `bsnsim "
                           "down --name {}` or start another with --name",
                           name, existing->gateway.grpc, folder, name)};
}

// What is left of an earlier cluster of this name: its ports and commissions would not fit the new one.
void remove_old_data(const std::string& folder) {
  std::error_code ignored;
  std::filesystem::remove_all(folder + "/data", ignored);
  std::filesystem::remove_all(folder + "/logs", ignored);
  std::filesystem::remove_all(ClusterOperator::folder(folder), ignored);
}

std::string joined(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, " ")); }

// Whether a process answers, as the gateway sees the cities.
std::map<std::string, bool> healthy_cities(const Endpoints& endpoints) {
  std::map<std::string, bool> healthy;
  ClusterRpc rpc;
  const auto cities = rpc.list_city_nodes(endpoints.gateway.grpc, endpoints.access_key, ask_limit);
  if (!cities) return healthy;
  for (const CityHealth& city : *cities) healthy[city.city] = city.healthy;
  return healthy;
}

std::string condition(const Endpoint& node, const std::map<std::string, bool>& healthy) {
  if (!still_running(node)) return "down";
  if (node.state == "building") return "building";
  const auto found = healthy.find(node.name);
  if (found == healthy.end()) return "unknown";
  return found->second ? "healthy" : "unhealthy";
}

boost::json::array relayers_json(const Endpoints& endpoints) {
  boost::json::array relayers;
  for (const Endpoint& relayer : endpoints.relayers) {
    relayers.push_back({{"name", relayer.name},
                        {"running", still_running(relayer)},
                        {"metrics", relayer.http},
                        {"pid", relayer.pid},
                        {"log", relayer.log}});
  }
  return relayers;
}

boost::json::object gateway_json(const Endpoints& endpoints, const Endpoint& gateway) {
  return {{"name", gateway.name}, {"home", endpoints.home_of(gateway)}, {"grpc", gateway.grpc}, {"http", gateway.http},
          {"pid", gateway.pid},   {"running", still_running(gateway)},  {"log", gateway.log}};
}

boost::json::array gateways_json(const Endpoints& endpoints) {
  boost::json::array gateways;
  for (const Endpoint& gateway : endpoints.gateways()) gateways.push_back(gateway_json(endpoints, gateway));
  return gateways;
}

boost::json::object status_json(const Endpoints& endpoints, const std::map<std::string, bool>& healthy) {
  boost::json::array nodes;
  for (const Endpoint& node : endpoints.city_nodes) {
    nodes.push_back({{"name", node.name},
                     {"state", node.state},
                     {"condition", condition(node, healthy)},
                     {"grpc", node.grpc},
                     {"pid", node.pid},
                     {"networks", boost::json::value_from(node.networks)},
                     {"log", node.log}});
  }
  return {{"topology", endpoints.topology},
          {"run_dir", endpoints.run_dir},
          {"gateway", gateway_json(endpoints, endpoints.gateway)},
          {"gateways", gateways_json(endpoints)},
          {"relayers", relayers_json(endpoints)},
          {"city_nodes", std::move(nodes)}};
}

void print_status(const Endpoints& endpoints, const std::map<std::string, bool>& healthy) {
  std::map<std::string, int> counts;
  for (const Endpoint& node : endpoints.city_nodes) ++counts[condition(node, healthy)];
  fmt::print("topology {}   gateway {} (pid {}, {})\n", endpoints.topology, endpoints.gateway.grpc,
             endpoints.gateway.pid, still_running(endpoints.gateway) ? "running" : "down");
  for (const Endpoint& gateway : endpoints.more_gateways) {
    fmt::print("{} {} (pid {}, {})\n", gateway.name, gateway.grpc, gateway.pid,
               still_running(gateway) ? "running" : "down");
  }
  for (const Endpoint& relayer : endpoints.relayers) {
    fmt::print("{} (pid {}, {}), figures at http://{}/metrics\n", relayer.name, relayer.pid,
               still_running(relayer) ? "running" : "down", relayer.http);
  }
  fmt::print("{} city nodes:", endpoints.city_nodes.size());
  for (const auto& [name, count] : counts) fmt::print("  {} {}", count, name);
  fmt::print("\n\n{:<16} {:<10} {:<10} {:<22} {:>8}  {}\n", "city", "state", "condition", "grpc", "pid", "chains");
  for (const Endpoint& node : endpoints.city_nodes) {
    fmt::print("{:<16} {:<10} {:<10} {:<22} {:>8}  {}\n", node.name, node.state, condition(node, healthy), node.grpc,
               node.pid, joined(node.networks));
  }
}

}  // namespace

int command_up(const UpOptions& options) {
  const Result<Topology> topology = load_topology(options.file);
  if (!topology) return report_error(topology.error());
  const std::string folder = cluster_folder(options.name);
  if (auto free = refuse_second(options.name, folder); !free) return report_error(free.error());
  remove_old_data(folder);
  watch_stop_signal();
  ProgressLine progress(options.quiet);
  ClusterOptions cluster;
  cluster.bin_dir = binary_folder(options.bin_dir);
  cluster.run_dir = folder;
  cluster.seed = options.seed;
  cluster.hosting = options.hosting;
  cluster.durability = options.fsync ? Durability::fsync : Durability::os;
  cluster.die_with_parent = false;
  cluster.gateway_listen = options.listen;
  cluster.gateway_http = options.http;
  cluster.stop = &stop_requested;
  cluster.progress = [&](const std::string& text) { progress.note(text); };
  auto started = LiveCluster::start(with_outside_peers(*topology, RunMode::live), cluster);
  if (!started) return report_error(started.error());
  const auto begun = StepJournal::begin(ClusterOperator::folder(folder), {*topology, cluster.seed, cluster.durability});
  if (!begun) return report_error(begun.error());
  const auto operated = start_operator(cluster.bin_dir, folder, &stop_requested);
  if (!operated) return report_error(operated.error());
  (*started)->release();
  fmt::print(
      "\n{} run; gateway at {}, HTTP at {}\nendpoint file {}/endpoints.json\n"
      "look with `bsnsim status`, call with `bsnsim call`, change with `bsnsim node` and `bsnsim service`, end with "
      "`bsnsim down`\n",
      processes_of(*topology), (*started)->gateway_address(), (*started)->http_address(), folder);
  return 0;
}

int command_down(const PlaceOptions& options) {
  const std::string folder = cluster_folder(options.name);
  const auto endpoints = read_endpoints(folder);
  if (!endpoints) {
    if (endpoints.error().code != ErrorCode::unavailable) return report_error(endpoints.error());
    fmt::print("no cluster '{}' runs\n", options.name);
    return 0;
  }
  const std::vector<Endpoint> all = endpoints->all();
  const int ended = stop_processes(all, 5'000);
  remove_endpoints(folder);
  fmt::print("ended {} processes of cluster '{}'; logs stay in {}/logs\n", ended, options.name, folder);
  return 0;
}

int command_status(const StatusOptions& options) {
  if (options.watch) return watch_status(options);
  const auto endpoints = read_endpoints(cluster_folder(options.name));
  if (!endpoints) return report_error(endpoints.error());
  const auto healthy = healthy_cities(*endpoints);
  if (options.json) {
    fmt::print("{}\n", boost::json::serialize(status_json(*endpoints, healthy)));
  } else {
    print_status(*endpoints, healthy);
  }
  return any_running(*endpoints) ? 0 : 1;
}

int command_logs(const LogsOptions& options) {
  const auto endpoints = read_endpoints(cluster_folder(options.name));
  if (!endpoints) return report_error(endpoints.error());
  const std::vector<Endpoint> all = endpoints->all();
  bool known = false;
  for (const Endpoint& endpoint : all) {
    if (!options.process.empty() && endpoint.name != options.process) continue;
    known = true;
    const std::string text = tail_of(endpoint.log, options.lines);
    if (!text.empty()) fmt::print("{} ({})\n{}", endpoint.name, endpoint.log, text);
  }
  if (known) return 0;
  return report_error(
      {ErrorCode::invalid_configuration, "no process is called '" + options.process + "'; see `bsnsim status`"});
}

}  // namespace bsn
