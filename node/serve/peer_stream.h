// The stream of peer messages to one other city node: opened with the first message, opened again when it broke.
//
// At most once, in order. What is sent in one go leaves as one message. Bounds: 1,024 messages or 16 MiB wait while the
// other side does not read; beyond that the oldest are dropped, as a network would; protocols send again. A stream that
// breaks is opened again after a back-off of 50 ms, doubled up to 1 s; what waits is kept, what was in flight is lost.
//
// Threads: the loop's.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/ids.h"
#include "core/time.h"
#include "h2/client_stream.h"
#include "proto/city_node.pb.h"

namespace bsn {

class PeerStream {
 public:
  // `on_broken`: the stream broke; time to ask for retry_at().
  PeerStream(h2::Loop& loop, CityIndex self, std::string address, std::function<void()> on_broken);

  // Ends the stream.
  ~PeerStream();
  PeerStream(const PeerStream&) = delete;
  PeerStream& operator=(const PeerStream&) = delete;

  void send(std::vector<v1::PeerMessage> messages, Instant now);

  // When advance_to has something to do: messages wait for the stream to be opened again, or for the other side to
  // read. nullopt: nothing waits.
  std::optional<Instant> retry_at() const;
  void advance_to(Instant now);

  // Forgets what waits.
  void clear();

  // How many messages were dropped at the bound.
  std::uint64_t dropped() const { return dropped_; }

 private:
  struct Waiting {
    v1::PeerMessage message;
    std::size_t bytes = 0;
  };

  void push(v1::PeerMessage message);
  void open(Instant now);
  void broke();
  void hand_over(Instant now);

  h2::Loop& loop_;
  const CityIndex self_;
  const std::string address_;
  const std::function<void()> on_broken_;
  std::shared_ptr<h2::ClientStream> stream_;  // nullptr: broken or never opened
  std::deque<Waiting> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::uint64_t dropped_ = 0;
  Instant opened_;
  Duration back_off_;
  Instant not_before_;  // the next attempt to open it, or to hand over what waits
};

}  // namespace bsn
