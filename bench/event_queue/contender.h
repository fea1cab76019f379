// The job that every event core does in this comparison, and what a contender must offer.
//
// K messages wander among 136 nodes. Delivering one reads it from a pool, folds it into the receiver's state, draws the
// next receiver and a delay of 0.5 to 60.5 ms, writes the message back and schedules its next delivery. So K messages
// are in flight all the time, and every contender runs the same handler with the same chance. What a queue carries is
// the message's place in the pool, as in the virtual cluster.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/random.h"
#include "core/time.h"

namespace bsn {

class World {
 public:
  static constexpr std::uint32_t nodes = 136;

  explicit World(std::uint32_t in_flight) : random_(1), nodes_(nodes), messages_(in_flight) {
    for (Message& message : messages_) message.to = random_node();
  }

  std::uint32_t in_flight() const { return static_cast<std::uint32_t>(messages_.size()); }
  Duration first_delay() { return random_delay(); }

  // Handles the delivery of a message; returns after what delay it arrives at its next receiver.
  Duration deliver(std::uint32_t index) {
    Message& message = messages_[index];
    Node& node = nodes_[message.to];
    ++node.received;
    node.state = (node.state ^ message.value) * 0x9e3779b97f4a7c15;
    message.value = node.state;
    ++message.hops;
    message.from = message.to;
    message.to = random_node();
    ++delivered_;
    return random_delay();
  }

  std::uint32_t sender(std::uint32_t index) const { return messages_[index].from; }
  std::uint64_t delivered() const { return delivered_; }

 private:
  struct Message {
    std::uint32_t from = 0, to = 0;
    std::uint64_t value = 0, hops = 0;
  };
  struct Node {
    std::uint64_t received = 0, state = 0;
  };

  std::uint32_t random_node() { return static_cast<std::uint32_t>(random_.below(nodes)); }
  Duration random_delay() { return random_.between(microseconds(500), microseconds(60'500)); }

  Random random_;
  std::vector<Node> nodes_;
  std::vector<Message> messages_;
  std::uint64_t delivered_ = 0;
};

class Contender {
 public:
  virtual ~Contender() = default;
  virtual std::string name() const = 0;
  // Whether it can be asked to hold this many at all (a sorted list of a million can't).
  virtual bool can_hold(std::uint32_t in_flight) const = 0;
  // Starts anew with this world's messages in flight.
  virtual void fill(World& world) = 0;
  // Delivers this many messages.
  virtual void run(std::uint64_t deliveries) = 0;
};

using Contenders = std::vector<std::unique_ptr<Contender>>;

Contenders own_contenders();  // the bucket queue first, then std::priority_queue
Contenders ns3_contenders();  // none when built without ns-3

}  // namespace bsn
