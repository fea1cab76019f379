// A part of what an HTTP server serves.
#pragma once

#include <memory>
#include <string>

#include "edge/exchange.h"

namespace bsn::edge {

class WebSocket;

// What is at the other end of a WebSocket. Everything on the socket's loop.
class SocketHandler {
 public:
  virtual ~SocketHandler() = default;
  virtual void on_open(WebSocket&) {}
  virtual void on_message(WebSocket&, std::string& text) = 0;
  virtual void on_sent(WebSocket&) {}  // all that was sent has left
  virtual void on_gone() = 0;          // nothing more is heard
};

class Site {
 public:
  virtual ~Site() = default;

  // Takes a request that is for this site, and answers it now or later. False: it is not.
  virtual bool serve(const std::shared_ptr<Exchange>& exchange) = 0;

  // Who takes a request to become a WebSocket; nullptr: nobody here.
  virtual std::shared_ptr<SocketHandler> open(const HttpRequest& /*request*/, h2::Loop& /*loop*/) { return nullptr; }

  // No new work that outlives a request; what there is ends soon.
  virtual void drain() {}
};

}  // namespace bsn::edge
