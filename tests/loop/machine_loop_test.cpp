// The live loop under several threads; what TSan is run on (preset tsan).
#include "loop/machine_loop.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

namespace bsn {
namespace {

// Echoes numbers; a negative one asks to be woken after that many milliseconds and then echoes.
struct EchoMachine {
  std::vector<std::pair<Instant, int>> timers;

  void step(Instant now, const int& input, std::vector<int>& out) {
    if (input >= 0) {
      out.push_back(input);
    } else {
      timers.push_back({now + milliseconds(-input), input});
    }
  }
  void advance_to(Instant now, std::vector<int>& out) {
    std::erase_if(timers, [&](const auto& timer) {
      if (timer.first > now) return false;
      out.push_back(timer.second);
      return true;
    });
  }
  std::optional<Instant> next_wakeup() const {
    std::optional<Instant> next;
    for (const auto& timer : timers) next = earlier(next, timer.first);
    return next;
  }
};

// Collects what came out and lets a test wait for it.
class Collector : public TurnHandler<int> {
 public:
  void end_turn(Instant, std::vector<int>& outputs) override {
    const std::lock_guard lock(mutex_);
    ++turns_;
    seen_.insert(seen_.end(), outputs.begin(), outputs.end());
    changed_.notify_all();
  }

  std::vector<int> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(20), [&] { return seen_.size() >= count; });
    return seen_;
  }

  std::size_t turns() {
    const std::lock_guard lock(mutex_);
    return turns_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<int> seen_;
  std::size_t turns_ = 0;
};

using EchoLoop = MachineLoop<EchoMachine, int, int>;

TEST(MachineLoop, HandsOutputsOverInTheOrderOfTheInputs) {
  EchoMachine machine;
  Collector collector;
  EchoLoop loop(machine, collector, 100);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(loop.post(i));
  EXPECT_EQ(collector.wait_for(5), (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST(MachineLoop, GivesEveryThreadsInputsToTheMachineOnce) {
  EchoMachine machine;
  Collector collector;
  EchoLoop loop(machine, collector, 1'000'000);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&loop, t] {
      for (int i = 0; i < 2'000; ++i) EXPECT_TRUE(loop.post(t * 2'000 + i));
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<int> seen = collector.wait_for(8'000);
  std::sort(seen.begin(), seen.end());
  ASSERT_EQ(seen.size(), 8'000u);
  for (int i = 0; i < 8'000; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], i);
}

TEST(MachineLoop, WakesTheMachineWhenItWantsToBe) {
  EchoMachine machine;
  Collector collector;
  EchoLoop loop(machine, collector, 100);
  ASSERT_TRUE(loop.post(-20));
  EXPECT_EQ(collector.wait_for(1), (std::vector<int>{-20}));
}

TEST(MachineLoop, SleepsWhileNothingIsToBeDone) {
  EchoMachine machine;
  Collector collector;
  EchoLoop loop(machine, collector, 100);
  loop.post(1);
  collector.wait_for(1);
  const std::size_t before = collector.turns();
  EXPECT_EQ(loop.ask([](Instant, EchoMachine&) { return 7; }), 7);
  EXPECT_EQ(loop.ask([](Instant, EchoMachine&) { return 8; }), 8);
  EXPECT_LE(collector.turns(), before + 2);
}

TEST(MachineLoop, GathersWhatCameDuringAFreezeIntoOneTurn) {
  EchoMachine machine;
  Collector collector;
  EchoLoop loop(machine, collector, 10);
  loop.freeze(monotonic_now() + seconds(60));
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(loop.post(i));
  EXPECT_EQ(collector.turns(), 0u);
  loop.resume();
  EXPECT_EQ(collector.wait_for(5).size(), 5u);
  EXPECT_LE(collector.turns(), 2u);  // at most one input was taken before the freeze was seen
}

TEST(MachineLoop, AFreezeEndsByItself) {
  EchoMachine machine;
  Collector collector;
  EchoLoop loop(machine, collector, 10);
  const Instant end = monotonic_now() + milliseconds(30);
  loop.freeze(end);
  ASSERT_TRUE(loop.post(1));
  collector.wait_for(1);
  EXPECT_GE(monotonic_now(), end);
}

TEST(MachineLoop, RefusesInputsBeyondItsBound) {
  EchoMachine machine;
  Collector collector;
  EchoLoop loop(machine, collector, 3);
  loop.freeze(monotonic_now() + seconds(60));
  int accepted = 0;
  for (int i = 0; i < 100; ++i) accepted += loop.post(i) ? 1 : 0;
  EXPECT_GE(accepted, 3);
  EXPECT_LE(accepted, 6);  // three in the box, and three that were taken when the freeze began
  EXPECT_TRUE(loop.call([](Instant, EchoMachine&) {}));
  loop.resume();
  EXPECT_EQ(collector.wait_for(static_cast<std::size_t>(accepted)).size(), static_cast<std::size_t>(accepted));
}

TEST(MachineLoop, AcceptsAPrefixOfABatchAtItsBound) {
  EchoMachine machine;
  Collector collector;
  EchoLoop loop(machine, collector, 3);
  std::promise<void> entered, go_on;
  loop.call([&](Instant, EchoMachine&) {
    entered.set_value();
    go_on.get_future().wait();
  });
  entered.get_future().wait();
  EXPECT_EQ(loop.post_all({1, 2, 3, 4, 5}), 3u);
  go_on.set_value();
  EXPECT_EQ(collector.wait_for(3), (std::vector<int>{1, 2, 3}));
}

TEST(MachineLoop, StopHandlesWhatWasAcceptedAndRefusesTheRest) {
  EchoMachine machine;
  Collector collector;
  EchoLoop loop(machine, collector, 100);
  loop.freeze(monotonic_now() + seconds(60));
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(loop.post(i));
  loop.stop();
  EXPECT_EQ(collector.wait_for(5).size(), 5u);
  EXPECT_FALSE(loop.post(6));
  EXPECT_EQ(loop.ask([](Instant, EchoMachine&) { return 1; }), std::nullopt);
  loop.stop();
}

}  // namespace
}  // namespace bsn
