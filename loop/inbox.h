// A bounded queue with many writers and one reader, who takes everything at once.
//
// At the bound `push` refuses and the writer says so to whoever asked: nothing waits, nothing grows. `push_always` is
// for the few inputs that must get through (a task of the process itself) and does not count. After close() every push
// is refused; what was accepted before is still taken.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <iterator>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "loop/monotonic_clock.h"

namespace bsn {

template <class T>
class Inbox {
 public:
  explicit Inbox(std::size_t bound) : bound_(bound) {}

  // False: full or closed; `item` is untouched then.
  bool push(T&& item) {
    const std::lock_guard lock(mutex_);
    if (closed_ || items_.size() >= bound_) return false;
    items_.push_back(std::move(item));
    notify();
    return true;
  }

  // Accepts a prefix of `items` as far as there is room, in one go. Returns how many.
  std::size_t push_all(std::vector<T>&& items) {
    const std::lock_guard lock(mutex_);
    if (closed_ || items_.size() >= bound_) return 0;
    const std::size_t count = std::min(items.size(), bound_ - items_.size());
    const auto end = items.begin() + static_cast<std::ptrdiff_t>(count);
    items_.insert(items_.end(), std::move_iterator(items.begin()), std::move_iterator(end));
    notify();
    return count;
  }

  // False: closed.
  bool push_always(T&& item) {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    items_.push_back(std::move(item));
    notify();
    return true;
  }

  // Refuses everything from now on and wakes the reader.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    woken_ = true;
    not_empty_.notify_all();
  }

  // Wakes the reader although nothing came.
  void wake() {
    const std::lock_guard lock(mutex_);
    woken_ = true;
    not_empty_.notify_all();
  }

  // Swaps everything there is into the empty `items`. Waits for something, a wake(), close(), or `until` (nullopt: no
  // limit). False: closed, and everything has been taken.
  bool take_all(std::vector<T>& items, std::optional<Instant> until) {
    std::unique_lock lock(mutex_);
    const auto ready = [this] { return !items_.empty() || woken_; };
    if (!ready()) {
      waiting_ = true;
      if (until) {
        not_empty_.wait_until(lock, on_steady_clock(*until), ready);
      } else {
        not_empty_.wait(lock, ready);
      }
      waiting_ = false;
    }
    woken_ = closed_;
    std::swap(items, items_);
    return !closed_ || !items.empty();
  }

  // Waits for `until`, a wake() or close(), whatever is in the box. For a reader that must not take anything now.
  void wait(Instant until) {
    std::unique_lock lock(mutex_);
    not_empty_.wait_until(lock, on_steady_clock(until), [this] { return woken_; });
    woken_ = closed_;
  }

 private:
  void notify() {
    if (waiting_) not_empty_.notify_one();
  }

  const std::size_t bound_;
  std::mutex mutex_;
  std::condition_variable not_empty_;
  std::vector<T> items_;
  bool waiting_ = false;  // the reader sleeps in take_all: only then does a writer pay for waking it
  bool woken_ = false;
  bool closed_ = false;
};

}  // namespace bsn
