#include "sim/run_progress.h"

#include <algorithm>

namespace bsn {

RunProgress round_progress(const Scenario& scenario, std::uint32_t round, Duration spent, const RunRecorder& recorder,
                           const NetworkTally& tally) {
  const Round& now = scenario.rounds[round];
  RunProgress progress;
  progress.phase = (spent > now.duration ? "draining " : "round ") + now.label + " (" + std::to_string(round + 1) +
                   "/" + std::to_string(scenario.rounds.size()) + ")";
  for (std::uint32_t i = 0; i < scenario.rounds.size(); ++i) {
    const double length = scenario.rounds[i].duration.seconds();
    progress.total_s += length;
    if (i < round) progress.elapsed_s += length;
  }
  progress.elapsed_s += std::min(spent, now.duration).seconds();
  progress.succeeded = recorder.succeeded();
  progress.failed = recorder.completed() - recorder.succeeded();
  progress.open = recorder.open();
  progress.sent = recorder.completed() + recorder.open();
  progress.tps = recorder.recent_tps();
  progress.p50 = recorder.latency().percentile(50);
  progress.p99 = recorder.latency().percentile(99);
  for (const NetworkNow& one : recorder.by_network()) {
    progress.networks.push_back(
        {one.network, one.sent, one.succeeded, one.failed, one.latency.percentile(50), one.latency.percentile(99)});
  }
  progress.slowest = tally.slowest(slowest_told);
  return progress;
}

}  // namespace bsn
