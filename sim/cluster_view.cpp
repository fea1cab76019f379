#include "sim/cluster_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace bsn {
namespace {

constexpr std::size_t slowest_shown = 5;

// A counter that went back belongs to a gateway that started again: all it says is new.
std::uint64_t since(std::uint64_t before, std::uint64_t now) { return now < before ? now : now - before; }

void add(const RoutePace& before, const RoutePace& now, RoutePace& sum) {
  sum.succeeded += since(before.succeeded, now.succeeded);
  sum.failed += since(before.failed, now.failed);
  for (std::size_t i = 0; i < sum.took.size(); ++i) sum.took[i] += since(before.took[i], now.took[i]);
}

LiveRow row_of(const std::string& name, const RoutePace& one) {
  return {name,       one.succeeded + one.failed,    one.succeeded,
          one.failed, percentile_of(one.took, 50.0), percentile_of(one.took, 99.0)};
}

std::vector<LiveCity> slowest_of(const GatewayPace& now) {
  std::vector<LiveCity> slowest;
  for (const CityLag& one : now.cities) {
    if (one.lag > Duration{}) slowest.push_back({one.city, 0, one.lag});
  }
  std::stable_sort(slowest.begin(), slowest.end(), [](const auto& a, const auto& b) { return a.pace > b.pace; });
  if (slowest.size() > slowest_shown) slowest.resize(slowest_shown);
  return slowest;
}

}  // namespace

Duration percentile_of(const LatencyCounts& took, double percentile) {
  double all = 0;
  for (const std::uint64_t one : took) all += static_cast<double>(one);
  const double rank = all * percentile / 100;
  double below = 0;
  for (std::size_t i = 0; i < took.size(); ++i) {
    const auto here = static_cast<double>(took[i]);
    if (here > 0 && below + here >= rank) {
      if (i == latency_bounds) return latency_bound(i - 1);
      const Duration low = i == 0 ? Duration{} : latency_bound(i - 1);
      const double width = static_cast<double>((latency_bound(i) - low).ns);
      return {low.ns + static_cast<std::int64_t>(width * (rank - below) / here)};
    }
    below += here;
  }
  return {};
}

LiveView view_of(const GatewayPace& before, const GatewayPace& now, Duration between, std::string title,
                 std::string condition) {
  std::map<std::string, RoutePace> networks;
  RoutePace all;
  for (std::size_t i = 0; i < now.routes.size(); ++i) {
    const RoutePace old = i < before.routes.size() ? before.routes[i] : RoutePace{};
    add(old, now.routes[i], networks[now.routes[i].chain.network]);
    add(old, now.routes[i], all);
  }
  LiveView view;
  view.title = std::move(title);
  view.phase = std::move(condition);
  view.counts =
      fmt::format("in {:.0f} s: {} answered, {} failed", between.seconds(), all.succeeded + all.failed, all.failed);
  view.trouble = all.failed > 0;
  if (between > Duration{}) view.tps = static_cast<double>(all.succeeded + all.failed) / between.seconds();
  view.p50 = percentile_of(all.took, 50);
  view.p99 = percentile_of(all.took, 99);
  for (const auto& [name, one] : networks) {
    if (one.succeeded + one.failed > 0) view.networks.push_back(row_of(name, one));
  }
  view.slowest = slowest_of(now);
  view.pace_of = "Beyond the way, ms";
  return view;
}

}  // namespace bsn
