// `bsnsim bench routing`: what a caller in each city waits for each chain, and which part of that is the gateway's.
//
// Reads of local copies go through the gateway nearest to the city, by a handful of callers, each one call at a time:
// so little load that nothing queues behind anything else. Parts are those of the gateway's own split (core/call.h).
#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <boost/json.hpp>
#include <chrono>
#include <cmath>
#include <mutex>
#include <optional>
#include <thread>

#include "loop/temporary_folder.h"
#include "proto/codec.h"
#include "proto/gateway.grpc.pb.h"
#include "rpc/channel.h"
#include "rpc/refusal.h"
#include "sim/cli/commands.h"
#include "sim/cli/progress_line.h"
#include "sim/cli/stop_signal.h"
#include "sim/live/endpoints.h"
#include "sim/live/live_cluster.h"
#include "sim/outside.h"
#include "sim/scenario_file.h"
#include "sim/text_table.h"

namespace bsn {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds call_limit{10};
constexpr std::size_t callers = 8;
constexpr std::size_t cities_by_default = 8;

struct Sample {
  Duration whole;  // as the caller saw it
  CallSplit split;
};

// From one city to one chain.
struct Cell {
  std::string city;
  ChainName chain;
  std::vector<Sample> samples;
  std::size_t failed = 0;
  std::string why;  // the last failure
};

// Percentile by nearest rank, in milliseconds.
template <class Part>
double ms_at(const Cell& cell, double percent, Part part) {
  std::vector<std::int64_t> values;
  for (const Sample& sample : cell.samples) values.push_back(part(sample).ns);
  std::sort(values.begin(), values.end());
  const auto rank =
      static_cast<std::size_t>(std::max(1.0, std::ceil(percent / 100 * static_cast<double>(values.size()))));
  return static_cast<double>(values[rank - 1]) / 1e6;
}

Duration whole(const Sample& sample) { return sample.whole; }
Duration in_gateway(const Sample& sample) { return sample.split.gateway_queue + sample.split.route; }
Duration on_the_way(const Sample& sample) { return sample.split.wire + sample.split.back; }
Duration in_node(const Sample& sample) { return sample.split.node_queue + sample.split.consensus; }
// Between the caller and the gateway, and in both of their gRPC.
Duration before_gateway(const Sample& sample) { return sample.whole - sample.split.total(); }

// ---- what is measured ----

Result<v1::ListNetworksResponse> networks_of(const Endpoints& endpoints) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + call_limit);
  context.AddMetadata("x-api-key", endpoints.access_key);
  v1::ListNetworksResponse response;
  const grpc::Status status = v1::Gateway::NewStub(open_channel(endpoints.gateway.grpc))
                                  ->ListNetworks(&context, v1::ListNetworksRequest(), &response);
  if (!status.ok()) return Error{ErrorCode::unavailable, "the gateway says: " + status.error_message()};
  return response;
}

// Evenly spread over the list, whose order is that of the topology.
std::vector<std::string> spread(const std::vector<std::string>& all, std::size_t count) {
  if (all.size() <= count) return all;
  std::vector<std::string> chosen;
  for (std::size_t i = 0; i < count; ++i) chosen.push_back(all[i * all.size() / count]);
  return chosen;
}

Result<std::vector<std::string>> cities_of(const Endpoints& endpoints, const BenchRoutingOptions& options) {
  std::vector<std::string> all;
  for (const Endpoint& city : endpoints.city_nodes) {
    if (city.state == "connected") all.push_back(city.name);
  }
  for (const std::string& city : options.cities) {
    if (std::find(all.begin(), all.end(), city) == all.end()) {
      return Error{ErrorCode::invalid_configuration, fmt::format("--city: there is no connected city node '{}'", city)};
    }
  }
  return options.cities.empty() ? spread(all, cities_by_default) : options.cities;
}

Result<std::vector<Cell>> cells_of(const Endpoints& endpoints, const BenchRoutingOptions& options) {
  const auto cities = cities_of(endpoints, options);
  if (!cities) return cities.error();
  const auto networks = networks_of(endpoints);
  if (!networks) return networks.error();
  std::vector<Cell> cells;
  for (const v1::NetworkInfo& network : networks->networks()) {
    const auto& wanted = options.networks;
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), network.network()) == wanted.end()) continue;
    for (const v1::ChainInfo& chain : network.chains()) {
      for (const std::string& city : *cities) cells.push_back({city, {network.network(), chain.chain()}, {}, 0, ""});
    }
  }
  for (const std::string& wanted : options.networks) {
    if (std::none_of(cells.begin(), cells.end(), [&](const Cell& one) { return one.chain.network == wanted; })) {
      return Error{ErrorCode::invalid_configuration,
                   fmt::format("--network: the cluster has no network '{}'; see `bsnsim status`", wanted)};
    }
  }
  return cells;
}

// ---- measuring ----

void read_once(v1::Gateway::Stub& gateway, const std::string& access_key, Cell& cell) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + call_limit);
  context.AddMetadata("x-api-key", access_key);
  context.AddMetadata("x-bsn-origin", cell.city);
  v1::QueryRequest request;
  *request.mutable_chain() = encode(cell.chain);
  request.set_contract("kv");
  request.set_function("exists");
  request.add_args("bench");
  request.set_level(v1::LEVEL_LOCAL);
  v1::Reply answer;
  const auto began = Clock::now();
  const grpc::Status status = gateway.Query(&context, request, &answer);
  const Duration took{std::chrono::nanoseconds(Clock::now() - began).count()};
  const Reply reply = received_reply(status, answer);
  if (reply.status == Status::ok) {
    cell.samples.push_back({took, reply.split});
  } else {
    ++cell.failed;
    cell.why = reply.message;
  }
}

