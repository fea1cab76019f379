#include "edge/web_socket.h"

#include <boost/beast/core/buffers_to_string.hpp>
#include <utility>

namespace bsn::edge {

namespace websocket = boost::beast::websocket;

WebSocket::WebSocket(HttpLane& lane, Stream stream, std::shared_ptr<SocketHandler> handler)
    : lane_(lane), stream_(std::move(stream)), handler_(std::move(handler)) {
  stream_.next_layer().next_layer().expires_never();  // the WebSocket has limits of time of its own
  websocket::stream_base::timeout limits = websocket::stream_base::timeout::suggested(boost::beast::role_type::server);
  limits.handshake_timeout = lane_.budgets().head;
  limits.idle_timeout = lane_.budgets().idle;
  limits.keep_alive_pings = true;
  stream_.set_option(limits);
  stream_.read_message_max(lane_.budgets().body_bytes);
}

void WebSocket::accept(HttpRequest request) {
  request_ = std::move(request);
  stream_.async_accept(request_, [self = shared_from_this()](const Failed& failed) {
    self->request_ = {};
    if (failed || !self->handler_) return self->gone();
    const auto handler = self->handler_;
    handler->on_open(*self);
    self->read();
  });
}

void WebSocket::read() {
  if (!handler_) return;
  stream_.async_read(buffer_, [self = shared_from_this()](const Failed& failed, std::size_t) {
    if (failed || !self->handler_) return self->gone();
    std::string text = boost::beast::buffers_to_string(self->buffer_.data());
    self->buffer_.clear();
    const auto handler = self->handler_;
    handler->on_message(*self, text);
    self->read();
  });
}

void WebSocket::send(std::string text) {
  if (!handler_ || ending_) return;
  unsent_ += text.size();
  if (unsent_ > lane_.budgets().unsent_bytes) return close();
  out_.push_back(std::move(text));
  if (out_.size() == 1) write();
}

void WebSocket::write() {
  stream_.text(true);
  stream_.async_write(boost::asio::buffer(out_.front()),
                      [self = shared_from_this()](const Failed& failed, std::size_t) {
                        if (failed || self->out_.empty()) return self->gone();
                        self->unsent_ -= self->out_.front().size();
                        self->out_.pop_front();
                        if (!self->out_.empty()) return self->write();
                        if (const auto handler = self->handler_) handler->on_sent(*self);
                      });
}

void WebSocket::end() {
  if (std::exchange(ending_, true) || !handler_) return;
  stream_.async_close(websocket::close_code::going_away, [self = shared_from_this()](const Failed&) { self->gone(); });
}

void WebSocket::close() {
  stream_.next_layer().next_layer().close();
  gone();
}

void WebSocket::gone() {
  const auto handler = std::exchange(handler_, nullptr);
  if (!handler) return;
  stream_.next_layer().next_layer().close();
  handler->on_gone();
  lane_.remove(shared_from_this());
}

}  // namespace bsn::edge
