#include "gateway/overload_guard.h"

#include <algorithm>
#include <iterator>

#include "core/check.h"

namespace bsn {
namespace {

// What is refused from which pressure on, and for how long who is refused should stay away: the first the longest.
struct Class {
  double from = 0;
  const char* what = nullptr;
  Duration retry_after;
};
constexpr Class classes[] = {{0.7, "reads of projects over their share", milliseconds(800)},
                             {0.8, "calls of projects over their share", milliseconds(400)},
                             {0.9, "reads, and calls of projects over their share", milliseconds(200)},
                             {1.0, "all calls", milliseconds(100)}};

const Class& class_of(bool over_share, Operation operation) {
  const bool read = operation == Operation::query;
  if (over_share) return classes[read ? 0 : 1];
  return classes[read ? 2 : 3];
}

}  // namespace

void OverloadGuard::arrived(Instant now, Duration waited) {
  if (now - window_began_ >= window) {
    least_before_ = now - window_began_ < window * 2 ? least_now_ : std::nullopt;
    least_now_.reset();
    window_began_ = now;
  }
  least_now_ = least_now_ ? std::min(*least_now_, waited) : waited;
}

// Of whole windows only; nothing came for a window: nothing stands.
Duration OverloadGuard::standing_wait(Instant now) const {
  return now - window_began_ < window * 2 ? least_before_.value_or(Duration{}) : Duration{};
}

double OverloadGuard::share(Instant now) const {
  const double calls = static_cast<double>(open_) / max_calls_;
  return std::max(calls, standing_wait(now).seconds() / longest_wait.seconds());
}

bool OverloadGuard::over_share(std::size_t project) const {
  if (project >= open_of_.size()) return false;
  const std::uint64_t its = open_of_[project];
  if (projects_open_ < 2) return its * 20 >= std::uint64_t{max_calls_} * 19;
  return its * projects_open_ > open_;
}

std::optional<OverloadGuard::Shed> OverloadGuard::check(Instant now, std::size_t project, Operation operation) const {
  const double pressed = share(now);
  if (pressed < classes[0].from) return std::nullopt;
  const Class& its = class_of(over_share(project), operation);
  if (open_ >= max_calls_) return Shed{true, "", its.retry_after};
  if (pressed < its.from) return std::nullopt;
  return Shed{false, std::string(its.what) + " are refused", its.retry_after};
}

void OverloadGuard::began(std::size_t project) {
  if (project >= open_of_.size()) open_of_.resize(project + 1, 0);
  ++open_;
  if (open_of_[project]++ == 0) ++projects_open_;
}

void OverloadGuard::ended(std::size_t project) {
  BSN_CHECK(project < open_of_.size() && open_of_[project] > 0, "a call ends once");
  --open_;
  if (--open_of_[project] == 0) --projects_open_;
}

Pressure OverloadGuard::pressure(Instant now) const {
  Pressure pressure{share(now), ""};
  for (const Class& one : classes) {
    if (pressure.share >= one.from) pressure.shed = one.what;
  }
  return pressure;
}

}  // namespace bsn
