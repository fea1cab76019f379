#include "h2/client_stream.h"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <charconv>
#include <iterator>

#include "h2/address.h"
#include "h2/header_list.h"
#include "h2/tls.h"
#include "h2/wire_text.h"

namespace bsn::h2 {
namespace {

using boost::asio::ip::tcp;

constexpr std::int32_t stream_window = 4 * 1024 * 1024;
constexpr std::int32_t connection_window = 8 * 1024 * 1024;

std::string_view text(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace

struct ClientCallbacks {
  static ClientStream& of(void* user_data) { return *static_cast<ClientStream*>(user_data); }

  static int on_header(nghttp2_session*, const nghttp2_frame*, const std::uint8_t* name, std::size_t name_size,
                       const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* user_data) {
    of(user_data).trailer(text(name, name_size), text(value, value_size));
    return 0;
  }
  static int on_data(nghttp2_session*, std::uint8_t, std::int32_t, const std::uint8_t* bytes, std::size_t size,
                     void* user_data) {
    of(user_data).data(text(bytes, size));
    return 0;
  }
  static int on_stream_close(nghttp2_session*, std::int32_t, std::uint32_t code, void* user_data) {
    of(user_data).stream_closed(code);
    return 0;
  }
  static ssize_t fill(nghttp2_session*, std::int32_t, std::uint8_t* to, std::size_t most, std::uint32_t*,
                      nghttp2_data_source*, void* user_data) {
    const auto filled = of(user_data).fill(to, most);
    return filled ? static_cast<ssize_t>(*filled) : ssize_t{NGHTTP2_ERR_DEFERRED};
  }

  static nghttp2_session_callbacks* make() {
    nghttp2_session_callbacks* made = nullptr;
    nghttp2_session_callbacks_new(&made);
    nghttp2_session_callbacks_set_on_header_callback(made, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(made, on_stream_close);
    return made;
  }
};

std::shared_ptr<ClientStream> ClientStream::open(Loop& loop, Target target, Listener listener) {
  std::shared_ptr<ClientStream> stream(new ClientStream(loop, std::move(target), std::move(listener)));
  stream->connect();
  return stream;
}

ClientStream::ClientStream(Loop& loop, Target target, Listener listener)
    : loop_(loop),
      target_(std::move(target)),
      listener_(std::move(listener)),
      socket_(loop.io()),
      reader_(target_.message_bytes) {}

ClientStream::~ClientStream() { nghttp2_session_del(session_); }

// ---- its beginning ----

void ClientStream::connect() {
  const auto endpoint = parse_address(target_.address);
  if (!endpoint) {
    boost::asio::post(loop_.io(), [self = shared_from_this()] {
      self->end({Code::unavailable, "'" + self->target_.address + "' is not an IP address and a port"});
    });
    return;
  }
  socket_.async_connect(*endpoint, [self = shared_from_this()](const boost::system::error_code& failed) {
    if (failed) return self->end({Code::unavailable, failed.message()});
    if (!self->closed_) self->connected();
  });
}

void ClientStream::connected() {
  static nghttp2_session_callbacks* const callbacks = ClientCallbacks::make();
  boost::system::error_code failed;
  socket_.non_blocking(true, failed);
  if (!failed) socket_.set_option(tcp::no_delay(true), failed);
  if (failed || nghttp2_session_client_new(&session_, callbacks, this) != 0) {
    return end({Code::unavailable, "no session: " + failed.message()});
  }
  const std::string host = socket_.remote_endpoint(failed).address().to_string();
  if (target_.tls) tls_ = std::make_unique<TlsSession>(*target_.tls, host);
  request();
  wait_to_read();
  flush();
}

void ClientStream::request() {
  const nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
                                             {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, stream_window}};
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, std::size(settings));
  nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, connection_window);
  HeaderList list;
  list.add_static(":method", "POST");
  list.add_static(":scheme", tls_ ? "https" : "http");
  list.add(":path", target_.path);
  list.add(":authority", target_.address);
  list.add_static("te", "trailers");
  list.add_static("content-type", "application/grpc");
  for (const auto& [name, value] : target_.metadata) list.add(name, value);
  nghttp2_data_provider provider{};
  provider.read_callback = ClientCallbacks::fill;
  const auto entries = list.entries();
  stream_ = nghttp2_submit_request(session_, nullptr, entries.data(), entries.size(), &provider, nullptr);
}

// ---- from the socket ----

void ClientStream::wait_to_read() {
  static thread_local std::array<std::uint8_t, 64 * 1024> incoming;
  socket_reader_.wait(socket_, incoming,
                      [self = shared_from_this()](const boost::system::error_code& failed, SocketReader::Bytes bytes) {
                        if (self->closed_) return;
                        failed ? self->broke(failed.message()) : self->read(bytes);
                      });
}

void ClientStream::read(SocketReader::Bytes bytes) {
  loop_.refresh_now();
  if (!tls_ || unseal(bytes)) hear(bytes);
  if (closed_) return;
  flush();
  if (!closed_) wait_to_read();
}

// Replaces what came by what it says. False: the connection has ended.
bool ClientStream::unseal(std::span<const std::uint8_t>& bytes) {
  static thread_local std::vector<std::uint8_t> opened;
  opened.clear();
  const bool shaken = tls_->ready();
  const bool goes_on = tls_->take(bytes, opened);
  const char* wrong = goes_on ? (tls_->ready() && !tls_->agreed() ? "the other side does not speak HTTP/2" : nullptr)
                              : tls_->wrong().c_str();
  if (wrong) {
    if (unwritten_.empty()) write();  // the alert
    end({Code::unavailable, (shaken ? "TLS with " : "no TLS with ") + target_.address + ": " + wrong});
    return false;
  }
  bytes = opened;
  return true;
}

void ClientStream::hear(std::span<const std::uint8_t> bytes) {
  in_engine_ = true;
  const ssize_t taken = nghttp2_session_mem_recv(session_, bytes.data(), bytes.size());
  in_engine_ = false;
  if (taken < 0 && !closed_) end({Code::internal, nghttp2_strerror(static_cast<int>(taken))});
}

void ClientStream::data(std::string_view bytes) {
  while (!bytes.empty() && !closed_) {
    if (reader_.take(bytes)) {
      listener_.on_message(reader_.message());
    } else if (reader_.wrong()) {
      over_ = *reader_.wrong();
      return;
    }
  }
}

void ClientStream::trailer(std::string_view name, std::string_view value) {
  if (name == "grpc-status") {
    int code = static_cast<int>(Code::unknown);
    std::from_chars(value.data(), value.data() + value.size(), code);
    status_ = code;
  } else if (name == "grpc-message") {
    status_message_ = percent_decode(value);
  }
}

void ClientStream::stream_closed(std::uint32_t code) {
  Outcome outcome(Code::unavailable, status_message_);
  if (status_) {
    outcome.code = *status_;
  } else {
    outcome.message = std::string("the stream was broken off: ") + nghttp2_http2_strerror(code);
  }
  over_ = std::move(outcome);
}

// ---- to the socket ----

void ClientStream::send(std::string_view message) {
  if (closed_) return;
  out_.append_message(message);
}

void ClientStream::flush() {
  if (closed_ || in_engine_ || !session_) return;
  if (unsent() > 0) nghttp2_session_resume_data(session_, stream_);
  if (unwritten_.empty()) write();
  end_if_over();
}

std::optional<std::size_t> ClientStream::fill(std::uint8_t* to, std::size_t most) {
  const std::size_t count = out_.take({to, most});
  return count == 0 ? std::nullopt : std::optional(count);
}

// Everything that the engine has to say, as far as the socket takes it.
void ClientStream::write() {
  static thread_local std::vector<std::uint8_t> outgoing;
  outgoing.assign(unwritten_.begin(), unwritten_.end());
  unwritten_.clear();
  if (!tls_) {
    if (!collect(outgoing)) return;
  } else {
    static thread_local std::vector<std::uint8_t> plain;
    plain.clear();
    if (tls_->ready() && (!collect(plain) || !tls_->seal(plain))) return;
    outgoing.insert(outgoing.end(), tls_->out().begin(), tls_->out().end());
    tls_->out().clear();
  }
  if (outgoing.empty()) return;
  boost::system::error_code failed;
  std::size_t count = socket_.write_some(boost::asio::buffer(outgoing), failed);
  if (failed == boost::asio::error::would_block) {
    count = 0;
  } else if (failed) {
    return broke(failed.message());
  }
  if (count == outgoing.size()) return;
  unwritten_.assign(outgoing.begin() + static_cast<std::ptrdiff_t>(count), outgoing.end());
  wait_to_write();
}

// What the engine has to say. False: it failed, and the stream has ended.
bool ClientStream::collect(std::vector<std::uint8_t>& into) {
  while (true) {
    const std::uint8_t* bytes = nullptr;
    const ssize_t count = nghttp2_session_mem_send(session_, &bytes);
    if (count == 0) return true;
    if (count < 0) {
      end({Code::internal, nghttp2_strerror(static_cast<int>(count))});
      return false;
    }
    into.insert(into.end(), bytes, bytes + count);
  }
}

void ClientStream::wait_to_write() {
  socket_.async_wait(tcp::socket::wait_write, [self = shared_from_this()](const boost::system::error_code& failed) {
    if (failed || self->closed_) return;
    self->write();
    self->end_if_over();
  });
}

// ---- its end ----

// The connection is gone. Who hangs up during the handshake may not take TLS there.
void ClientStream::broke(const std::string& why) {
  const bool shaking = tls_ && !tls_->ready();
  end({Code::unavailable, shaking ? "no TLS with " + target_.address + ": " + why : why});
}

void ClientStream::end_if_over() {
  if (over_ && !closed_) end(*over_);
}

void ClientStream::end(const Outcome& outcome) {
  if (closed_) return;
  const auto on_closed = std::move(listener_.on_closed);
  close();
  on_closed(outcome);
}

void ClientStream::close() {
  if (std::exchange(closed_, true)) return;
  out_.clear();
  boost::system::error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
}

}  // namespace bsn::h2
