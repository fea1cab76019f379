#include "sim/virtual/event_queue.h"

#include <gtest/gtest.h>

#include <map>
#include <tuple>
#include <vector>

#include "core/random.h"
#include "tests/virtual/counted_new.h"

namespace bsn {
namespace {

using Queue = EventQueue<std::uint32_t>;

// The queue beside an ordered map that defines what is right.
class Pair {
 public:
  explicit Pair(Duration width) : queue_(width) {}

  void push(Instant when, std::uint32_t source) {
    queue_.push(when, source, static_cast<std::uint32_t>(pushed_));
    model_.emplace(std::tuple(when, source, pushed_), static_cast<std::uint32_t>(pushed_));
    ++pushed_;
  }

  // Pops one event due at or before `limit` from both and compares. False: neither has one.
  bool pop(Instant limit) {
    Event<std::uint32_t> event;
    const bool popped = queue_.pop_due(limit, event);
    const bool expected = !model_.empty() && std::get<0>(model_.begin()->first) <= limit;
    EXPECT_EQ(popped, expected);
    if (!popped || !expected) return false;
    EXPECT_EQ(event.when, std::get<0>(model_.begin()->first));
    EXPECT_EQ(event.source(), std::get<1>(model_.begin()->first));
    EXPECT_EQ(event.payload, model_.begin()->second);
    now_ = event.when;
    model_.erase(model_.begin());
    EXPECT_EQ(queue_.size(), model_.size());
    return true;
  }

  Instant now() const { return now_; }
  void wait_until(Instant when) { now_ = std::max(now_, when); }
  bool empty() const { return model_.empty(); }

 private:
  Queue queue_;
  std::map<std::tuple<Instant, std::uint32_t, std::uint64_t>, std::uint32_t> model_;
  std::uint64_t pushed_ = 0;
  Instant now_;
};

// A delay of the kind that hurts: none, within the bucket, a few buckets, the calendar's end, far beyond it.
Duration delay(Random& random) {
  switch (random.below(6)) {
    case 0:
      return {};
    case 1:
      return nanoseconds(static_cast<std::int64_t>(random.below(1 << 10)));
    case 2:
      return nanoseconds(static_cast<std::int64_t>(random.below(64)) << 10);  // many of the same instant
    case 3:
      return nanoseconds(static_cast<std::int64_t>(random.below(1 << 16)));
    case 4:
      return nanoseconds((4090 << 10) + static_cast<std::int64_t>(random.below(12 << 10)));
    default:
      return nanoseconds(static_cast<std::int64_t>(random.below(std::uint64_t{1} << 32)));
  }
}

TEST(EventQueue, PopsInTheOrderOfTimeSourceAndSequence) {
  Queue queue(milliseconds(1));
  queue.push({20}, 1, 0);
  queue.push({10}, 2, 1);
  queue.push({10}, 1, 2);
  queue.push({10}, 1, 3);
  std::vector<std::uint32_t> popped;
  Event<std::uint32_t> event;
  while (queue.pop_due(Instant::max(), event)) popped.push_back(event.payload);
  EXPECT_EQ(popped, (std::vector<std::uint32_t>{2, 3, 1, 0}));
}

TEST(EventQueue, EqualsAnOrderedMapForAnyMixOfPushesAndPops) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Random random(seed);
    Pair pair(nanoseconds(1 << 10));
    for (int i = 0; i < 5000; ++i) {
      const bool grow = i < 2500 ? random.chance(0.6) : random.chance(0.4);
      if (grow) {
        pair.push(pair.now() + delay(random), static_cast<std::uint32_t>(random.below(5)));
      } else {
        const Instant limit = pair.now() + delay(random);
        if (!pair.pop(limit)) pair.wait_until(limit);
      }
    }
    while (pair.pop(Instant::max())) {
    }
    EXPECT_TRUE(pair.empty());
    ASSERT_FALSE(testing::Test::HasFailure()) << "seed " << seed;
  }
}

TEST(EventQueue, TakesAnEventForTheBucketBeingPopped) {
  Pair pair(milliseconds(1));
  for (int i = 0; i < 100; ++i) pair.push({i * 1000}, 1);
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(pair.pop(Instant::max()));
  pair.push(pair.now(), 0);
  pair.push(pair.now(), 7);
  pair.push(pair.now() + nanoseconds(1500), 1);
  for (int i = 0; i < 53; ++i) ASSERT_TRUE(pair.pop(Instant::max()));
  EXPECT_TRUE(pair.empty());
}

TEST(EventQueue, LeavesWhatIsNotDue) {
  Pair pair(microseconds(1));
  pair.push({5'000'000}, 1);
  EXPECT_FALSE(pair.pop({4'999'999}));
  pair.push({4'999'999}, 2);
  EXPECT_TRUE(pair.pop({4'999'999}));
  EXPECT_FALSE(pair.pop({4'999'999}));
  EXPECT_TRUE(pair.pop({5'000'000}));
}

TEST(EventQueue, SkipsLongEmptyTimes) {
  Pair pair(nanoseconds(1));
  for (int hour = 0; hour < 100; ++hour) pair.push(Instant{} + seconds(3600) * hour, 1);
  while (pair.pop(Instant::max())) {
  }
  EXPECT_TRUE(pair.empty());
}

TEST(EventQueue, DoesNotAllocateOnceItHasGrown) {
  Random random(7);
  Queue queue(microseconds(200));
  Event<std::uint32_t> event;
  for (std::uint32_t i = 0; i < 2000; ++i) queue.push(Instant{} + random.between({}, milliseconds(50)), i % 100, i);
  const auto turn_over = [&](int times) {
    for (int i = 0; i < times; ++i) {
      ASSERT_TRUE(queue.pop_due(Instant::max(), event));
      const bool timer = random.chance(0.01);
      queue.push(event.when + random.between(timer ? seconds(5) : Duration{}, timer ? seconds(6) : milliseconds(50)),
                 event.source(), event.payload);
    }
  };
  turn_over(2'000'000);
  const std::uint64_t before = heap_allocations();
  turn_over(1'000'000);
  EXPECT_EQ(heap_allocations(), before);
}

}  // namespace
}  // namespace bsn
