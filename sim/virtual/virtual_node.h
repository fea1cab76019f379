// One city node of the virtual cluster: the machine, its disk, and whether it runs.
//
// The disk is in memory and takes no time: what a machine persists is durable at once, and all else is lost by a kill.
// Its clock may be ahead of the cluster's time. One that is set right stands still until the time has come: a machine's
// clock never goes back, restarts included. All instants here are the cluster's.
//
// A paused node handles nothing; what arrives waits, in order, at most max_waiting inputs (then more are lost, as when
// the buffers of a stopped process are full).
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "core/durable.h"
#include "node/city_node.h"

namespace bsn {

class VirtualNode {
 public:
  static constexpr std::size_t max_waiting = 200'000;

  enum class State : std::uint8_t { running, paused, down };

  // How to start the machine with what its disk holds; used at every start.
  using Start = std::function<CityNode(Instant now, const std::map<ChainIndex, DurableState>& disk)>;

  // Runs at once.
  VirtualNode(Start start, Instant now);

  State state() const { return state_; }
  // Counts starts: a message meant for an earlier life is lost, like its connection.
  std::uint32_t life() const { return life_; }
  // Whether its city takes calls at all; whether the gateway sends any is another matter.
  bool serves() const { return node_ && hosts_peers(node_->state()); }
  // nullptr while down.
  const CityNode* machine() const { return node_ ? &*node_ : nullptr; }

  // ---- the machine; the node is not down ----

  // Steps the machine, or keeps the input while the node is paused.
  void step(Instant now, CityNodeInput input, std::vector<CityNodeOutput>& out);
  // Fires what is due; nothing while paused.
  void advance_to(Instant now, std::vector<CityNodeOutput>& out);
  // When to be woken; nullopt while paused or down.
  std::optional<Instant> next_wakeup() const;

  // ---- faults ----

  void kill();                // not down
  void restart(Instant now);  // down
  void pause();               // running
  void set_clock_ahead(Duration ahead) { ahead_ = ahead; }
  // Paused. Handles what waited, then what is due.
  void resume(Instant now, std::vector<CityNodeOutput>& out);

  // ---- the disk ----

  void persist(ChainIndex chain, DurableWrite write) { apply(std::move(write), disk_[chain]); }
  const std::vector<BlockPtr>& blocks(ChainIndex chain) const;
  Height final_height(ChainIndex chain) const;  // tree families: of the last final mark
  // Nothing of other chains than these is kept.
  void keep_only(const std::vector<ChainSpec>& chains);

 private:
  Instant clock(Instant now);
  void handle(Instant now, CityNodeInput input, std::vector<CityNodeOutput>& out);

  Start start_;
  std::map<ChainIndex, DurableState> disk_;
  std::optional<CityNode> node_;  // none while down
  State state_ = State::running;
  std::uint32_t life_ = 1;
  Duration ahead_{};
  Instant clock_;                      // what it showed last
  std::deque<CityNodeInput> waiting_;  // while paused
};

}  // namespace bsn
