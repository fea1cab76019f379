// A world small enough to visit all of it: two ends, a hub with acknowledgements, a few packets, and everything that
// relayers could do, whether or not it is sensible.
//
// The contracts are the real ones, on real states; consensus is left out: a chain seals a block whenever somebody has a
// call that is executed, or its clock goes on. A message is a call with a proof about any state that the witness ever
// had: so messages come late, twice, out of order, or never. A call that is refused changes nothing, and leads nowhere.
// For each message the target's light client hears the header of the proof, and forgets it again: as if it knew all
// headers and could be asked about any. That allows more than real clients do, and keeps apart what they heard from
// what chains did, without which there would be thousands of times as many worlds. They follow by DepthRule without
// confirmations, because checking work is cheaper than checking signatures.
//
// A history is what one chain went through, named by the hash of its last header; a world is one history of each chain.
// What a chain can do next depends on its own history and that of the witness alone, so it is computed once for each
// such pair: this is what makes visiting all worlds affordable.
// Not for more than one thread.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/block.h"
#include "core/cross_chain_spec.h"
#include "core/packet.h"
#include "node/contract.h"
#include "node/state_tree.h"

namespace bsn {

inline constexpr std::size_t model_chains = 3;
enum ModelChain : std::size_t { end_a, end_b, hub_h };

// Mistakes that are made on purpose, around the contracts, to see that they are found.
struct ModelFlaws {
  bool receipt_skipped = false;    // the destination forgets at once that it received
  bool late_by_one = false;        // received up to and with the time-out: `>` for `>=`
  bool commitment_kept = false;    // the source refunds, and still holds that the packet is under way
  bool absence_unchecked = false;  // the hub calls a packet timed out whatever the destination's receipt says
};

struct ModelSpec {
  ChannelRules rules;
  std::int64_t last_time = 3;  // clocks of the ends begin at 1 s and stop here
  ModelFlaws flaws{};
};

using HistoryId = std::uint32_t;
using ModelState = std::array<HistoryId, model_chains>;

class ModelWorld {
 public:
  explicit ModelWorld(const ModelSpec& spec);

  static const ChainName& name(std::size_t chain);

  // Sends a packet from a chain of this world. Sent ones are watched from then on.
  ModelState send(ModelState at, const Packet& packet);
  ModelState start() const { return start_; }

  // Every world that one block leads to.
  std::vector<ModelState> next(const ModelState& at);

  // The first invariant that does not hold here; empty: all do.
  std::string broken(const ModelState& at) const;
  // Whether every packet was acknowledged or refunded.
  bool finished(const ModelState& at) const;

  std::size_t histories() const { return histories_.size(); }
  std::uint64_t calls() const { return calls_; }

 private:
  // What came of a packet by the blocks of one history, as the outcomes of calls tell it: how often each.
  struct Seen {
    std::uint8_t taken_over = 0, hub_acknowledged = 0, hub_timed_out = 0;
    std::uint8_t received_ok = 0, received_error = 0, in_vain = 0;  // in_vain: received when its time-out had passed
    std::uint8_t acknowledged = 0, failed = 0;                      // failed: refunded, where there is something to
  };
  struct History {
    std::size_t chain = 0;
    HistoryId before = 0;  // itself: genesis
    StateTree state;
    BlockHeader header;
    Digest hash;
    std::vector<Seen> seen;  // by packet
    std::string broken;      // what does not hold within this chain
  };
  struct Message {
    std::string function;
    std::vector<std::string> args;
    std::size_t packet = 0;
  };

  HistoryId add(History history);
  // The history with one more block of these writes; the same one when nothing was written.
  HistoryId grow(HistoryId at, StateTree state, std::int64_t time, std::vector<Seen> seen);
  std::vector<HistoryId> ticked(HistoryId at);
  // What any message that `witness` or a state before it proves makes of `target`.
  const std::vector<HistoryId>& taught(HistoryId target, HistoryId witness);
  std::vector<HistoryId> taught_by_one(HistoryId target, HistoryId witness);
  std::vector<Message> messages(std::size_t target, History& witness) const;
  void messages_of(std::size_t target, std::size_t packet, History& witness, std::vector<Message>& out) const;
  void run(HistoryId target, const StateTree& informed, const Message& message, std::vector<HistoryId>& out);
  void spoil(const Message& message, StateTree& state) const;
  void count(const Message& message, const std::string& value, const BlockContext& block, Seen& seen) const;

  std::uint64_t on_its_way(const ModelState& at, std::size_t home) const;
  std::string broken_packet(const ModelState& at, std::size_t packet) const;

  ModelSpec spec_;
  std::vector<Packet> packets_;
  std::deque<History> histories_;
  std::map<Digest, HistoryId> by_hash_;
  std::unordered_map<std::uint64_t, std::vector<HistoryId>> taught_;
  ModelState start_{};
  std::uint64_t calls_ = 0;
};

}  // namespace bsn
