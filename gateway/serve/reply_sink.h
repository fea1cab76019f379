// Where the answers to calls go that came together: one stream of a client, or all unary calls on one loop.
//
// Threads: everything here is called by the gateway's loop only.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "core/call.h"

namespace bsn {

class ReplySink {
 public:
  virtual ~ReplySink() = default;

  // One answer; `client_id` is the client's number of the call. Each call gets one, unless its client is gone.
  virtual void deliver(std::uint64_t client_id, Reply&& reply) = 0;

  // The turn in which something was delivered ends: send it now.
  virtual void flush() = 0;

  // The client is gone and its open calls have been dropped.
  virtual void abandoned() = 0;

 private:
  friend class GatewayFront;
  std::unordered_map<std::uint64_t, std::uint64_t> open_;  // its open calls: client's number -> CallId
};

}  // namespace bsn
