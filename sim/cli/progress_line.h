// Progress of a run on standard error: one line that renews itself on a terminal, a plain line every few seconds else.
#pragma once

#include <chrono>
#include <string>

#include "sim/run_progress.h"

namespace bsn {

class ProgressLine {
 public:
  // quiet: prints nothing at all.
  explicit ProgressLine(bool quiet);
  ~ProgressLine();  // ends the line

  void note(const std::string& text);  // a step that has no numbers: "starting 136 city nodes"
  void update(const RunProgress& progress);

 private:
  void print(const std::string& text);

  bool quiet_;
  bool terminal_;
  bool open_line_ = false;
  std::chrono::steady_clock::time_point last_plain_{};
  std::string last_phase_;
};

// "[##########..........]  52%  round mixed  15/28 s, 13 s left | sent 2190 ok 2101 failed 0 open 89 | 151/s"
std::string progress_text(const RunProgress& progress);

}  // namespace bsn
