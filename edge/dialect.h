// The seam for the languages in which clients of the real networks speak: a dialect turns their requests into calls of
// the gateway and what comes back into their answers. A dialect is a file (or folder) of its own and a line in
// dialects.cpp.
//
// Threads: a dialect lives on one loop, its home; everything below is called there, and `done` by it there.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/call.h"
#include "edge/caller.h"
#include "edge/gateway_door.h"
#include "h2/loop.h"
#include "h2/methods.h"

namespace bsn::edge {

// The answer to one request over HTTP, or to one message over a WebSocket (which has no status).
struct DialectAnswer {
  unsigned status = 200;
  std::string body;
  Duration retry_after{};
};

// Whom a dialect may send news to that nobody asked for each time: a client's WebSocket. From any thread.
class Subscriber {
 public:
  virtual ~Subscriber() = default;
  virtual void push(std::string text) = 0;
};

struct DialectRequest {
  Caller caller;  // whose key has been found, nothing more
  std::string body;
  std::weak_ptr<Subscriber> subscriber;  // empty: the request came by plain HTTP
};

class Dialect {
 public:
  using Done = std::function<void(DialectAnswer)>;
  virtual ~Dialect() = default;

  // `done` is called once, now or later.
  virtual void answer(DialectRequest request, Done done) = 0;

  // A refusal that was decided before the dialect saw the request, in its form.
  virtual DialectAnswer refuse(const Reply& refused) const = 0;

  // No new work that outlives a request.
  virtual void drain() = 0;
};

// What a dialect stands on. All outlive it.
struct DialectPlace {
  NativeChain chain;
  const GatewayDoor& door;
  const h2::Methods& methods;
  h2::Loop& home;
};

// nullptr: there is no such dialect.
std::unique_ptr<Dialect> make_dialect(const DialectPlace& place);

}  // namespace bsn::edge
