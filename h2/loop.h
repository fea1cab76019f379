// One thread that turns: everything of its connections happens here.
//
// A turn: run what is ready, take what other threads posted, then run the ends of the turn, in the order in which they
// were added, and last what writes. So whoever gathers during a turn hands over once at its end, and each connection
// writes once, whoever of several on this loop gave it what it writes.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace bsn::h2 {

class Loop {
 public:
  using Task = std::function<void()>;
  using Clock = std::chrono::steady_clock;

  Loop() = default;
  ~Loop() { stop(); }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Before start(): what to do at the end of each turn.
  void at_end_of_turn(Task task) { ends_.push_back(std::move(task)); }
  // Before start(): what to do after all of those, to write what they have made.
  void after_turn(Task task) { writers_.push_back(std::move(task)); }

  void start();

  // From any thread: runs the task on the loop's, in the order of posting. Not bounded: each task belongs to an open
  // call or to the process itself. Dropped when the loop has stopped.
  void post(Task task);

  // Ends the thread after its present turn; what was posted and has not run is dropped. Idempotent.
  void stop();

  // Whether this is the loop's thread.
  bool is_current() const { return thread_id_.load() == std::this_thread::get_id(); }

  // ---- on the loop's thread ----

  boost::asio::io_context& io() { return io_; }

  // The time, as it was when the present event or the posted tasks began to be handled.
  Clock::time_point now() const { return now_; }
  void refresh_now() { now_ = Clock::now(); }

 private:
  // Events in one turn; then posted tasks and writes have their go.
  static constexpr int most_events = 256;

  // Turns without a look for further events, after looks in vain.
  static constexpr int most_turns_between_looks = 15;

  void run();
  void run_ready();
  void take_posted();

  boost::asio::io_context io_{1};
  Clock::time_point now_ = Clock::now();
  std::vector<Task> ends_, writers_;
  std::vector<Task> taken_;
  int between_looks_ = 0;  // turns; doubles with each look in vain
  int turns_until_look_ = 0;

  std::mutex mutex_;  // guards the next three
  std::vector<Task> posted_;
  bool woken_ = false;  // a wake-up is on its way
  bool stopped_ = false;

  std::thread thread_;
  std::atomic<std::thread::id> thread_id_{};
};

}  // namespace bsn::h2
