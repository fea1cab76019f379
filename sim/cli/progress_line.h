// Steps of a verb that have no numbers, on standard error: one line that renews itself on a terminal, a line each else.
#pragma once

#include <string>

namespace bsn {

class ProgressLine {
 public:
  // quiet: prints nothing at all.
  explicit ProgressLine(bool quiet);
  ~ProgressLine();  // ends the line
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void note(const std::string& text);  // "starting 136 city nodes"

 private:
  bool quiet_;
  bool terminal_;
  bool open_line_ = false;
};

}  // namespace bsn
