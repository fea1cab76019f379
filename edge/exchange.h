// One HTTP request and its answer, as whoever serves it sees them, whatever carries it: a connection of HTTP/1.1
// (http_connection.h) or a stream of HTTP/2 (h2_exchange.h).
//
// Answered whole by respond(), or in parts by begin(), write() ... and end(). Exactly one answer; when the client is
// gone all of these do nothing. Threads: everything on its loop.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "edge/http.h"
#include "h2/loop.h"

namespace bsn::edge {

// Brings an answer to its client. Called in the order of an answer.
class ExchangeCarrier {
 public:
  virtual ~ExchangeCarrier() = default;
  virtual void respond(HttpResponse whole) = 0;
  virtual void begin(HttpResponse head) = 0;
  virtual void write(std::string_view part) = 0;
  virtual void end() = 0;
  virtual std::size_t unsent() const = 0;
};

class Exchange final : public std::enable_shared_from_this<Exchange> {
 public:
  // Hears what happens to an exchange that is not answered yet.
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void on_gone() = 0;  // the client is; nothing more is heard
    virtual void on_sent() {}    // all that was written has left: room for more
  };

  // The carrier lives until the answer has ended or gone() was called.
  Exchange(h2::Loop& loop, std::string peer, ExchangeCarrier& carrier, HttpRequest request)
      : loop_(loop), peer_(std::move(peer)), carrier_(&carrier), request_(std::move(request)) {}

  const HttpRequest& request() const { return request_; }
  h2::Loop& loop() const { return loop_; }
  const std::string& peer() const { return peer_; }

  void listen(std::shared_ptr<Listener> listener) { listener_ = std::move(listener); }

  void respond(HttpResponse whole);

  void begin(HttpResponse head);  // its body is ignored
  void write(std::string_view part);
  void end();

  bool open() const { return carrier_ != nullptr; }
  std::size_t unsent() const { return carrier_ ? carrier_->unsent() : 0; }

  // ---- for the carrier ----
  void gone();  // the client is
  void sent();  // all that was written has left

 private:
  h2::Loop& loop_;
  const std::string peer_;
  ExchangeCarrier* carrier_;  // nullptr: answered, or the client is gone
  HttpRequest request_;
  std::shared_ptr<Listener> listener_;
};

}  // namespace bsn::edge
