// A machine whose turns a loop of the HTTP/2 server runs, each at the end of one of its own: what came in on the loop's
// connections goes through the machine, and what the machine answers goes out, without a change of threads.
//
// Otherwise as MachineLoop (loop/machine_loop.h): in a turn the machine steps through everything that is ready, in the
// order in which it was posted, advances to now, and the handler gets all outputs at once.
//
// Threads: post, call and ask from any; machine and handler are touched by the loop's thread only, and outlive this.
#pragma once

#include <algorithm>
#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "h2/loop.h"
#include "loop/machine_loop.h"

namespace bsn {

template <class M, class In, class Out>
requires Machine<M, In, Out>
class HostedMachine {
 public:
  using Task = std::function<void(Instant now, M& machine)>;

  // Nothing is run before the loop calls end_turn(); whoever makes it do so wakes it once.
  HostedMachine(M& machine, TurnHandler<Out>& handler, h2::Loop& loop, std::size_t bound)
      : machine_(machine), handler_(handler), loop_(loop), bound_(bound), timer_(loop.io()) {}

  // At the end of each of the loop's turns, on its thread. Cheap when there is nothing to do.
  void end_turn() {
    if (!waiting_.load(std::memory_order_acquire) && !rung_) return;
    rung_ = false;
    if (frozen_until_ && monotonic_now() < *frozen_until_) return arm(frozen_until_);
    frozen_until_.reset();
    take();
    const bool due = due_ && *due_ <= monotonic_now();
    if (!taken_.empty() || due) turn();
    arm(due_);
  }

  // False: as many inputs wait as may, or it has stopped; the caller answers for the input.
  bool post(In input) { return push(Item(std::in_place_index<0>, std::move(input)), bound_); }

  // Not bounded: for inputs that are bounded elsewhere. False: it has stopped.
  bool post_always(In input) { return push(Item(std::in_place_index<0>, std::move(input)), no_bound); }

  // As post for several, with one wake-up. Returns how many of them, from the front, were accepted.
  std::size_t post_all(std::vector<In>&& inputs) {
    std::size_t accepted = 0;
    {
      const std::lock_guard lock(mutex_);
      const std::size_t room = stopped_ || items_.size() >= bound_ ? 0 : bound_ - items_.size();
      accepted = std::min(inputs.size(), room);
      for (std::size_t i = 0; i < accepted; ++i) items_.emplace_back(std::in_place_index<0>, std::move(inputs[i]));
      if (accepted > 0) waiting_.store(true, std::memory_order_release);
    }
    if (accepted > 0) see_to_a_turn();
    return accepted;
  }

  // Runs the task between two inputs. Not bounded. False: it has stopped, and the task won't run.
  bool call(Task task) { return push(Item(std::in_place_index<1>, std::move(task)), no_bound); }

  // Waits for what a function sees of the machine; on the loop's own thread, outside of a turn's steps, that is at
  // once. nullopt: it has stopped. No thread that the loop waits for may ask.
  template <class Function>
  auto ask(Function function) -> std::optional<std::invoke_result_t<Function, Instant, M&>> {
    if (loop_.is_current()) return function(monotonic_now(), machine_);
    using Answer = std::invoke_result_t<Function, Instant, M&>;
    const auto promise = std::make_shared<std::promise<Answer>>();
    std::future<Answer> future = promise->get_future();
    const bool posted = call([promise, function = std::move(function)](Instant now, M& machine) {
      promise->set_value(function(now, machine));
    });
    if (!posted) return std::nullopt;
    return future.get();
  }

  // Returns when the machine has stepped through what was posted before; on the loop's own thread of a frozen one at
  // once.
  void settle() {
    if (loop_.is_current()) return end_turn();
    ask([](Instant, M&) { return true; });
  }

  // Makes the loop turn.
  void wake() {
    loop_.post([] {});
  }

  // Until then no turn of the machine begins; inputs wait, time passes. For faults. On the loop's thread, outside of a
  // turn's steps.
  void freeze(Instant until) {
    frozen_until_ = until;
    rung_ = true;
  }

  // Refuses further inputs and gives the machine what was accepted before. Precondition: the loop turns still, this is
  // not its thread, and nobody else waits for it in ask(). Idempotent.
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      if (std::exchange(stopped_, true)) return;
    }
    std::promise<void> done;
    loop_.post([this, &done] {
      frozen_until_.reset();
      rung_ = true;
      end_turn();
      alive_.reset();
      timer_.cancel();
      done.set_value();
    });
    done.get_future().wait();
  }

 private:
  using Item = std::variant<In, Task>;
  static constexpr std::size_t no_bound = static_cast<std::size_t>(-1);

  bool push(Item item, std::size_t bound) {
    {
      const std::lock_guard lock(mutex_);
      if (stopped_ || items_.size() >= bound) return false;
      items_.push_back(std::move(item));
      waiting_.store(true, std::memory_order_release);
    }
    see_to_a_turn();
    return true;
  }

  // The loop's own thread comes to the end of its turn anyhow.
  void see_to_a_turn() {
    if (!loop_.is_current() || in_turn_) wake();
  }

  void take() {
    const std::lock_guard lock(mutex_);
    std::swap(taken_, items_);
    waiting_.store(false, std::memory_order_release);
  }

  void turn() {
    in_turn_ = true;
    now_ = std::max(now_, monotonic_now());
    for (Item& item : taken_) {
      if (const In* input = std::get_if<0>(&item)) {
        machine_.step(now_, *input, outputs_);
      } else {
        std::get<1>(item)(now_, machine_);
      }
    }
    taken_.clear();
    machine_.advance_to(now_, outputs_);
    handler_.end_turn(now_, outputs_);
    outputs_.clear();
    due_ = earlier(machine_.next_wakeup(), handler_.next_wakeup());
    in_turn_ = false;
  }

  // A timer that is set for an earlier time is left alone: times mostly grow, and setting one costs a system call.
  void arm(std::optional<Instant> until) {
    if (!until || (armed_for_ && *armed_for_ <= *until)) return;
    armed_for_ = until;
    timer_.expires_at(on_steady_clock(*until));
    timer_.async_wait([this, alive = std::weak_ptr<bool>(alive_)](const boost::system::error_code& cancelled) {
      if (cancelled || alive.expired()) return;
      armed_for_.reset();
      rung_ = true;
    });
  }

  M& machine_;
  TurnHandler<Out>& handler_;
  h2::Loop& loop_;
  const std::size_t bound_;

  std::mutex mutex_;  // guards the next two
  std::vector<Item> items_;
  bool stopped_ = false;
  std::atomic<bool> waiting_{true};  // there are items

  // The loop's only.
  std::vector<Item> taken_;
  std::vector<Out> outputs_;
  Instant now_;
  std::optional<Instant> due_;
  std::optional<Instant> armed_for_;
  std::optional<Instant> frozen_until_;
  bool rung_ = false;  // the timer has gone off, or the freeze has changed
  boost::asio::steady_timer timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // until stop()
  bool in_turn_ = false;
};

}  // namespace bsn
