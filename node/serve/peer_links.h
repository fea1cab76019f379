// A city node's side of all peer links: holds each message for the WAN delay to its city, then hands everything that is
// due for one city to its stream at once. Owned by the node's loop; used by its thread only.
//
// Bound: 100,000 messages on the way; further ones are dropped, as a full router would.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/chain_spec.h"
#include "core/random.h"
#include "core/wan_model.h"
#include "loop/delay_line.h"
#include "node/serve/link_gate.h"
#include "node/serve/peer_stream.h"

namespace bsn {

class PeerLinks {
 public:
  // `wake` is called when next_wakeup() may have changed, though nothing here was called.
  PeerLinks(h2::Loop& loop, const NodeSpec& spec, const LinkGate& gate, std::function<void()> wake);

  // The cities of this node are others now: opens streams to those that are new and ends those to cities that are gone.
  void assign(const NodeSpec& spec);

  // Puts a message on its way. To a city that the node was not told of: dropped.
  void send(CityIndex to, v1::PeerMessage message, Instant now);

  // Hands over what is due; opens broken streams again.
  void advance_to(Instant now);
  std::optional<Instant> next_wakeup() const;

  // Ends all streams.
  void close() { links_.clear(); }

  // The gate has changed: forgets what waits for closed cities.
  void gate_changed();

 private:
  struct Link {
    LinkProfile profile;
    Random random{0};  // its own stream, by name
    std::unique_ptr<PeerStream> stream;
  };

  void look_after_streams(Instant now);

  void open(const NodeSpec& spec, const CitySpec& self, const CitySpec& city);

  h2::Loop& loop_;
  const LinkGate& gate_;
  std::function<void()> wake_;
  bool stream_broke_ = false;
  std::optional<Instant> next_retry_;  // the earliest of all streams, as of the last look
  std::map<CityIndex, Link> links_;
  DelayLine<CityIndex, v1::PeerMessage> delay_line_;
  std::vector<DelayLine<CityIndex, v1::PeerMessage>::Held> due_;
};

}  // namespace bsn
