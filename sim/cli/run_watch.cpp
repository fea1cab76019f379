#include "sim/cli/run_watch.h"

#include <fmt/format.h>

#include <cstdio>
#include <utility>

#include "sim/run_view.h"

namespace bsn {
namespace {

constexpr std::chrono::seconds plain_interval{5};
constexpr std::size_t plain_columns = 1000;  // of a line in a log: it is cut for the sake of bounds only

}  // namespace

RunWatch::RunWatch(std::string title, bool quiet) : title_(std::move(title)), quiet_(quiet) {}

void RunWatch::note(const std::string& text) { update({.phase = text}); }

void RunWatch::update(const RunProgress& progress) {
  if (quiet_) return;
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  if (progress.total_s > 0 && !started_) started_ = now;
  if (terminal_.can_redraw()) {
    // A phase without numbers leaves those of the one before it on the screen.
    if (progress.total_s > 0) last_ = progress;
    last_.phase = progress.phase;
    terminal_.draw(view_of(last_, title_, real_seconds(now)));
  } else if (plain_due(progress, now)) {
    fmt::print(stderr, "{}\n", fitted(progress_text(progress, real_seconds(now)), plain_columns));
  }
}

double RunWatch::real_seconds(Clock::time_point now) const {
  return started_ ? std::chrono::duration<double>(now - *started_).count() : 0;
}

bool RunWatch::plain_due(const RunProgress& progress, Clock::time_point now) {
  if (progress.phase == last_phase_ && last_plain_ && now - *last_plain_ < plain_interval) return false;
  last_plain_ = now;
  last_phase_ = progress.phase;
  return true;
}

}  // namespace bsn
