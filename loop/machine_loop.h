// The live driver of a machine (core/machine.h): one thread that owns it, fed by any number of others.
//
// A turn: take everything that is ready, step the machine through it, let it advance to now, then hand all outputs of
// the turn to the TurnHandler at once. So the handler can persist everything in one transaction and flush each stream
// once, however many inputs came together. Between turns the thread sleeps until an input comes or machine or handler
// want to be woken; an idle machine costs nothing.
//
// Threads: post, call, freeze, resume, wake and stop may be called from any thread (stop not from the loop's own);
// machine and handler are touched by the loop's thread only, and outlive it.
#pragma once

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "core/machine.h"
#include "core/time.h"
#include "loop/inbox.h"
#include "loop/monotonic_clock.h"

namespace bsn {

// What happens to the outputs of a turn. Called on the loop's thread.
template <class Out>
class TurnHandler {
 public:
  virtual ~TurnHandler() = default;

  // At the end of every turn, also of one without outputs. `outputs` may be moved from.
  virtual void end_turn(Instant now, std::vector<Out>& outputs) = 0;

  // When the handler itself wants a turn; nullopt: never. Asked at the end of every turn.
  virtual std::optional<Instant> next_wakeup() const { return std::nullopt; }
};

template <class M, class In, class Out>
requires Machine<M, In, Out>
class MachineLoop {
 public:
  using Task = std::function<void(Instant now, M& machine)>;

  // Starts the thread. At most `inbox_bound` inputs wait; beyond it post() refuses. `machine` and `handler` must
  // outlive the loop.
  MachineLoop(M& machine, TurnHandler<Out>& handler, std::size_t inbox_bound)
      : machine_(machine), handler_(handler), inbox_(inbox_bound), thread_([this] { run(); }) {}

  ~MachineLoop() { stop(); }
  MachineLoop(const MachineLoop&) = delete;
  MachineLoop& operator=(const MachineLoop&) = delete;

  // Hands an input to the machine. False: the inbox is full or the loop has stopped; the caller answers for it.
  bool post(In input) { return inbox_.push(Item(std::in_place_index<0>, std::move(input))); }

  // As post for several, with one wake-up. Returns how many of them, from the front, were accepted.
  std::size_t post_all(std::vector<In>&& inputs) {
    std::vector<Item> items;
    items.reserve(inputs.size());
    for (In& input : inputs) items.emplace_back(std::in_place_index<0>, std::move(input));
    return inbox_.push_all(std::move(items));
  }

  // Runs `task` on the loop's thread, in order with the inputs: for looking at the machine or at what the handler owns.
  // Not bounded: for the process itself and for requests that are bounded elsewhere. False: the loop has stopped.
  bool call(Task task) { return inbox_.push_always(Item(std::in_place_index<1>, std::move(task))); }

  // call() that waits for the task's result; nullopt: the loop has stopped. Not from the loop's own thread.
  template <class Function>
  auto ask(Function function) -> std::optional<std::invoke_result_t<Function, Instant, M&>> {
    using Answer = std::invoke_result_t<Function, Instant, M&>;
    const auto promise = std::make_shared<std::promise<Answer>>();
    std::future<Answer> future = promise->get_future();
    const bool posted = call([promise, function = std::move(function)](Instant now, M& machine) {
      promise->set_value(function(now, machine));
    });
    if (!posted) return std::nullopt;
    return future.get();
  }

  // No turn begins before `until` or resume(), whichever comes first; inputs wait, time passes. For faults.
  void freeze(Instant until) {
    frozen_until_ns_.store(until.ns);
    inbox_.wake();
  }
  void resume() { freeze(Instant{}); }

  // A turn soon, although no input came: the handler has something to do.
  void wake() { inbox_.wake(); }

  // Refuses further inputs, ends a freeze, gives the machine what was accepted before, ends the thread. Idempotent.
  void stop() {
    frozen_until_ns_.store(0);
    inbox_.close();
    if (thread_.joinable()) thread_.join();
  }

 private:
  using Item = std::variant<In, Task>;

  void run() {
    std::vector<Item> items;
    std::vector<Out> outputs;
    Instant now = monotonic_now();
    while (wait_for_turn(items)) {
      now = std::max(now, monotonic_now());
      for (Item& item : items) handle(now, item, outputs);
      items.clear();
      machine_.advance_to(now, outputs);
      handler_.end_turn(now, outputs);
      outputs.clear();
    }
  }

  // False: closed and empty. What was taken when a freeze began waits here for its end.
  bool wait_for_turn(std::vector<Item>& items) {
    const bool more = inbox_.take_all(items, earlier(machine_.next_wakeup(), handler_.next_wakeup()));
    while (monotonic_now().ns < frozen_until_ns_.load()) inbox_.wait(Instant{frozen_until_ns_.load()});
    return more;
  }

  void handle(Instant now, Item& item, std::vector<Out>& outputs) {
    if (In* input = std::get_if<0>(&item)) {
      machine_.step(now, *input, outputs);
    } else {
      std::get<1>(item)(now, machine_);
    }
  }

  M& machine_;
  TurnHandler<Out>& handler_;
  Inbox<Item> inbox_;
  std::atomic<std::int64_t> frozen_until_ns_{0};
  std::thread thread_;  // last: starts when everything else is there
};

}  // namespace bsn
