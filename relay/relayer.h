// The relayer: watches the final blocks of the chains and brings what they prove from one to another.
//
// It is believed nothing (ICS-18): whatever it submits is checked by proofs, so a relayer that lies or sleeps does no
// harm, several may compete, and one that works is enough for progress. It keeps nothing on disk: shown the final
// blocks again it knows what is pending.
//
// A packet takes these steps, each one task of the courier between two chains (relay/relay_task.h):
//   source commits -> relay -> hub commits -> receive -> destination acknowledges -> acknowledge_hub -> hub
//   acknowledges -> acknowledge_source;  not received before its time-out: time_out_hub -> time_out_source.
// Without acknowledgements it ends with receive. After every prune_every packets of a lane, and prune_after a lane fell
// silent, what is done is pruned.
//
// Bounds: memory of one task per packet and step under way, which the lanes bound.
// Not for more than one thread.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/machine.h"
#include "core/packet_event.h"
#include "relay/proof_courier.h"

namespace bsn {

struct RelayerSpec {
  struct Hub {
    ChainName chain;
    bool acknowledged = true;
  };
  std::string name = "relayer";  // two that compete have different ones
  std::vector<Hub> hubs;
  std::uint32_t prune_every = 200;      // packets of a lane
  Duration prune_after = seconds(600);  // since the lane's last packet
};

class Relayer {
 public:
  explicit Relayer(RelayerSpec spec);
  Relayer(Relayer&&) = default;  // no copies: tasks point to lanes, lanes to couriers

  void step(Instant now, const RelayerInput& input, std::vector<RelayerOutput>& out);
  void advance_to(Instant now, std::vector<RelayerOutput>& out);
  std::optional<Instant> next_wakeup() const;

  // Tasks that wait or are under way.
  std::size_t backlog() const;
  // Couriers that learnt that their witness contradicted itself.
  std::size_t frozen() const;
  // Couriers whose headers are not taken, time after time.
  std::vector<const ProofCourier*> stalled() const;
  RelayCounters counters() const;
  // Since when the task that waits longest is known; nullopt: none waits.
  std::optional<Instant> oldest() const;
  RelayMeter meter() const;

 private:
  // One lane's packets that are done as a witness sees it, and not yet pruned at the target. A step has one leg, which
  // depends on the hub.
  struct PruneId {
    RelayLane* lane = nullptr;
    RelayStep step = RelayStep::prune_hub;
    RelayLeg leg = RelayLeg::to_hub;
    bool operator<(const PruneId& other) const {
      return lane == other.lane ? step < other.step : lane->rank < other.lane->rank;
    }
  };
  struct Unpruned {
    std::uint32_t packets = 0;
    Height since = 0;
    Instant last;
  };

  bool acknowledges(const ChainName& hub) const;
  bool is_hub(const ChainName& chain) const;
  ProofCourier& courier(const ChainName& witness, const ChainName& target);
  ProofCourier& courier(RelayLane& lane, RelayLeg leg);
  void add(Instant now, RelayLane& lane, RelayStep step, std::uint64_t sequence, std::size_t bytes, Height since);
  void drop(RelayLane& lane, RelayStep step, std::uint64_t sequence);

  void saw(Instant now, const SawBlock& seen);
  void saw_update(const SawBlock& seen, const Transaction& call);
  // Height: of the block.
  void saw_event(Instant now, Height height, const PacketEvent& event);
  void taken_over(Instant now, Height height, const PacketEvent& event, RelayLane& lane);
  void received(Instant now, Height height, const PacketEvent& event, RelayLane& lane);
  void outcome_at_hub(Instant now, Height height, const PacketEvent& event, RelayLane& lane);
  void ended(Instant now, Height height, const PacketEvent& event, RelayLane& lane);

  // One more packet is done as this chain sees it.
  void count_done(Instant now, const PruneId& id, Height height);
  void prune(Instant now, const PruneId& id, const Unpruned& done);
  void prune_silent_lanes(Instant now);

  RelayerSpec spec_;
  RelayLanes lanes_;
  std::deque<ProofCourier> couriers_;  // by the number in the upper bits of their requests
  std::map<ChainName, std::map<ChainName, std::size_t>> by_witness_;  // then by target
  std::map<PruneId, Unpruned> unpruned_;
  Instant look_for_silent_;  // lanes, next
};

}  // namespace bsn
