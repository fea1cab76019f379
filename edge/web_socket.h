// One WebSocket (RFC 6455) of text messages; binary ones are taken as text.
//
// Limits: HttpBudgets; a client that does not answer pings for long, or does not read, is closed. Threads: its loop's
// only.
#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>
#include <memory>
#include <string>

#include "edge/http.h"
#include "edge/http_lane.h"
#include "edge/stream.h"

namespace bsn::edge {

class WebSocket final : public std::enable_shared_from_this<WebSocket> {
 public:
  WebSocket(HttpLane& lane, Stream stream, std::shared_ptr<SocketHandler> handler);

  // Answers the request to become a WebSocket, then reads.
  void accept(HttpRequest request);

  void send(std::string text);
  std::size_t unsent() const { return unsent_; }
  h2::Loop& loop() const { return lane_.loop(); }

  // By the closing handshake, or at once.
  void end();
  void close();

 private:
  using Failed = boost::system::error_code;

  void read();
  void write();
  void gone();

  HttpLane& lane_;
  boost::beast::websocket::stream<Stream> stream_;
  std::shared_ptr<SocketHandler> handler_;  // nullptr: it has heard that this is over
  HttpRequest request_;
  boost::beast::flat_buffer buffer_;
  std::deque<std::string> out_;  // the first is being written
  std::size_t unsent_ = 0;
  bool ending_ = false;
};

}  // namespace bsn::edge
