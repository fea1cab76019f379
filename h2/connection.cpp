#include "h2/connection.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "h2/connections.h"
#include "h2/session_callbacks.h"
#include "h2/tls.h"

namespace bsn::h2 {
namespace {

using boost::asio::ip::tcp;

// Written in one go; what is more waits for the next turn, so that others have theirs.
constexpr std::size_t most_in_a_write = 256 * 1024;

// Answers of TLS itself that wait for a client which does not read; beyond: closed.
constexpr std::size_t most_unsent_of_tls = 64 * 1024;

// How a client begins that speaks HTTP/2 without TLS; a handshake begins otherwise.
constexpr std::uint8_t first_in_the_clear = 'P';

std::string name_of(const tcp::socket& socket) {
  boost::system::error_code gone;
  const tcp::endpoint end = socket.remote_endpoint(gone);
  if (gone) return "";
  const std::string host = end.address().to_string();
  return (end.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(end.port());
}

}  // namespace

Connection::Connection(Connections& all, tcp::socket socket)
    : all_(all),
      socket_(std::move(socket)),
      peer_(std::make_shared<const std::string>(name_of(socket_))),
      guard_(all.options_.budgets, all.loop_.now()),
      opened_(all.loop_.now()),
      last_heard_(opened_),
      last_written_(opened_) {}

Connection::~Connection() { nghttp2_session_del(session_); }

Loop& Connection::loop() const { return all_.loop_; }
const ServerOptions& Connection::options() const { return all_.options_; }

void Connection::start() {
  boost::system::error_code failed;
  socket_.non_blocking(true, failed);
  if (!failed) socket_.set_option(tcp::no_delay(true), failed);
  session_ = open_server_session(*this);
  if (failed || !session_) return close();
  send_settings();
  if (options().tls) {
    tls_ = std::make_unique<TlsSession>(*options().tls);
    all_.shake_hands(*this);
  }
  touch();
  wait_to_read();
}

void Connection::send_settings() {
  const Budgets& budgets = options().budgets;
  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, static_cast<std::uint32_t>(budgets.streams)},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, static_cast<std::uint32_t>(budgets.stream_window)},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(budgets.header_list_bytes)},
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
  };
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, std::size(settings));
  nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0,
                                        static_cast<std::int32_t>(budgets.connection_window));
}

// ---- from the socket ----

void Connection::wait_to_read() {
  reader_.wait(socket_, all_.incoming_,
               [self = shared_from_this()](const boost::system::error_code& failed, SocketReader::Bytes bytes) {
                 if (self->closed_) return;
                 failed ? self->close() : self->read(bytes);
               });
}

void Connection::read(SocketReader::Bytes bytes) {
  loop().refresh_now();
  counts_.bytes_in += bytes.size();
  tls_ ? unseal(bytes) : feed(bytes);
  touch();
  if (!closed_) wait_to_read();
}

void Connection::unseal(std::span<const std::uint8_t> bytes) {
  if (tls_->untouched() && bytes.front() == first_in_the_clear) {
    tls_.reset();
    all_.hands_shaken(*this);
    all_.handshakes_failed_.fetch_add(1);
    return end_for("this address takes TLS only", NGHTTP2_INADEQUATE_SECURITY);
  }
  all_.opened_.clear();
  if (!tls_->take(bytes, all_.opened_)) return handshake_ ? handshake_failed() : close();
  if (tls_->out().size() > most_unsent_of_tls) return close();
  if (!tls_->ready()) return;
  if (handshake_ && !tls_->agreed()) return handshake_failed();
  all_.hands_shaken(*this);
  if (!all_.opened_.empty()) feed(all_.opened_);
}

// The alert that says why is what it still hears.
void Connection::handshake_failed() {
  all_.handshakes_failed_.fetch_add(1);
  if (unwritten_.empty()) write(tls_->out());
  tls_.reset();
  close();
}

void Connection::feed(std::span<const std::uint8_t> bytes) {
  if (ending_) return;  // what it still sends is not read any more
  last_heard_ = loop().now();
  all_.heard(*this);
  if (const char* why = guard_.look(bytes, last_heard_)) return end_for(why);
  const ssize_t taken = nghttp2_session_mem_recv(session_, bytes.data(), bytes.size());
  if (taken < 0) close();  // not HTTP/2, or out of memory; the engine answers lesser errors itself
}

// ---- to the socket ----

void Connection::touch() {
  if (closed_ || std::exchange(touched_, true)) return;
  all_.touched_.push_back(shared_from_this());
}

void Connection::flush() {
  ended_.clear();
  std::vector<std::uint8_t>& bytes = all_.outgoing_;
  bytes.clear();
  const bool blocked = closed_ || !unwritten_.empty();
  if (!blocked && !handshake_) collect(bytes);
  touched_ = false;  // what handlers sent meanwhile was collected too
  if (blocked || closed_) return;
  if (tls_) {
    write_sealed(bytes);
  } else if (!bytes.empty()) {
    write(bytes);
  }
  if (bytes.size() >= most_in_a_write) {
    boost::asio::post(loop().io(), [self = shared_from_this()] { self->touch(); });
  }
  close_if_over();
}

void Connection::collect(std::vector<std::uint8_t>& into) {
  while (into.size() < most_in_a_write) {
    const std::uint8_t* bytes = nullptr;
    const ssize_t count = nghttp2_session_mem_send(session_, &bytes);
    if (count < 0) return close();
    if (count == 0) return;
    into.insert(into.end(), bytes, bytes + count);
  }
}

