// The bytes of an HTTP connection: TCP, or TLS over it. To Boost.Beast it is a stream like any other.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <memory>
#include <utility>
#include <variant>

namespace bsn::edge {

class Stream {
 public:
  using Tcp = boost::beast::tcp_stream;
  using Secure = boost::asio::ssl::stream<Tcp>;
  using next_layer_type = Tcp;
  using executor_type = Tcp::executor_type;

  // `tls`: nullptr: in the clear. Else it outlives the stream.
  Stream(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context* tls)
      : layer_(tls ? Layer(std::in_place_type<Secure>, Tcp(std::move(socket)), *tls)
                   : Layer(std::in_place_type<Tcp>, std::move(socket))) {}

  bool secure() const { return std::holds_alternative<Secure>(layer_); }

  // Calls handler(failed). Precondition: secure().
  template <class Handler>
  void async_handshake(Handler&& handler) {
    std::get<Secure>(layer_).async_handshake(Secure::server, std::forward<Handler>(handler));
  }

  // ---- what Beast asks of a stream ----

  executor_type get_executor() { return next_layer().get_executor(); }

  Tcp& next_layer() {
    Secure* secure = std::get_if<Secure>(&layer_);
    return secure ? secure->next_layer() : std::get<Tcp>(layer_);
  }

  template <class Buffers, class Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    std::visit([&](auto& layer) { layer.async_read_some(buffers, std::forward<Handler>(handler)); }, layer_);
  }

  template <class Buffers, class Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    std::visit([&](auto& layer) { layer.async_write_some(buffers, std::forward<Handler>(handler)); }, layer_);
  }

 private:
  using Layer = std::variant<Tcp, Secure>;
  Layer layer_;
};

// How a WebSocket ends what carries it. TLS is not asked for its goodbye: the WebSocket has said it.
template <class Handler>
void async_teardown(boost::beast::role_type role, Stream& stream, Handler&& handler) {
  using boost::beast::websocket::async_teardown;
  async_teardown(role, stream.next_layer(), std::forward<Handler>(handler));
}

}  // namespace bsn::edge
