#include "sim/cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sim/cli/stop_signal.h"

namespace bsn {
namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// 80 x 24 where the terminal does not say.
TerminalSize present_size() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {};
  return {size.ws_col, size.ws_row};
}

}  // namespace

Terminal::Terminal()
    : can_redraw_(isatty(STDERR_FILENO) != 0 && !variable("TERM").empty() && variable("TERM") != "dumb"),
      colour_(variable("NO_COLOR").empty()) {}

void Terminal::draw(const LiveView& view) {
  const TerminalSize size = present_size();
  if (size.columns != size_.columns || size.rows != size_.rows || stop_requested != told_of_stop_) drawn_ = 0;
  size_ = size;
  told_of_stop_ = stop_requested;
  const std::vector<std::string> lines = live_lines(view, size, colour_);
  const std::string text = redrawn(drawn_, lines);  // in one write, so that nothing else gets in between
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
  drawn_ = lines.size();
}

}  // namespace bsn
