// A loop and the city nodes of a process that turn on it.
//
// At the end of each of the loop's turns all their machines have theirs; then whoever gathered their answers sends
// them, and then the connections write: what a turn brought for many nodes is answered in as few messages as possible.
// Threads: add() before the loop is started; the rest on the loop's.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "h2/loop.h"
#include "node/serve/node_process.h"

namespace bsn {

// Gathers what several machines say in a turn.
class Gatherer {
 public:
  virtual ~Gatherer() = default;
  virtual void send_gathered() = 0;
};

class NodeLoop {
 public:
  NodeLoop() {
    loop_.at_end_of_turn([this] { end_turn(); });
  }
  ~NodeLoop() { loop_.stop(); }
  NodeLoop(const NodeLoop&) = delete;
  NodeLoop& operator=(const NodeLoop&) = delete;

  h2::Loop& loop() { return loop_; }

  // The process of the node at this address turns here from now on. It outlives the loop's last turn.
  void add(const std::string& address, NodeProcess& process) {
    nodes_.push_back(&process);
    by_address_[address] = &process;
  }

  // nullptr: none of this address turns here.
  NodeProcess* find(std::string_view address) const {
    const auto found = by_address_.find(address);
    return found == by_address_.end() ? nullptr : found->second;
  }
  std::size_t nodes() const { return nodes_.size(); }

  // Calls it once, when all machines have had their turn.
  void gathers(std::shared_ptr<Gatherer> gatherer) { gatherers_.push_back(std::move(gatherer)); }

 private:
  void end_turn() {
    for (NodeProcess* node : nodes_) node->turn();
    for (const auto& gatherer : gatherers_) gatherer->send_gathered();
    gatherers_.clear();
  }

  h2::Loop loop_;
  std::vector<NodeProcess*> nodes_;
  std::map<std::string, NodeProcess*, std::less<>> by_address_;
  std::vector<std::shared_ptr<Gatherer>> gatherers_;  // each stream at most once
};

}  // namespace bsn
