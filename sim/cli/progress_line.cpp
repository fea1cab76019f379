#include "sim/cli/progress_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace bsn {
namespace {

constexpr int bar_width = 20;
constexpr std::chrono::seconds plain_interval{5};

}  // namespace

std::string progress_text(const RunProgress& progress) {
  const double share = progress.total_s > 0 ? std::clamp(progress.elapsed_s / progress.total_s, 0.0, 1.0) : 0;
  const auto filled = static_cast<std::size_t>(share * bar_width);
  const std::string bar = std::string(filled, '#') + std::string(static_cast<std::size_t>(bar_width) - filled, '.');
  return fmt::format("[{}] {:3.0f}%  {}  {:.0f}/{:.0f} s, {:.0f} s left | sent {} ok {} failed {} open {} | {:.0f}/s",
                     bar, share * 100, progress.phase, progress.elapsed_s, progress.total_s,
                     std::max(0.0, progress.total_s - progress.elapsed_s), progress.sent, progress.succeeded,
                     progress.failed, progress.open, progress.tps);
}

ProgressLine::ProgressLine(bool quiet) : quiet_(quiet), terminal_(isatty(STDERR_FILENO) != 0) {}

ProgressLine::~ProgressLine() {
  if (open_line_) std::fputc('\n', stderr);
}

void ProgressLine::note(const std::string& text) {
  if (!quiet_) print(text);
}

void ProgressLine::update(const RunProgress& progress) {
  if (quiet_) return;
  if (progress.total_s <= 0) return print(progress.phase);
  const auto now = std::chrono::steady_clock::now();
  const bool due = progress.phase != last_phase_ || now - last_plain_ >= plain_interval;
  if (!terminal_ && !due) return;
  last_plain_ = now;
  last_phase_ = progress.phase;
  print(progress_text(progress));
}

void ProgressLine::print(const std::string& text) {
  if (!terminal_) {
    fmt::print(stderr, "{}\n", text);
    return;
  }
  fmt::print(stderr, "\r\x1b[K{}", text);
  std::fflush(stderr);
  open_line_ = true;
}

}  // namespace bsn
