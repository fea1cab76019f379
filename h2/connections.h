// The connections of one loop, and the shares of the budgets that all of them together have.
//
// Threads: the loop's only, but for count().
#pragma once

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <vector>

#include "h2/connection.h"
#include "h2/guard_counts.h"

namespace bsn::h2 {

class Connections {
 public:
  Connections(Loop& loop, const ServerOptions& options);

  // Takes over a socket that was accepted. When all places are taken, the connection that has idled longest gives its
  // own up; when none idles, the new one is closed.
  void add(boost::asio::ip::tcp::socket socket);

  // GOAWAY to all, which end with their last call; none is added any more. Tells once none is left.
  void drain(std::function<void()> when_empty);
  void close_all();

  // At the end of a turn: each connection that has something to say writes.
  void flush_touched();

  // Those that were heard last, the last one first; at most so many.
  std::vector<ClientConnection> view(std::size_t most) const;

  // From any thread.
  std::size_t count() const { return count_.load(); }
  GuardCounts counts() const;

 private:
  friend class Connection;

  bool make_room();
  void wait_for_tick();
  void tick();
  void tell_if_empty();

  // ---- for connections ----
  void heard(Connection& connection);
  void remove(Connection& connection);
  void shake_hands(Connection& connection);
  void hands_shaken(Connection& connection);
  bool room_for_a_stream() const { return streams_ < most_streams_; }
  void account(std::ptrdiff_t bytes);

  Loop& loop_;
  const ServerOptions& options_;
  const std::size_t most_connections_, most_handshakes_, most_streams_, most_bytes_;
  std::size_t streams_ = 0;
  std::size_t bytes_ = 0;
  std::list<std::shared_ptr<Connection>> list_;  // least recently heard first
  std::list<Connection*> handshakes_;            // half-done ones of TLS, the oldest first
  std::atomic<std::size_t> count_{0};
  // Written by the loop only.
  std::atomic<std::uint64_t> accepted_{0}, ended_{0}, refused_{0}, open_streams_{0}, handshakes_failed_{0};
  std::vector<std::shared_ptr<Connection>> touched_;
  std::vector<std::uint8_t> incoming_;  // one read of whichever connection reads
  std::vector<std::uint8_t> outgoing_;  // one write of whichever connection writes
  std::vector<std::uint8_t> opened_;    // what a read says once it is unsealed
  std::vector<std::uint8_t> sealed_;    // lent to a connection for a write
  boost::asio::steady_timer timer_;
  bool draining_ = false;
  std::function<void()> when_empty_;
};

}  // namespace bsn::h2
