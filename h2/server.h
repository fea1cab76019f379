// A gRPC server on an HTTP/2 of its own: accepts, spreads connections over its loops, drains.
//
// Threads: one per loop; public functions from one thread. It may be left facing strangers: see Budgets. Several
// servers may share a loop that is none's own (ServerOptions::on): who owns it starts it when all have been started,
// and stops it when all are closed.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "h2/connections.h"
#include "h2/loop.h"
#include "h2/server_options.h"

namespace bsn::h2 {

class Server {
 public:
  // Takes the address; serves from start() on. Error: already_running when the address is taken, invalid_configuration
  // when it is none.
  static Result<std::unique_ptr<Server>> listen(ServerOptions options);

  ~Server() { stop({}); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // "127.0.0.1:40001": where it really listens.
  const std::string& address() const { return address_; }

  // Before start(): what may be done at the ends of their turns.
  std::size_t loops() const { return lanes_.size(); }
  Loop& loop(std::size_t number) { return lanes_[number]->loop; }

  // The methods may still be changed by then, not later.
  Methods& methods() { return options_.methods; }
  // Who serves requests that are no calls of gRPC, on the same connections. Before start().
  void serve_plain(PlainStart start) { options_.plain = std::move(start); }

  void start();

  std::size_t connections() const;
  GuardCounts counts() const;

  // From any thread. Tells, on one of the loops' threads, of the connections that were heard last, at most so many; not
  // at all when the loops end meanwhile. Precondition: the loops are its own.
  void look(std::size_t most, const std::function<void(std::vector<ClientConnection>)>& told);

  // Takes no new connections and no new calls, lets open ones end for at most `patience`, then ends them. When it
  // returns, no handler is called any more; the loops turn still. Idempotent.
  void close(std::chrono::milliseconds patience);

  // Closes if need be, and ends the loops: what is posted to them from then on is dropped. Idempotent.
  void stop(std::chrono::milliseconds patience);

 private:
  struct Lane {
    explicit Lane(const ServerOptions& options)
        : own(options.on ? nullptr : std::make_unique<Loop>()),
          loop(options.on ? *options.on : *own),
          connections(loop, options) {}
    std::unique_ptr<Loop> own;
    Loop& loop;
    Connections connections;
  };

  explicit Server(ServerOptions options);
  Result<Done> bind();
  void accept();
  void accepted(boost::asio::ip::tcp::socket socket);

  ServerOptions options_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::unique_ptr<boost::asio::ip::tcp::acceptor> acceptor_;  // on the first loop
  std::unique_ptr<boost::asio::steady_timer> pause_;
  std::size_t next_ = 0;  // lane of the next connection
  std::string address_;
  bool started_ = false;
  bool closed_ = false;
};

}  // namespace bsn::h2