// In a buffer that is the loop's: what one connection needs once, each would keep.
void Connection::write_sealed(std::span<const std::uint8_t> bytes) {
  std::vector<std::uint8_t>& out = tls_->out();
  const bool lent = out.empty();
  if (lent) out.swap(all_.sealed_);
  if (!tls_->seal(bytes)) return close();
  if (!out.empty()) write(out);
  out.clear();
  if (lent) out.swap(all_.sealed_);
}

void Connection::write(std::span<const std::uint8_t> bytes) {
  if (closed_) return;
  boost::system::error_code failed;
  std::size_t count = socket_.write_some(boost::asio::buffer(bytes.data(), bytes.size()), failed);
  if (failed == boost::asio::error::would_block) {
    count = 0;
  } else if (failed) {
    return close();
  }
  if (count > 0) last_written_ = loop().now();
  counts_.bytes_out += count;
  if (count == bytes.size()) return unwritten_.clear();
  unwritten_.assign(bytes.begin() + static_cast<std::ptrdiff_t>(count), bytes.end());
  wait_to_write();
}

void Connection::wait_to_write() {
  socket_.async_wait(tcp::socket::wait_write, [self = shared_from_this()](const boost::system::error_code& failed) {
    if (failed || self->closed_) return;
    const std::vector<std::uint8_t> rest = std::exchange(self->unwritten_, {});
    self->write(rest);
    if (self->unwritten_.empty()) self->touch();
  });
}

// ---- calls ----

StreamCall* Connection::begin_call(std::int32_t stream) {
  if (ending_) return nullptr;
  if (calls_.size() >= options().budgets.streams || !all_.room_for_a_stream()) {
    all_.refused_.fetch_add(1);
    reset(stream, NGHTTP2_REFUSED_STREAM);
    return nullptr;
  }
  calls_.push_back(std::make_shared<StreamCall>(*this, stream));
  calls_.back()->place_ = calls_.size() - 1;
  ++all_.streams_;
  ++counts_.streams;
  return calls_.back().get();
}

void Connection::end_call(StreamCall& call) {
  ended_.push_back(std::move(calls_[call.place_]));  // it may be at work just now
  StreamCall& ended = *ended_.back();
  nghttp2_session_set_stream_user_data(session_, call.stream_, nullptr);
  if (!ended.waiting_.empty()) nghttp2_session_consume_connection(session_, ended.waiting_.size());
  if (calls_.back()) {
    calls_.back()->place_ = call.place_;
    calls_[call.place_] = std::move(calls_.back());
  }
  calls_.pop_back();
  --all_.streams_;
  ended.closed();
  touch();
}

void Connection::drop_calls() {
  while (!calls_.empty()) end_call(*calls_.back());
}

void Connection::consume(std::int32_t stream, std::size_t bytes) {
  nghttp2_session_consume(session_, stream, bytes);
  touch();
}

void Connection::reset(std::int32_t stream, std::uint32_t code) {
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream, code);
  touch();
}

void Connection::note_our_reset() {
  ++counts_.resets_out;
  if (const char* why = guard_.note_our_reset(loop().now())) end_for(why);
}

bool Connection::account(std::ptrdiff_t bytes) {
  bytes_ = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(bytes_) + bytes);
  all_.account(bytes);
  return bytes_ <= options().budgets.connection_bytes;
}

ClientConnection Connection::view(Clock::time_point now) const {
  const auto since = [now](Clock::time_point then) {
    return Duration{std::chrono::nanoseconds(std::max(now - then, Clock::duration{})).count()};
  };
  return {*peer_,
          tls_ != nullptr,
          since(opened_),
          since(last_heard_),
          calls_.size(),
          counts_.streams,
          counts_.bytes_in,
          counts_.bytes_out,
          counts_.resets_in,
          counts_.resets_out,
          counts_.pings_in,
          counts_.pings_out,
          bytes_};
}

// ---- time and end ----

void Connection::tick(Clock::time_point now) {
  const Budgets& budgets = options().budgets;
  if (!greeted_ && now - opened_ > budgets.greeting) return close();
  if (!unwritten_.empty() && now - last_written_ > budgets.unread) return close();
  if (ending_) return;
  const auto half = guard_.half_sent_since();
  if (half && now - *half > budgets.half_sent) return end_for("a frame or header block was not sent in time");
  for (std::size_t i = 0; i < calls_.size(); ++i) calls_[i]->tick(now);  // ends none at once, or all
  if (calls_.empty()) {
    if (now - last_heard_ > budgets.idle) drain();
  } else if (pinged_ && now - last_heard_ > budgets.keep_alive + budgets.ping_answer) {
    close();
  } else if (!pinged_ && now - last_heard_ > budgets.keep_alive) {
    pinged_ = true;
    ++counts_.pings_out;
    nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, nullptr);
    touch();
  }
}

void Connection::drain() {
  if (closed_ || ending_ || std::exchange(draining_, true)) return;
  nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(session_),
                        NGHTTP2_NO_ERROR, nullptr, 0);
  touch();
}

void Connection::end_for(const char* why, std::uint32_t code) {
  if (closed_ || std::exchange(ending_, true)) return;
  all_.ended_.fetch_add(1);
  const std::string_view text(why);
  nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(session_), code,
                        reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  drop_calls();
  touch();
}

void Connection::close_if_over() {
  const bool nothing_left = !nghttp2_session_want_read(session_) && !nghttp2_session_want_write(session_);
  if ((ending_ || nothing_left) && unwritten_.empty()) close();
}

void Connection::close() {
  if (std::exchange(closed_, true)) return;
  const std::shared_ptr<Connection> self = shared_from_this();
  drop_calls();
  boost::system::error_code ignored;
  if (tls_ && unwritten_.empty()) {
    tls_->end();
    socket_.write_some(boost::asio::buffer(tls_->out()), ignored);
  }
  socket_.shutdown(tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
  all_.remove(*this);
}

}  // namespace bsn::h2
