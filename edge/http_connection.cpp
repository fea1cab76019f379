#include "edge/http_connection.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <sstream>
#include <utility>

#include "edge/json_error.h"
#include "edge/web_socket.h"
#include "h2/address.h"

namespace bsn::edge {
namespace {

namespace beast = boost::beast;
constexpr std::size_t read_bytes = 8 * 1024;

std::string peer_of(const boost::asio::ip::tcp::socket& socket) {
  boost::system::error_code gone;
  const auto endpoint = socket.remote_endpoint(gone);
  return gone ? "" : h2::text_of(endpoint);
}

bool is_continue_expected(const HttpRequest& request) {
  return request.version() >= 11 && beast::iequals(request[http::field::expect], "100-continue");
}

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

HttpConnection::HttpConnection(HttpLane& lane, boost::asio::ip::tcp::socket socket)
    : lane_(lane),
      loop_(lane.loop()),
      stream_(std::move(socket), lane.tls()),
      peer_(peer_of(stream_.next_layer().socket())) {
  boost::system::error_code ignored;
  stream_.next_layer().socket().set_option(boost::asio::ip::tcp::no_delay(true), ignored);
}

void HttpConnection::drain() {
  keep_alive_ = false;
  if (idle_) close();
}

void HttpConnection::close() {
  if (std::exchange(closed_, true)) return;
  boost::system::error_code ignored;
  stream_.next_layer().socket().shutdown(boost::asio::ip::tcp::socket::shutdown_both, ignored);
  stream_.next_layer().close();
  if (const auto exchange = std::exchange(exchange_, nullptr)) exchange->gone();
  lane_.remove(shared_from_this());
}

// ---- from the client ----

void HttpConnection::start() {
  if (!stream_.secure()) return await_request();
  stream_.next_layer().expires_after(lane_.budgets().handshake);
  stream_.async_handshake([self = shared_from_this()](const Failed& failed) { self->handshaken(failed); });
}

// Whoever speaks HTTP in the clear is told, in the clear, what is wanted here.
void HttpConnection::handshaken(const Failed& failed) {
  lane_.hands_shaken(*this);
  if (!failed) return await_request();
  const bool in_the_clear = failed.category() == boost::asio::error::get_ssl_category() &&
                            ERR_GET_REASON(static_cast<unsigned long>(failed.value())) == SSL_R_HTTP_REQUEST;
  if (closed_ || !in_the_clear) return close();
  static constexpr std::string_view wrong =
      "HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\n"
      "this address takes HTTPS only\n";
  boost::asio::async_write(stream_.next_layer(), boost::asio::buffer(wrong),
                           [self = shared_from_this()](const Failed&, std::size_t) { self->close(); });
}

// The first byte may let itself be waited for; from then on the request must come in time.
void HttpConnection::await_request() {
  if (closed_) return;
  if (buffer_.size() > 0) return read_head();
  idle_ = true;
  stream_.next_layer().expires_after(lane_.budgets().idle);
  stream_.async_read_some(buffer_.prepare(read_bytes),
                          [self = shared_from_this()](const Failed& failed, std::size_t count) {
                            if (failed) return self->close();
                            self->buffer_.commit(count);
                            self->read_head();
                          });
}

void HttpConnection::read_head() {
  idle_ = false;
  parser_.emplace();
  parser_->header_limit(lane_.budgets().head_bytes);
  parser_->body_limit(lane_.budgets().body_bytes);
  stream_.next_layer().expires_after(lane_.budgets().head);
  http::async_read_header(stream_, buffer_, *parser_,
                          [self = shared_from_this()](const Failed& failed, std::size_t) { self->head_came(failed); });
}

void HttpConnection::head_came(const Failed& failed) {
  if (failed) return refuse(failed);
  if (parser_->is_done() || !is_continue_expected(parser_->get())) return read_body();
  static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  boost::asio::async_write(stream_, boost::asio::buffer(go_on),
                           [self = shared_from_this()](const Failed& unwritten, std::size_t) {
                             if (unwritten) return self->close();
                             self->read_body();
                           });
}

void HttpConnection::read_body() {
  stream_.next_layer().expires_after(lane_.budgets().body);
  http::async_read(stream_, buffer_, *parser_,
                   [self = shared_from_this()](const Failed& failed, std::size_t) { self->body_came(failed); });
}

void HttpConnection::body_came(const Failed& failed) {
  if (failed) return refuse(failed);
  stream_.next_layer().expires_never();
  keep_alive_ &= parser_->get().keep_alive();
  serve();
}

// What is no request gets an answer if it can be told, and the connection ends: where the next one begins is unknown.
void HttpConnection::refuse(const Failed& failed) {
  if (closed_) return;
  unsigned status = 400;
  if (failed == http::error::header_limit) status = 431;
  if (failed == http::error::body_limit) status = 413;
  if (failed == beast::error::timeout || failed.category() != make_error_code(http::error::header_limit).category()) {
    return close();
  }
  if (failed == http::error::end_of_stream || failed == http::error::partial_message) return close();
  keep_alive_ = false;
  exchange_ = std::make_shared<Exchange>(loop_, peer_, *this, HttpRequest());
  exchange_->respond(json_error(status, {h2::Code::invalid_argument, "this is no request: " + failed.message()}));
}

void HttpConnection::serve() {
  HttpRequest request = parser_->release();
  if (beast::websocket::is_upgrade(request)) {
    if (auto handler = lane_.open(request)) {
      const auto socket = std::make_shared<WebSocket>(lane_, std::move(stream_), std::move(handler));
      closed_ = true;
      lane_.add(socket);
      lane_.remove(shared_from_this());
      return socket->accept(std::move(request));
    }
  }
  answered_ = false;
  exchange_ = std::make_shared<Exchange>(loop_, peer_, *this, std::move(request));
  watch_for_end();
  lane_.serve(exchange_);
}

// While a request is served nothing is read; whether the client is still there is only looked at. A client that has
// closed its side counts as gone, as with other servers.
void HttpConnection::watch_for_end() {
  if (std::exchange(watching_, true)) return;
  stream_.next_layer().socket().async_wait(
      boost::asio::ip::tcp::socket::wait_read, [self = shared_from_this()](const Failed& failed) {
        self->watching_ = false;
        if (failed || self->closed_ || !self->exchange_ || !self->exchange_->open()) return;
        char next = 0;
        const auto got = ::recv(self->stream_.next_layer().socket().native_handle(), &next, 1, MSG_PEEK | MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK)) self->close();
      });
}

// ---- to the client ----

void HttpConnection::respond(HttpResponse whole) {
  allow_other_origins(whole);
  whole.version(exchange_->request().version());
  whole.keep_alive(keep_alive_);
  whole.prepare_payload();
  send(head_of(whole) + whole.body(), true);
}

void HttpConnection::begin(HttpResponse head) {
  allow_other_origins(head);
  chunked_ = exchange_->request().version() >= 11;  // before that, the answer ends with the connection
  keep_alive_ &= chunked_;
  head.version(exchange_->request().version());
  head.keep_alive(keep_alive_);
  head.chunked(chunked_);
  send(head_of(head), false);
}

void HttpConnection::write(std::string_view part) {
  if (!chunked_) return send(part, false);
  send(fmt::format("{:x}\r\n{}\r\n", part.size(), part), false);
}

void HttpConnection::end() { send(chunked_ ? "0\r\n\r\n" : "", true); }

void HttpConnection::send(std::string_view bytes, bool last) {
  if (closed_) return;
  out_.append(bytes);
  answered_ |= last;
  if (out_.size() > lane_.budgets().unsent_bytes && !writing_.empty()) return close();
  if (writing_.empty()) write_out();
}

void HttpConnection::write_out() {
  writing_.swap(out_);
  stream_.next_layer().expires_after(lane_.budgets().unread);
  boost::asio::async_write(stream_, boost::asio::buffer(writing_),
                           [self = shared_from_this()](const Failed& failed, std::size_t) { self->wrote(failed); });
}

void HttpConnection::wrote(const Failed& failed) {
  if (failed || closed_) return close();
  writing_.clear();
  if (!out_.empty()) return write_out();
  if (answered_) return next();
  stream_.next_layer().expires_never();
  if (const auto exchange = exchange_) exchange->sent();
}

void HttpConnection::next() {
  exchange_.reset();
  answered_ = false;
  if (!keep_alive_) return close();
  await_request();
}

}  // namespace bsn::edge
