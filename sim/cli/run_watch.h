// Shows a run to whoever started it, on standard error: a live view on a terminal, a line every few seconds elsewhere.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>

#include "sim/cli/terminal.h"
#include "sim/run_progress.h"

namespace bsn {

// For several threads.
class RunWatch {
 public:
  // quiet: shows nothing at all. The title is shown above the view.
  RunWatch(std::string title, bool quiet);

  void note(const std::string& text);  // a step that has no numbers: "starting 136 city nodes"
  void update(const RunProgress& progress);

 private:
  using Clock = std::chrono::steady_clock;

  double real_seconds(Clock::time_point now) const;
  bool plain_due(const RunProgress& progress, Clock::time_point now);

  std::mutex mutex_;
  std::string title_;
  bool quiet_;
  Terminal terminal_;
  RunProgress last_;                          // the last one with numbers
  std::optional<Clock::time_point> started_;  // the load
  std::optional<Clock::time_point> last_plain_;
  std::string last_phase_;
};

}  // namespace bsn
