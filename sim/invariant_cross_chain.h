// Judges cross-chain packets over the final blocks of all chains of a run: PKT, 2PATH, CONS, and how much is under way.
//
// It follows every packet from the calls in the blocks, believing no proof and no contract, and after each block of an
// end compares what the chain really holds with what the packets say:
//   PKT    a packet is sent once, received at most once, and then acknowledged or refunded, never both received and
//          refunded
//   2PATH  no hub takes over a packet twice, and none that another hub took over
//   CONS   escrow of A for (hub, B) = vouchers on B for A's coin by that hub + on its way there + on its way back
// Blocks of one chain come in order; those of different chains in the order in which they became final, so that what
// one chain learnt from another was seen before. Memory: one entry per packet that is not finished.
// Not for more than one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/block.h"
#include "core/packet.h"
#include "core/packet_event.h"
#include "sim/histogram.h"
#include "sim/invariant_verdict.h"
#include "sim/report.h"

namespace bsn {

// What a chain holds after the block that is judged: in escrow for (hub, other), in vouchers of (hub, asset).
struct HeldValue {
  std::function<std::uint64_t(const ChainName& hub, const ChainName& other)> escrow;
  std::function<std::uint64_t(const ChainName& hub, const ChainName& asset)> vouchers;
};

struct PacketCounts {
  std::uint64_t sent = 0, received = 0, failed = 0, refunded = 0, finished = 0;
  std::uint64_t under_way = 0;  // sent and not finished
  std::uint64_t stuck = 0;      // failed on a lane without acknowledgements: the value stays in escrow
};

// The steps of a packet that were finished, each with how long it took.
struct PacketLegs {
  Histogram to_hub;          // sent -> taken over by the hub
  Histogram to_destination;  // taken over -> received
  Histogram back_to_hub;     // received -> the hub knows the outcome
  Histogram back_to_source;  // the hub knows -> the source does
  Histogram there;           // sent -> received
  Histogram there_and_back;  // sent -> the source knows the outcome
};

// Whole ways of packets, each beside the finality times of the chains on it.
struct PacketWay {
  Histogram time;      // since the block that sent it
  Histogram expected;  // the sum of the finality times
  Histogram over;      // time / expected; 1 stands as one second
};

class CrossChainJudge {
 public:
  // The hubs whose outcomes come back; packets of the others are finished when they are received.
  explicit CrossChainJudge(std::set<ChainName> acknowledging_hubs) : acknowledging_(std::move(acknowledging_hubs)) {}
  CrossChainJudge(const CrossChainJudge&) = delete;  // lanes point to values

  // The seconds of the report count from here. Before the first packet.
  void begin(Instant start) { start_ = start; }

  // How long a write takes to be final, by chain: what packets' ways are compared with. Without, none are.
  void expect(std::map<ChainName, Duration> finality) { finality_ = std::move(finality); }

  // A block became final now.
  void saw(Instant now, const ChainName& chain, const Block& block, const HeldValue& held);

  // How long the steps of packets took, from one chain's final block to the next one's.
  const PacketLegs& legs() const { return legs_; }
  const PacketWay& way_there() const { return there_; }              // to the destination
  const PacketWay& way_there_and_back() const { return and_back_; }  // until the source knows the outcome

  const PacketCounts& counts() const { return counts_; }

  // Why packets did not do at their destination what they asked for; beyond most_reasons all others are one.
  const std::map<std::string, std::uint64_t>& failures() const { return failures_; }
  static constexpr std::size_t most_reasons = 32;

  // Memory: 16 bytes for each second.
  const PacketSeconds& seconds() const { return seconds_; }
  std::vector<InvariantReport> reports() const { return {packets_.report(), paths_.report(), conservation_.report()}; }
  bool broken() const { return packets_.broken() || paths_.broken() || conservation_.broken(); }

 private:
  enum class State : std::uint8_t { sent, received_ok, received_error };
  struct Value;
  struct Open {
    std::string bytes;       // of the packet
    Value* value = nullptr;  // that it carries a part of; nullptr: it carries none
    bool out = false;        // away from the coin's home
    std::uint64_t amount = 0;
    State state = State::sent;
    bool taken_over = false;
    Instant sent{}, at_hub{}, at_destination{}, known_at_hub{};
    Instant begun{};  // time of the block that sent it
  };
  // What is between a chain, by way of a hub, and the other chain that has its vouchers.
  struct Channel {
    ChainName home, hub, other;
    auto operator<=>(const Channel&) const = default;
  };
  struct Value {
    Channel channel;
    std::uint64_t escrow = 0, vouchers = 0;  // as last seen
    std::uint64_t out = 0, back = 0;         // on its way
  };
  using Touched = std::vector<Value*>;  // each once
  struct Lane {
    std::uint64_t sent = 0;
    std::map<std::uint64_t, Open> open;  // by sequence
    // What its transfers change, found once: the value of the source's coin, and of the destination's going home; what
    // the two ends are to be compared by.
    Value *of_source = nullptr, *of_destination = nullptr;
    Touched *source = nullptr, *destination = nullptr;
  };
  struct LaneHash {  // of lanes that are looked up, never walked
    std::size_t operator()(const PacketLane& lane) const;
  };
  Lane& lane(const PacketLane& name);

  // Block time: of the block that is judged, of `chain`.
  void saw_event(const ChainName& chain, const PacketEvent& event, Instant block_time);
  void sent(const PacketEvent& event, Lane& lane, Instant block_time);
  void taken_over(const ChainName& hub, const PacketEvent& event, Lane& lane);
  void outcome_at_hub(const PacketEvent& event, Lane& lane);
  void received(const ChainName& chain, const PacketEvent& event, Lane& lane);
  void ended(const PacketEvent& event, Lane& lane);
  void count_failure(std::string why);
  Duration finality(const ChainName& chain) const;
  void note_way(const Open& packet, Duration expected, PacketWay& way) const;
  void count_second(std::vector<std::uint64_t>& series);
  void finish(Lane& lane, std::map<std::uint64_t, Open>::iterator at);

  // Notes what value a packet of this lane carries.
  void weigh(Lane& lane, const Packet& packet, Open& open);
  // Where that counts as on its way, to be compared when the next blocks of both ends come; nullptr: it carries none.
  std::uint64_t* under_way(Lane& lane, const Open& packet);
  Value& value_of(const ChainName& home, const ChainName& hub, const ChainName& other);
  void compare(const ChainName& chain, const HeldValue& held);

  std::set<ChainName> acknowledging_;
  std::unordered_map<PacketLane, Lane, LaneHash> lanes_;
  std::pair<const PacketLane, Lane>* last_lane_ = nullptr;  // events of one lane come one after the other
  std::map<Channel, Value> values_;
  std::map<ChainName, Touched> touched_;  // since the chain's value was last compared, by chain
  Verdict packets_{"PKT"}, paths_{"2PATH"}, conservation_{"CONS"};
  PacketCounts counts_;
  PacketLegs legs_;
  std::map<ChainName, Duration> finality_;
  PacketWay there_, and_back_;
  std::map<std::string, std::uint64_t> failures_;
  PacketSeconds seconds_;
  Instant start_, now_;
};

}  // namespace bsn
