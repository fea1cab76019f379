// One gRPC call as its handler sees it, whatever brings it: a stream of HTTP/2 (stream_call.h) or a carrier of another
// protocol.
//
// Threads: everything on its loop. The object outlives the call for whoever holds it; then sending and finishing do
// nothing.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "h2/metadata.h"
#include "h2/methods.h"
#include "h2/outcome.h"

namespace bsn::h2 {

class Loop;

class Call : public std::enable_shared_from_this<Call> {
 public:
  explicit Call(Loop& loop) : loop_(loop) {}
  virtual ~Call() = default;
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // "/package.Service/Method".
  virtual const std::string& path() const = 0;

  virtual const Metadata& metadata() const = 0;

  // How long the client waits, counted from when the call came; nullopt: no deadline.
  virtual std::optional<std::chrono::nanoseconds> timeout() const = 0;

  // "127.0.0.1:40001" or "[::1]:40001".
  virtual const std::string& peer() const = 0;

  // Who calls, as the carrier has verified it, in words that the carrier and the handler share; empty: nothing was. No
  // byte of it comes from outside of the process.
  virtual std::string_view vouched() const { return {}; }

  Loop& loop() const { return loop_; }

  // Sends a message.
  virtual void send(std::string_view message) = 0;

  // Ends the call after what was sent. Of several, the first counts.
  virtual void finish(const Outcome& outcome) = 0;

  // Whether the client still waits for the end.
  virtual bool open() const = 0;

  // Bytes that were sent but are still here, because the client reads slowly. A handler that streams stops above a
  // bound of its own and goes on in on_sent.
  virtual std::size_t unsent() const = 0;

  // No more messages until resume(): the client feels it.
  virtual void pause() = 0;
  virtual void resume() = 0;

  // The handler's own number of this call.
  std::uint64_t tag = 0;

 private:
  Loop& loop_;
};

}  // namespace bsn::h2
