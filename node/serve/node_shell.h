// The shell of one commissioned city node: drives the CityNode machine on a loop, which it may share with the shells of
// other nodes of its process, and does what it wants done.
//
// At the end of each turn (h2/hosted_machine.h), in this order: everything to persist goes to the store in one
// transaction; then peer messages set out, answers are given, each stream is flushed once. A turn that persists nothing
// touches no disk. When the disk fails the process ends at once: an acknowledgement must never be given for what may
// not be stored, and what is on the disk after a failed fsync is unknown.
//
// Bounds: 65,536 inputs wait for the loop; calls beyond that are refused, peer messages dropped. Functions may be
// called from any thread unless they say otherwise.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/result.h"
#include "h2/hosted_machine.h"
#include "node/city_node.h"
#include "node/serve/awaited_calls.h"
#include "node/serve/block_feed.h"
#include "node/serve/link_gate.h"
#include "node/serve/peer_links.h"
#include "node/serve/store.h"
#include "node/serve/trace_log.h"

namespace bsn {

// A call on its way to the machine, and who waits for its answer.
struct ArrivingCall {
  Call call;
  Instant received;
  Instant deadline;
  std::shared_ptr<AnswerSink> sink;
  std::uint64_t tag = 0;
  TraceContext trace{};
};

class NodeShell : private TurnHandler<CityNodeOutput> {
 public:
  // Opens the store in `folder` and restores the machine from it. The loop outlives the shell.
  static Result<std::unique_ptr<NodeShell>> open(const NodeSpec& spec, const std::string& folder, h2::Loop& loop);
  // Precondition: stop() was called, or it never had a turn.
  ~NodeShell() override = default;

  // The machine's turn: at the end of each turn of the loop, on its thread. From the first one on it works.
  void turn() { machine_loop_.end_turn(); }

  // The present assignment.
  std::shared_ptr<const NodeSpec> spec() const;

  // Goes over to another assignment. Precondition: its revision is higher and check_next finds nothing wrong. One at a
  // time. When it returns the machine knows, unless it is frozen.
  void assign(const NodeSpec& next);

  // Whether the node takes calls at all: not while its city is being built, nor after it left.
  bool serves() const;

  // Hands calls to the machine; every one is answered through its sink, a refused one at once (without a flush).
  // Returns the ids, in order, by which they can be cancelled; nullopt for refused ones.
  std::vector<std::optional<CallId>> submit(std::vector<ArrivingCall> calls);

  // The caller is gone; its sink hears no more.
  void cancel(CallId id);

  // A message from another city; dropped where the gate is closed.
  void deliver(std::vector<PeerEnvelope> envelopes);

  // Looks at the machine, on the loop's thread. False: the node has stopped.
  bool look(std::function<void(const CityNode&)> look) const;

  // The chain with this name or number, when it is hosted here.
  std::shared_ptr<const ChainSpec> find_chain(const ChainName& name) const;
  std::shared_ptr<const ChainSpec> find_chain(ChainIndex index) const;

  // Whether this node was told of the city: only those may send it peer messages.
  bool knows(CityIndex city) const;

  const Store& store() const { return *store_; }
  // Grows with each final block.
  BlockFeed& feed() { return feed_; }
  const BlockFeed& feed() const { return feed_; }

  void freeze(Duration limit);
  void resume();
  void gate(std::set<CityIndex> closed);

  // No new calls; waits at most `patience` for open ones, refuses the rest; the machine has no more turns. Not on the
  // loop's thread. Idempotent.
  void stop(Duration patience);

 private:
  NodeShell(NodeSpec spec, std::unique_ptr<Store> store, std::map<ChainIndex, DurableState> durable, h2::Loop& loop);

  // On the loop's thread.
  void end_turn(Instant now, std::vector<CityNodeOutput>& outputs) override;
  std::optional<Instant> next_wakeup() const override;
  void persist(std::vector<CityNodeOutput>& outputs);
  void log(ChainIndex chain, const Observed& seen) const;
  std::optional<Height> final_after(ChainIndex chain, const DurableWrite& write) const;
  void perform(Instant now, Duration stored_for, CityNodeOutput& output);
  void send_stored(Instant now, ChainIndex chain, const SendStoredBlocks& order);
  void give(Instant now, const Answer& answer, Duration stored_for);

  void refuse(const ArrivingCall& call, const Reply& reply) const;

  mutable std::mutex mutex_;  // guards spec_
  std::shared_ptr<const NodeSpec> spec_;
  std::unique_ptr<Store> store_;
  BlockFeed feed_;
  LinkGate gate_;
  AwaitedCalls awaited_calls_;
  CityNode machine_;
  TraceLog trace_log_;                                 // the loop's
  std::vector<std::shared_ptr<AnswerSink>> to_flush_;  // the loop's: sinks with answers of this turn
  h2::Loop& loop_;
  PeerLinks links_;
  mutable HostedMachine<CityNode, CityNodeInput, CityNodeOutput> machine_loop_;  // to look is to have it turn
  std::atomic<bool> stopped_{false};
};

}  // namespace bsn
