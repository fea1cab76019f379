// The HTTP/1.1 server of a process: on the loops of its HTTP/2 server, on an address of its own.
//
// Threads: public functions from one thread. It may be left facing strangers: see HttpBudgets.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "edge/http_lane.h"
#include "h2/server.h"

namespace bsn::h2 {
class Tls;
}

namespace bsn::edge {

class HttpServer {
 public:
  // Takes the address; serves once `loops` has started. Call before that. Errors: as h2::Server::listen.
  // `tls`: of Tls::for_server, for "http/1.1"; nullptr: in the clear.
  static Result<std::unique_ptr<HttpServer>> listen(const std::string& address, h2::Server& loops,
                                                    std::shared_ptr<const Sites> sites, HttpBudgets budgets = {},
                                                    std::shared_ptr<const h2::Tls> tls = nullptr);

  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // "127.0.0.1:40001": where it really listens.
  const std::string& address() const { return address_; }

  // The sites are drained by whoever made them. Takes nothing new, lets open requests be answered for at most
  // `patience`, then closes everything. The loops must still run. Call before the end; idempotent.
  void stop(std::chrono::milliseconds patience);

 private:
  HttpServer(h2::Server& loops, std::shared_ptr<const Sites> sites, HttpBudgets budgets,
             std::shared_ptr<const h2::Tls> tls);
  void accept();
  void accepted(boost::asio::ip::tcp::socket socket);

  const std::shared_ptr<const Sites> sites_;
  const HttpBudgets budgets_;
  const std::shared_ptr<const h2::Tls> tls_;
  std::optional<boost::asio::ssl::context> context_;  // the same for Asio
  std::vector<std::unique_ptr<HttpLane>> lanes_;
  boost::asio::ip::tcp::acceptor acceptor_;  // on the first loop
  boost::asio::steady_timer pause_;
  std::size_t next_ = 0;  // lane of the next connection
  std::string address_;
  bool stopped_ = false;
};

}  // namespace bsn::edge
