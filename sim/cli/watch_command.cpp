// `bsnsim status --watch`: how the calls of a running cluster go, every second.
#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <cstdio>
#include <deque>
#include <map>

#include "loop/monotonic_clock.h"
#include "sim/cli/commands.h"
#include "sim/cli/stop_signal.h"
#include "sim/cli/terminal.h"
#include "sim/cluster_view.h"
#include "sim/live/cluster_rpc.h"
#include "sim/live/endpoints.h"

namespace bsn {
namespace {

constexpr int look_interval_ms = 1000;
constexpr std::size_t looks_kept = 11;  // figures are over the last ten seconds
constexpr int looks_per_line = 5;       // where there is no terminal
constexpr Duration ask_limit = seconds(5);

struct Look {
  Instant at;
  GatewayPace pace;
};

// "gateway running; 136 city nodes: 106 healthy, 30 building"
std::string condition_of(const Endpoints& endpoints, ClusterRpc& rpc) {
  std::map<std::string, int> counts;
  const auto cities = rpc.list_city_nodes(endpoints.gateway.grpc, endpoints.access_key, ask_limit);
  std::map<std::string, bool> healthy;
  if (cities) {
    for (const CityHealth& one : *cities) healthy[one.city] = one.healthy;
  }
  for (const Endpoint& node : endpoints.city_nodes) {
    const auto found = healthy.find(node.name);
    const char* state = node.state == "building" ? "building"
                        : !still_running(node)   ? "down"
                        : found == healthy.end() ? "unknown"
                        : found->second          ? "healthy"
                                                 : "unhealthy";
    ++counts[state];
  }
  std::string text = fmt::format("{} city nodes:", endpoints.city_nodes.size());
  for (const auto& [state, count] : counts) text += fmt::format(" {} {}", count, state);
  return text;
}

void print_line(const LiveView& view) {
  fmt::print("{} | {:.0f}/s p50 {:.1f} ms p99 {:.1f} ms | {}\n", view.phase, view.tps, view.p50.milliseconds(),
             view.p99.milliseconds(), view.counts);
  std::fflush(stdout);
}

}  // namespace

int watch_status(const StatusOptions& options) {
  const std::string folder = cluster_folder(options.name);
  watch_stop_signal();
  Terminal terminal;
  ClusterRpc rpc;
  std::deque<Look> looks;
  for (int n = 0; !stop_requested; ++n) {
    const auto endpoints = read_endpoints(folder);  // each time: cities come and go
    if (!endpoints) return report_error(endpoints.error());
    std::vector<std::string> gateways;
    for (const Endpoint& gateway : endpoints->gateways()) {
      if (still_running(gateway)) gateways.push_back(gateway.grpc);
    }
    const auto counts = rpc.counters(gateways, ask_limit);
    if (!counts) return report_error(counts.error());
    looks.push_back({monotonic_now(), counts->pace});
    if (looks.size() > looks_kept) looks.pop_front();
    const LiveView view = view_of(
        looks.front().pace, looks.back().pace, looks.back().at - looks.front().at,
        fmt::format("cluster {}, topology {}, gateway {}", options.name, endpoints->topology, endpoints->gateway.grpc),
        condition_of(*endpoints, rpc));
    if (terminal.can_redraw()) {
      terminal.draw(view);
    } else if (n % looks_per_line == 0) {
      print_line(view);
    }
    poll(nullptr, 0, look_interval_ms);  // Ctrl-C ends it early
  }
  return 0;
}

}  // namespace bsn
