#include "sim/run_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace bsn {
namespace {

double share_of(const RunProgress& progress) { return std::clamp(progress.elapsed_s / progress.total_s, 0.0, 1.0); }

// "15/28 s, 13 s left": of the scenario's time, and of real time.
std::string time_of(const RunProgress& progress, double real_s) {
  const std::string text = fmt::format("{:.0f}/{:.0f} s", progress.elapsed_s, progress.total_s);
  const std::optional<double> left = seconds_left(progress, real_s);
  return left ? fmt::format("{}, {:.0f} s left", text, *left) : text;
}

std::string counts_of(const RunProgress& progress) {
  return fmt::format("sent {} ok {} failed {} open {}", progress.sent, progress.succeeded, progress.failed,
                     progress.open);
}

}  // namespace

std::optional<double> seconds_left(const RunProgress& progress, double real_s) {
  if (progress.total_s <= 0 || progress.elapsed_s <= 0 || real_s <= 0) return std::nullopt;
  return std::max(0.0, progress.total_s - progress.elapsed_s) * real_s / progress.elapsed_s;
}

LiveView view_of(const RunProgress& progress, std::string title, double real_s) {
  LiveView view;
  view.title = std::move(title);
  view.phase = progress.phase;
  if (progress.total_s <= 0) return view;
  view.done = share_of(progress);
  view.time = time_of(progress, real_s);
  view.counts = counts_of(progress);
  view.trouble = progress.failed > 0;
  view.tps = progress.tps;
  view.p50 = progress.p50;
  view.p99 = progress.p99;
  for (const NetworkProgress& one : progress.networks) {
    view.networks.push_back({one.network, one.sent, one.succeeded, one.failed, one.p50, one.p99});
  }
  for (const CityPace& one : progress.slowest) view.slowest.push_back({one.city, one.calls, one.mean});
  return view;
}

std::string progress_text(const RunProgress& progress, double real_s) {
  if (progress.total_s <= 0) return progress.phase;
  return fmt::format("{:.0f}%  {}  {} | {} | {:.0f}/s, p99 {:.0f} ms", 100 * share_of(progress), progress.phase,
                     time_of(progress, real_s), counts_of(progress), progress.tps, progress.p99.milliseconds());
}

}  // namespace bsn