// The first read of each cell opens what is to be opened on its way, and does not count.
void measure(const Endpoints& endpoints, const BenchRoutingOptions& options, Cell& cell) {
  const auto gateway = v1::Gateway::NewStub(open_channel(endpoints.gateway_near(cell.city).grpc));
  Cell first = cell;
  read_once(*gateway, endpoints.access_key, first);
  for (int i = 0; i < options.reads && !stop_requested; ++i) read_once(*gateway, endpoints.access_key, cell);
}

// Each caller takes the next cell; none is taken twice.
void measure_all(const Endpoints& endpoints, const BenchRoutingOptions& options, std::vector<Cell>& cells) {
  ProgressLine progress(options.quiet);
  std::atomic<std::size_t> next{0};
  std::mutex printing;
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < std::min(callers, cells.size()); ++i) {
    threads.emplace_back([&] {
      for (std::size_t at = next++; at < cells.size() && !stop_requested; at = next++) {
        measure(endpoints, options, cells[at]);
        const std::lock_guard lock(printing);
        progress.note(fmt::format("{} of {}", at + 1, cells.size()));
      }
    });
  }
}

// ---- showing ----

void print_text(const std::vector<Cell>& cells, const BenchRoutingOptions& options) {
  fmt::print(
      "local reads through the gateway, {} for each line, {} at a time, in ms\n"
      "whole = to the gateway + in it + way to the node and back + in the node; medians but for p99\n\n",
      options.reads, std::min(callers, cells.size()));
  TextTable table({"chain, from", "whole\np50", "whole\np99", "to the\ngateway", "in the\ngateway",
                   "in the\ngateway p99", "way", "in the\nnode", "failed"});
  for (const Cell& cell : cells) {
    const std::string name = to_string(cell.chain) + ", " + cell.city;
    if (cell.samples.empty()) {
      table.add({name, "-", "-", "-", "-", "-", "-", "-", std::to_string(cell.failed)});
      continue;
    }
    const auto text = [&](double percent, auto part) { return fmt::format("{:.3f}", ms_at(cell, percent, part)); };
    table.add({name, text(50, whole), text(99, whole), text(50, before_gateway), text(50, in_gateway),
               text(99, in_gateway), text(50, on_the_way), text(50, in_node), std::to_string(cell.failed)});
  }
  fmt::print("{}", table.text(120));
}

boost::json::object json_of(const Cell& cell) {
  boost::json::object made = {{"city", cell.city},
                              {"network", cell.chain.network},
                              {"chain", cell.chain.chain},
                              {"reads", cell.samples.size()},
                              {"failed", cell.failed}};
  if (cell.failed > 0) made["why"] = cell.why;
  if (cell.samples.empty()) return made;
  const auto add = [&](const char* name, auto part) {
    made[name] = {{"p50_ms", ms_at(cell, 50, part)}, {"p99_ms", ms_at(cell, 99, part)}};
  };
  add("whole", whole);
  add("to_gateway", before_gateway);
  add("in_gateway", in_gateway);
  add("way", on_the_way);
  add("in_node", in_node);
  return made;
}

void print_json(const std::vector<Cell>& cells) {
  boost::json::array all;
  for (const Cell& cell : cells) all.push_back(json_of(cell));
  fmt::print("{}\n", boost::json::serialize(boost::json::object{{"cells", std::move(all)}}));
}

int measure_and_print(const Endpoints& endpoints, const BenchRoutingOptions& options) {
  auto cells = cells_of(endpoints, options);
  if (!cells) return report_error(cells.error());
  measure_all(endpoints, options, *cells);
  if (stop_requested) return 105;
  options.json ? print_json(*cells) : print_text(*cells, options);
  const bool all_failed =
      std::all_of(cells->begin(), cells->end(), [](const Cell& cell) { return cell.samples.empty(); });
  return all_failed ? 1 : 0;
}

// A cluster of its own, which ends with the command.
int measure_own_cluster(const BenchRoutingOptions& options) {
  const Result<Topology> topology = load_topology(options.file);
  if (!topology) return report_error(topology.error());
  Result<TemporaryFolder> folder = TemporaryFolder::make();
  if (!folder) return report_error(folder.error());
  std::optional<ProgressLine> progress(std::in_place, options.quiet);
  ClusterOptions cluster;
  cluster.bin_dir = binary_folder(options.bin_dir);
  cluster.run_dir = folder->path();
  cluster.hosting = options.hosting;
  cluster.stop = &stop_requested;
  cluster.progress = [&](const std::string& text) { progress->note(text); };
  const auto started = LiveCluster::start(with_outside_peers(*topology, RunMode::live), cluster);
  if (!started) return report_error(started.error());
  progress.reset();
  const auto endpoints = read_endpoints(folder->path());
  if (!endpoints) return report_error(endpoints.error());
  return measure_and_print(*endpoints, options);
}

}  // namespace

int command_bench_routing(const BenchRoutingOptions& options) {
  watch_stop_signal();
  if (!options.file.empty()) return measure_own_cluster(options);
  const auto endpoints = read_endpoints(cluster_folder(options.name));
  if (endpoints) return measure_and_print(*endpoints, options);
  return report_error(
      {endpoints.error().code, endpoints.error().message + "; or name a topology to start one for this"});
}

}  // namespace bsn
