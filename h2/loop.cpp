#include "h2/loop.h"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <utility>

namespace bsn::h2 {

void Loop::start() {
  thread_ = std::thread([this] { run(); });
}

void Loop::post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    posted_.push_back(std::move(task));
    if (std::exchange(woken_, true)) return;
  }
  boost::asio::post(io_, [] {});
}

void Loop::stop() {
  std::vector<Task> dropped;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    dropped.swap(posted_);
  }
  boost::asio::post(io_, [] {});
  if (thread_.joinable()) thread_.join();
}

void Loop::run() {
  thread_id_.store(std::this_thread::get_id());
  const auto stay = boost::asio::make_work_guard(io_);
  while (true) {
    io_.run_one();
    run_ready();
    take_posted();
    for (const Task& end : ends_) end();
    for (const Task& write : writers_) write();
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
  }
}

// Each look for more is a system call. While events come one at a time it is spared; what is ready then has a turn of
// its own.
void Loop::run_ready() {
  if (turns_until_look_ > 0) return static_cast<void>(--turns_until_look_);
  int events = 1;
  while (events < most_events && io_.poll_one() > 0) ++events;
  between_looks_ = events > 1 ? 0 : std::min(2 * between_looks_ + 1, most_turns_between_looks);
  turns_until_look_ = between_looks_;
}

void Loop::take_posted() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = false;
    taken_.swap(posted_);
  }
  if (!taken_.empty()) refresh_now();
  for (Task& task : taken_) task();
  taken_.clear();
}

}  // namespace bsn::h2
