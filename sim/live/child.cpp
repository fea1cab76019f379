#include "sim/live/child.h"

#include <poll.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <utility>

namespace bsn {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int shown_log_lines = 8;
constexpr long longest_poll_ms = 200;  // so that a wish to stop is heard

// None: the line is no announcement.
std::vector<std::string> announced_addresses(const std::string& line) {
  std::vector<std::string> words;
  std::istringstream text(line);
  for (std::string word; text >> word;) words.push_back(word);
  if (words.empty() || words.front() != "listening") return {};
  words.erase(words.begin());
  return words;
}

void poll_outputs(const std::vector<Child*>& children, long at_most_ms) {
  std::vector<pollfd> pipes;
  for (const Child* child : children) pipes.push_back({child->process.output(), POLLIN, 0});
  poll(pipes.data(), pipes.size(), static_cast<int>(std::min(at_most_ms, longest_poll_ms)));
}

// Those that have not announced themselves yet; an Error for one that never will.
Result<std::vector<Child*>> still_silent(const std::vector<Child*>& children) {
  std::vector<Child*> silent;
  for (Child* child : children) {
    const std::optional<std::string> line = child->process.first_line();
    if (line) child->addresses = announced_addresses(*line);
    if (line && !child->addresses.empty()) {
      child->address = child->addresses.front();
    } else if (!child->process.running()) {
      return child_ended(*child);
    } else {
      silent.push_back(child);
    }
  }
  return silent;
}

}  // namespace

Error child_ended(const Child& child) {
  const std::optional<int> status = child.process.exit_status();
  std::string message = child.name + " " + (status ? describe_exit(*status) : "has ended") + "; the end of " +
                        child.log + ":\n" + tail_of(child.log, shown_log_lines);
  return {ErrorCode::unavailable, std::move(message)};
}

Result<Done> wait_for_addresses(const std::vector<Child*>& children, Clock::time_point deadline,
                                const std::atomic<bool>* stop) {
  std::vector<Child*> waiting = children;
  while (!waiting.empty()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) {
      return Error{ErrorCode::unavailable,
                   waiting.front()->name + " did not start in time; see " + waiting.front()->log};
    }
    poll_outputs(waiting, left);
    if (stop != nullptr && *stop) return Error{ErrorCode::stopped, "stopped while starting"};
    Result<std::vector<Child*>> silent = still_silent(waiting);
    if (!silent) return silent.error();
    waiting = std::move(*silent);
  }
  return Done{};
}

}  // namespace bsn
