#include "h2/loop.h"

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
    for (int events = 1; events < most_events && io_.poll_one() > 0; ++events) {
    }
    take_posted();
    for (const Task& end : ends_) end();
    for (const Task& write : writers_) write();
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
  }
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
