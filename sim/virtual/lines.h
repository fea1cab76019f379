// The lines that cities send over: when a message has left its sender's.
//
// A line carries one message after the other: each takes its bytes by the lower of the sender's upload and the
// receiver's download rate. A message that fits one packet slips in between the packets of longer ones, as it does over
// a connection of its own: it takes its own time and waits for nobody. Receivers' lines are a rate only, no queue.
//
// Bound: what would wait longer than queue_max is lost, as when a socket's buffer is full; peers ask again.
// With one_at_a_time the next message leaves when the one before has arrived.
//
// Cost: a comparison or two where neither end has a limit. Memory: 48 bytes per city, none without limits. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/peer_message.h"
#include "core/random.h"
#include "sim/topology.h"

namespace bsn {

class Lines {
 public:
  static constexpr std::uint64_t packet_bytes = 1500;  // of Ethernet
  static constexpr Duration queue_max = seconds(60);

  Lines(const Topology& topology, std::uint64_t seed);

  bool limited() const { return !lines_.empty(); }

  // When the message has left the line of `from` for `to`; nullopt: lost, the queue is full. `way` tells the delay
  // between two cities without chance. `now` never decreases.
  using Way = std::function<Duration(CityIndex from, CityIndex to)>;
  std::optional<Instant> departure(CityIndex from, CityIndex to, ChainIndex chain, const PeerMessage& message,
                                   Instant now, const Way& way);

  // Lost so far because a queue was full.
  std::uint64_t lost() const { return lost_; }

 private:
  struct Sender {
    Line line;
    Instant free;
    Random random;
  };
  // What goes over the line for one message, after the other where it is two.
  struct Transfer {
    std::uint64_t bytes = 0;
    std::uint64_t missing = 0;  // asked for afterwards; 0: nothing
  };

  Duration time_of(const Sender& from, CityIndex to, std::uint64_t bytes) const;
  Transfer transfer_of(Sender& from, ChainIndex chain, const PeerMessage& message) const;

  std::vector<Sender> lines_;         // by CityIndex; empty: no line has a limit
  std::vector<BlockWeight> weights_;  // by ChainIndex; of chains that came later: nothing
  std::uint64_t lost_ = 0;
};

}  // namespace bsn
