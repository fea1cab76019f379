// One HTTP request and its answer, as whoever serves it sees them.
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

class HttpConnection;

class Exchange final : public std::enable_shared_from_this<Exchange> {
 public:
  // Hears what happens to an exchange that is not answered yet.
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void on_gone() = 0;  // the client is; nothing more is heard
    virtual void on_sent() {}    // all that was written has left: room for more
  };

  Exchange(HttpConnection& connection, HttpRequest request);

  const HttpRequest& request() const { return request_; }
  h2::Loop& loop() const { return loop_; }
  const std::string& peer() const { return peer_; }

  void listen(std::shared_ptr<Listener> listener) { listener_ = std::move(listener); }

  void respond(HttpResponse whole);

  void begin(HttpResponse head);  // its body is ignored
  void write(std::string_view part);
  void end();

  bool open() const { return connection_ != nullptr; }
  std::size_t unsent() const;

 private:
  friend class HttpConnection;

  void gone();

  h2::Loop& loop_;
  const std::string peer_;
  HttpConnection* connection_;  // nullptr: answered, or the client is gone
  HttpRequest request_;
  std::shared_ptr<Listener> listener_;
  bool chunked_ = false;
};

}  // namespace bsn::edge
