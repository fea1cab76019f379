#include "edge/exchange.h"

#include <fmt/format.h>

#include <sstream>
#include <utility>

#include "edge/http_connection.h"

namespace bsn::edge {
namespace {

// Browsers may call from any page: whoever calls is known by a key that the page must have, never by a cookie.
void allow_other_origins(HttpResponse& response) {
  response.set(http::field::access_control_allow_origin, "*");
  response.set(http::field::access_control_expose_headers,
               "retry-after, bsn-reason, grpc-status, grpc-message, grpc-status-details-bin");
}

std::string head_of(const HttpResponse& response) {
  std::ostringstream text;
  text << response.base();
  return std::move(text).str();
}

}  // namespace

Exchange::Exchange(HttpConnection& connection, HttpRequest request)
    : loop_(connection.loop_), peer_(connection.peer_), connection_(&connection), request_(std::move(request)) {}

void Exchange::respond(HttpResponse whole) {
  if (!connection_) return;
  HttpConnection& connection = *std::exchange(connection_, nullptr);
  listener_.reset();
  allow_other_origins(whole);
  whole.version(request_.version());
  whole.keep_alive(connection.keep_alive_);
  whole.prepare_payload();
  connection.send(head_of(whole) + whole.body(), true);
}

void Exchange::begin(HttpResponse head) {
  if (!connection_) return;
  allow_other_origins(head);
  chunked_ = request_.version() >= 11;  // before that, the answer ends with the connection
  connection_->keep_alive_ &= chunked_;
  head.version(request_.version());
  head.keep_alive(connection_->keep_alive_);
  head.chunked(chunked_);
  connection_->send(head_of(head), false);
}

void Exchange::write(std::string_view part) {
  if (!connection_ || part.empty()) return;
  if (!chunked_) return connection_->send(part, false);
  connection_->send(fmt::format("{:x}\r\n{}\r\n", part.size(), part), false);
}

void Exchange::end() {
  if (!connection_) return;
  HttpConnection& connection = *std::exchange(connection_, nullptr);
  listener_.reset();
  connection.send(chunked_ ? "0\r\n\r\n" : "", true);
}

std::size_t Exchange::unsent() const {
  return connection_ ? connection_->out_.size() + connection_->writing_.size() : 0;
}

void Exchange::gone() {
  if (!std::exchange(connection_, nullptr)) return;
  if (const auto listener = std::exchange(listener_, nullptr)) listener->on_gone();
}

}  // namespace bsn::edge
