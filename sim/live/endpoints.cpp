#include "sim/live/endpoints.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

namespace bsn {
namespace {

namespace json = boost::json;

std::string file_of(const std::string& run_dir) { return run_dir + "/endpoints.json"; }

json::object to_json(const Endpoint& endpoint) {
  return {
      {"name", endpoint.name},      {"state", endpoint.state},     {"networks", json::value_from(endpoint.networks)},
      {"grpc", endpoint.grpc},      {"http", endpoint.http},       {"log", endpoint.log},
      {"pid", endpoint.pid},        {"started", endpoint.started}, {"more", json::value_from(endpoint.more)},
      {"gateway", endpoint.gateway}};
}

Endpoint endpoint_from(const json::value& value) {
  const json::object& object = value.as_object();
  Endpoint endpoint;
  endpoint.name = json::value_to<std::string>(object.at("name"));
  endpoint.state = json::value_to<std::string>(object.at("state"));
  endpoint.networks = json::value_to<std::vector<std::string>>(object.at("networks"));
  endpoint.grpc = json::value_to<std::string>(object.at("grpc"));
  endpoint.http = json::value_to<std::string>(object.at("http"));
  endpoint.gateway = json::value_to<std::string>(object.at("gateway"));
  endpoint.more = json::value_to<std::vector<std::string>>(object.at("more"));
  endpoint.log = json::value_to<std::string>(object.at("log"));
  endpoint.pid = json::value_to<pid_t>(object.at("pid"));
  endpoint.started = json::value_to<std::uint64_t>(object.at("started"));
  return endpoint;
}

// Waits until the process is gone or the time is over.
void wait_for_end(const Endpoint& endpoint, std::chrono::steady_clock::time_point deadline) {
  const int handle = static_cast<int>(syscall(SYS_pidfd_open, endpoint.pid, 0));
  if (handle < 0) return;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  pollfd watched{handle, POLLIN, 0};
  poll(&watched, 1, static_cast<int>(std::max<long>(0, left.count())));
  close(handle);
}

}  // namespace

Result<Done> write_endpoints(const Endpoints& endpoints) {
  json::array nodes;
  for (const Endpoint& node : endpoints.city_nodes) nodes.push_back(to_json(node));
  json::object whole{{"version", 1},
                     {"topology", endpoints.topology},
                     {"run_dir", endpoints.run_dir},
                     {"access_key", endpoints.access_key},
                     {"home", endpoints.home},
                     {"gateway", to_json(endpoints.gateway)},
                     {"city_nodes", std::move(nodes)}};
  json::array more_gateways;
  for (const Endpoint& gateway : endpoints.more_gateways) more_gateways.push_back(to_json(gateway));
  whole.emplace("more_gateways", std::move(more_gateways));
  json::array relayers;
  for (const Endpoint& relayer : endpoints.relayers) relayers.push_back(to_json(relayer));
  whole.emplace("relayers", std::move(relayers));
  if (endpoints.outside) whole.emplace("outside", to_json(*endpoints.outside));
  if (endpoints.operator_) whole.emplace("operator", to_json(*endpoints.operator_));
  const std::string path = file_of(endpoints.run_dir);
  std::ofstream file(path + ".new");
  file << json::serialize(whole) << "\n";
  file.close();
  if (!file) return Error{ErrorCode::io, "can't write " + path};
  std::error_code error;
  std::filesystem::rename(path + ".new", path, error);
  if (error) return Error{ErrorCode::io, "can't write " + path + ": " + error.message()};
  return Done{};
}

Result<Endpoints> read_endpoints(const std::string& run_dir) {
  const std::string path = file_of(run_dir);
  std::ifstream file(path);
  if (!file) {
    return Error{ErrorCode::unavailable,
                 "no cluster in " + run_dir + " (no endpoints.json); start one with `bsnsim up`"};
  }
  std::stringstream text;
  text << file.rdbuf();
  try {
    const json::object whole = json::parse(text.str()).as_object();
    Endpoints endpoints;
    endpoints.topology = json::value_to<std::string>(whole.at("topology"));
    endpoints.run_dir = json::value_to<std::string>(whole.at("run_dir"));
    endpoints.access_key = json::value_to<std::string>(whole.at("access_key"));
    endpoints.home = json::value_to<std::string>(whole.at("home"));
    endpoints.gateway = endpoint_from(whole.at("gateway"));
    for (const json::value& node : whole.at("city_nodes").as_array()) {
      endpoints.city_nodes.push_back(endpoint_from(node));
    }
    for (const json::value& gateway : whole.at("more_gateways").as_array()) {
      endpoints.more_gateways.push_back(endpoint_from(gateway));
    }
    for (const json::value& relayer : whole.at("relayers").as_array()) {
      endpoints.relayers.push_back(endpoint_from(relayer));
    }
    if (const json::value* outside = whole.if_contains("outside")) endpoints.outside = endpoint_from(*outside);
    if (const json::value* one = whole.if_contains("operator")) endpoints.operator_ = endpoint_from(*one);
    return endpoints;
  } catch (const std::exception& error) {  // Boost.JSON reports by exceptions; they end here
    return Error{ErrorCode::corrupt, path + " is not an endpoint file: " + error.what()};
  }
}

std::vector<Endpoint> Endpoints::all() const {
  std::vector<Endpoint> all;
  if (operator_) all.push_back(*operator_);
  all.insert(all.end(), relayers.begin(), relayers.end());
  all.insert(all.end(), city_nodes.begin(), city_nodes.end());
  if (outside) all.push_back(*outside);
  all.insert(all.end(), more_gateways.begin(), more_gateways.end());  // they give back to the first what they hold
  all.push_back(gateway);
  return all;
}

std::vector<Endpoint> Endpoints::gateways() const {
  std::vector<Endpoint> all{gateway};
  all.insert(all.end(), more_gateways.begin(), more_gateways.end());
  return all;
}

const Endpoint& Endpoints::gateway_near(const std::string& city) const {
  const auto node =
      std::find_if(city_nodes.begin(), city_nodes.end(), [&](const Endpoint& one) { return one.name == city; });
  if (node == city_nodes.end()) return gateway;
  const auto near = std::find_if(more_gateways.begin(), more_gateways.end(),
                                 [&](const Endpoint& one) { return one.name == node->gateway; });
  return near == more_gateways.end() ? gateway : *near;
}

std::string Endpoints::home_of(const Endpoint& one) const {
  constexpr std::string_view prefix = "gateway-";
  return one.name.starts_with(prefix) ? one.name.substr(prefix.size()) : home;
}

void remove_endpoints(const std::string& run_dir) {
  std::error_code ignored;
  std::filesystem::remove(file_of(run_dir), ignored);
}

int stop_processes(const std::vector<Endpoint>& endpoints, int patience_ms) {
  std::vector<Endpoint> running;
  std::set<pid_t> seen;  // city nodes may share a process
  std::copy_if(endpoints.begin(), endpoints.end(), std::back_inserter(running),
               [&](const Endpoint& one) { return still_running(one) && seen.insert(one.pid).second; });
  for (const Endpoint& endpoint : running) {
    kill(endpoint.pid, SIGCONT);  // a paused process could not hear the rest
    kill(endpoint.pid, SIGTERM);
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience_ms);
  for (const Endpoint& endpoint : running) wait_for_end(endpoint, deadline);
  for (const Endpoint& endpoint : running) {
    if (still_running(endpoint)) kill(endpoint.pid, SIGKILL);
  }
  return static_cast<int>(running.size());
}

}  // namespace bsn
