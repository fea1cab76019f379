#include "edge/http_lane.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "edge/http_connection.h"
#include "edge/web_socket.h"

namespace bsn::edge {
namespace {

// What a browser asks before it lets a page call.
HttpResponse preflight() {
  HttpResponse allowed{http::status::no_content, 11};
  allowed.set(http::field::access_control_allow_methods, "GET, POST, OPTIONS");
  allowed.set(http::field::access_control_allow_headers,
              "content-type, x-api-key, x-bsn-origin, x-bsn-timeout, x-grpc-web, x-user-agent, grpc-timeout, "
              "traceparent");
  allowed.set(http::field::access_control_max_age, "86400");
  return allowed;
}

}  // namespace

HttpLane::HttpLane(h2::Loop& loop, const Sites& sites, const HttpBudgets& budgets, std::size_t share,
                   boost::asio::ssl::context* tls)
    : loop_(loop),
      sites_(sites),
      budgets_(budgets),
      most_(std::max<std::size_t>(1, budgets.connections / share)),
      most_handshakes_(std::max<std::size_t>(1, budgets.handshakes / share)),
      tls_(tls) {}

void HttpLane::add(boost::asio::ip::tcp::socket socket) {
  if (draining_ || !make_room()) return;  // closes the socket
  const auto connection = std::make_shared<HttpConnection>(*this, std::move(socket));
  connections_.insert(connection);
  if (tls_) connection->handshake = handshakes_.insert(handshakes_.end(), connection.get());
  if (handshakes_.size() > most_handshakes_) handshakes_.front()->close();
  connection->start();
}

bool HttpLane::make_room() {
  if (count() < most_) return true;
  const auto idle =
      std::find_if(connections_.begin(), connections_.end(), [](const auto& each) { return each->idle(); });
  if (idle == connections_.end()) return false;
  std::shared_ptr<HttpConnection>(*idle)->close();  // which takes it out of the set
  return true;
}

void HttpLane::serve(const std::shared_ptr<Exchange>& exchange) const {
  if (exchange->request().method() == http::verb::options) return exchange->respond(preflight());
  sites_.serve(exchange);
}

std::shared_ptr<SocketHandler> HttpLane::open(const HttpRequest& request) const {
  return draining_ ? nullptr : sites_.open(request, loop_);
}

void HttpLane::hands_shaken(HttpConnection& connection) {
  if (!connection.handshake) return;
  handshakes_.erase(*connection.handshake);
  connection.handshake.reset();
}

void HttpLane::remove(const std::shared_ptr<HttpConnection>& connection) {
  hands_shaken(*connection);
  connections_.erase(connection);
  tell_if_empty();
}

void HttpLane::remove(const std::shared_ptr<WebSocket>& socket) {
  sockets_.erase(socket);
  tell_if_empty();
}

void HttpLane::drain(std::function<void()> done) {
  draining_ = true;
  drained_ = std::move(done);
  for (const auto& connection : std::vector(connections_.begin(), connections_.end())) connection->drain();
  for (const auto& socket : std::vector(sockets_.begin(), sockets_.end())) socket->end();
  tell_if_empty();
}

void HttpLane::close_all() {
  draining_ = true;
  for (const auto& connection : std::vector(connections_.begin(), connections_.end())) connection->close();
  for (const auto& socket : std::vector(sockets_.begin(), sockets_.end())) socket->close();
}

void HttpLane::tell_if_empty() {
  if (draining_ && drained_ && count() == 0) std::exchange(drained_, nullptr)();
}

}  // namespace bsn::edge
