// The stream of peer messages to one other city node: opened with the first message, opened again when it broke.
//
// At most once, in order. What gathers while a write is in flight goes with the next one. Bounds: 1,024 messages or 16
// MiB wait; beyond that the oldest are dropped, as a network would; protocols send again. A stream that breaks is
// opened again after a back-off of 50 ms, doubled up to 1 s; what waits is kept, what was in flight is lost.
//
// Threads: the loop calls the public functions; gRPC's threads run the reactions.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/ids.h"
#include "core/time.h"
#include "proto/city_node.pb.h"

namespace bsn {

class PeerStream {
 public:
  // `on_broken` is called from another thread when the stream broke: time to ask for retry_at().
  PeerStream(CityIndex self, std::string address, std::function<void()> on_broken);

  // Ends the stream; returns when nothing of it runs any more.
  ~PeerStream();
  PeerStream(const PeerStream&) = delete;
  PeerStream& operator=(const PeerStream&) = delete;

  void send(std::vector<v1::PeerMessage> messages, Instant now);

  // When advance_to has something to do: messages wait and the stream is to be opened again. nullopt: nothing.
  std::optional<Instant> retry_at() const;
  void advance_to(Instant now);

  // Forgets what waits.
  void clear();

  // How many messages were dropped at the bound.
  std::uint64_t dropped() const;

 private:
  struct State;
  class Connection;

  std::shared_ptr<State> state_;
};

}  // namespace bsn
