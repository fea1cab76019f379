#include <functional>
#include <queue>

#include "bench/event_queue/contender.h"
#include "sim/virtual/event_queue.h"

namespace bsn {
namespace {

class BucketQueue : public Contender {
 public:
  std::string name() const override { return "bsn event_queue"; }
  bool can_hold(std::uint32_t) const override { return true; }

  void fill(World& world) override {
    world_ = &world;
    queue_ = EventQueue<std::uint32_t>(microseconds(500));
    for (std::uint32_t i = 0; i < world.in_flight(); ++i) queue_.push(Instant{} + world.first_delay(), 0, i);
  }

  void run(std::uint64_t deliveries) override {
    Event<std::uint32_t> event;
    for (std::uint64_t i = 0; i < deliveries; ++i) {
      queue_.pop_due(Instant::max(), event);
      const Duration delay = world_->deliver(event.payload);
      queue_.push(event.when + delay, world_->sender(event.payload), event.payload);
    }
  }

 private:
  World* world_ = nullptr;
  EventQueue<std::uint32_t> queue_{microseconds(500)};
};

// What one would write without thinking about it: a heap of closures.
class PriorityQueue : public Contender {
 public:
  std::string name() const override { return "priority_queue + function"; }
  bool can_hold(std::uint32_t) const override { return true; }

  void fill(World& world) override {
    world_ = &world;
    queue_ = {};
    for (std::uint32_t i = 0; i < world.in_flight(); ++i) schedule(Instant{} + world.first_delay(), i);
  }

  void run(std::uint64_t deliveries) override {
    for (std::uint64_t i = 0; i < deliveries; ++i) {
      const Item item = queue_.top();
      queue_.pop();
      now_ = item.when;
      item.action();
    }
  }

 private:
  struct Item {
    Instant when;
    std::uint64_t sequence;
    std::function<void()> action;
    bool operator<(const Item& other) const {
      return when != other.when ? when > other.when : sequence > other.sequence;
    }
  };

  void schedule(Instant when, std::uint32_t message) {
    queue_.push({when, sequence_++, [this, message] { schedule(now_ + world_->deliver(message), message); }});
  }

  World* world_ = nullptr;
  std::priority_queue<Item> queue_;
  Instant now_;
  std::uint64_t sequence_ = 0;
};

}  // namespace

Contenders own_contenders() {
  Contenders all;
  all.push_back(std::make_unique<BucketQueue>());
  all.push_back(std::make_unique<PriorityQueue>());
  return all;
}

}  // namespace bsn
