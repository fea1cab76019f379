// One HTTP/2 connection of a server: socket, engine (nghttp2), guard, and its calls.
//
// Threads: its loop's only. Reads at most once per turn, so that no connection keeps others waiting, and writes what a
// turn has made in one go. Bounds: Budgets; what happens at each is said there.
#pragma once

#include <nghttp2/nghttp2.h>

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/gateway_view.h"
#include "h2/frame_guard.h"
#include "h2/header_list.h"
#include "h2/loop.h"
#include "h2/server_options.h"
#include "h2/socket_reader.h"
#include "h2/stream_call.h"

namespace bsn::h2 {

class Connections;
class TlsSession;

class Connection final : public std::enable_shared_from_this<Connection> {
 public:
  using Clock = std::chrono::steady_clock;

  Connection(Connections& all, boost::asio::ip::tcp::socket socket);
  ~Connection();

  void start();

  // Writes everything that is ready. At the end of a turn in which touch() was called.
  void flush();

  // Looks at the limits of time.
  void tick(Clock::time_point now);

  // No new calls: GOAWAY. Closes when the open ones have ended.
  void drain();

  // GOAWAY, and the end.
  void end_for(const char* why, std::uint32_t code = NGHTTP2_ENHANCE_YOUR_CALM);

  void close();

  std::size_t open_calls() const { return calls_.size(); }
  std::size_t held_bytes() const { return bytes_; }
  ClientConnection view(Clock::time_point now) const;
  Clock::time_point last_heard() const { return last_heard_; }

  // Where it stands in the order of last being heard.
  std::list<std::shared_ptr<Connection>>::iterator place;

 private:
  friend class Connections;
  friend class StreamCall;
  friend struct SessionCallbacks;

  void wait_to_read();
  void read(SocketReader::Bytes bytes);
  void unseal(std::span<const std::uint8_t> bytes);
  void handshake_failed();
  void feed(std::span<const std::uint8_t> bytes);
  void send_settings();
  void collect(std::vector<std::uint8_t>& into);
  void write_sealed(std::span<const std::uint8_t> bytes);
  void write(std::span<const std::uint8_t> bytes);
  void wait_to_write();
  void touch();
  void close_if_over();
  void drop_calls();

  // ---- for calls ----
  Loop& loop() const;
  void submit_headers(std::int32_t stream, const HeaderList& list, bool last);
  const ServerOptions& options() const;
  const std::shared_ptr<const std::string>& peer() const { return peer_; }
  nghttp2_session* session() { return session_; }
  void consume(std::int32_t stream, std::size_t bytes);
  void reset(std::int32_t stream, std::uint32_t code);
  void note_our_reset();
  // False: more than the budget; the bytes are counted all the same.
  bool account(std::ptrdiff_t bytes);

  StreamCall* begin_call(std::int32_t stream);
  void end_call(StreamCall& call);

  Connections& all_;
  boost::asio::ip::tcp::socket socket_;
  SocketReader reader_;
  std::shared_ptr<const std::string> peer_;
  std::unique_ptr<TlsSession> tls_;                            // nullptr: in the clear
  std::optional<std::list<Connection*>::iterator> handshake_;  // among those that are half done
  nghttp2_session* session_ = nullptr;
  FrameGuard guard_;
  std::vector<std::shared_ptr<StreamCall>> calls_;
  std::vector<std::shared_ptr<StreamCall>> ended_;  // until the end of the turn
  std::vector<std::uint8_t> unwritten_;             // what the socket did not take
  std::size_t written_ = 0;                         // of it
  std::size_t bytes_ = 0;                           // held by calls
  // Since it was accepted, for whoever looks.
  struct Counts {
    std::uint64_t streams = 0, bytes_in = 0, bytes_out = 0, resets_in = 0, resets_out = 0, pings_in = 0, pings_out = 0;
  } counts_;
  Clock::time_point opened_, last_heard_, last_written_;
  bool greeted_ = false;  // the client's SETTINGS came
  bool pinged_ = false;   // our PING waits for its answer
  bool draining_ = false;
  bool ending_ = false;  // closes once everything is written
  bool touched_ = false;
  bool closed_ = false;
};

}  // namespace bsn::h2
