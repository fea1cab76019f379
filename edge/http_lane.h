// The HTTP connections of one loop, and what they serve.
//
// Threads: the loop's only.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <functional>
#include <list>
#include <memory>
#include <set>

#include "edge/http_budgets.h"
#include "edge/sites.h"
#include "h2/loop.h"

namespace bsn::edge {

class HttpConnection;
class WebSocket;

class HttpLane {
 public:
  // `share`: of the budgets in all, one of so many parts is this lane's. `tls`: nullptr: in the clear.
  HttpLane(h2::Loop& loop, const Sites& sites, const HttpBudgets& budgets, std::size_t share,
           boost::asio::ssl::context* tls);

  h2::Loop& loop() const { return loop_; }
  const HttpBudgets& budgets() const { return budgets_; }
  boost::asio::ssl::context* tls() const { return tls_; }

  void add(boost::asio::ip::tcp::socket socket);

  void serve(const std::shared_ptr<Exchange>& exchange) const;
  std::shared_ptr<SocketHandler> open(const HttpRequest& request) const;

  void add(const std::shared_ptr<WebSocket>& socket) { sockets_.insert(socket); }
  void hands_shaken(HttpConnection& connection);
  void remove(const std::shared_ptr<HttpConnection>& connection);
  void remove(const std::shared_ptr<WebSocket>& socket);

  // No new connections and requests; `done` is called when none is left.
  void drain(std::function<void()> done);
  void close_all();

  std::size_t count() const { return connections_.size() + sockets_.size(); }

 private:
  bool make_room();
  void tell_if_empty();

  h2::Loop& loop_;
  const Sites& sites_;
  const HttpBudgets& budgets_;
  const std::size_t most_, most_handshakes_;
  boost::asio::ssl::context* const tls_;
  std::set<std::shared_ptr<HttpConnection>> connections_;  // no order matters
  std::set<std::shared_ptr<WebSocket>> sockets_;
  std::list<HttpConnection*> handshakes_;  // half-done ones of TLS, the oldest first
  std::function<void()> drained_;
  bool draining_ = false;
};

}  // namespace bsn::edge
