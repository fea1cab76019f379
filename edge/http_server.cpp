#include "edge/http_server.h"

#include <algorithm>
#include <future>
#include <utility>

#include "edge/http_connection.h"
#include "edge/web_socket.h"
#include "h2/address.h"
#include "h2/tls.h"

namespace bsn::edge {
namespace {

using boost::asio::ip::tcp;

// After a failed accept (no file descriptors): those that end meanwhile make room.
constexpr std::chrono::milliseconds pause_after_failure{50};

}  // namespace

HttpServer::HttpServer(h2::Server& loops, std::shared_ptr<const Sites> sites, HttpBudgets budgets,
                       std::shared_ptr<const h2::Tls> tls)
    : sites_(std::move(sites)),
      budgets_(budgets),
      tls_(std::move(tls)),
      acceptor_(loops.loop(0).io()),
      pause_(loops.loop(0).io()) {
  if (tls_) {
    SSL_CTX_up_ref(tls_->native());
    context_.emplace(tls_->native());
  }
  for (std::size_t i = 0; i < loops.loops(); ++i) {
    lanes_.push_back(
        std::make_unique<HttpLane>(loops.loop(i), *sites_, budgets_, loops.loops(), context_ ? &*context_ : nullptr));
  }
}

Result<std::unique_ptr<HttpServer>> HttpServer::listen(const std::string& address, h2::Server& loops,
                                                       std::shared_ptr<const Sites> sites, HttpBudgets budgets,
                                                       std::shared_ptr<const h2::Tls> tls) {
  auto acceptor = h2::listen_on(loops.loop(0).io(), address);
  if (!acceptor) return acceptor.error();
  std::unique_ptr<HttpServer> server(new HttpServer(loops, std::move(sites), budgets, std::move(tls)));
  server->acceptor_ = std::move(*acceptor);
  server->address_ = h2::text_of(server->acceptor_.local_endpoint());
  server->accept();
  return server;
}

void HttpServer::accept() {
  boost::asio::io_context& theirs = lanes_[next_]->loop().io();
  acceptor_.async_accept(theirs, [this](const boost::system::error_code& failed, tcp::socket socket) {
    if (failed == boost::asio::error::operation_aborted) return;
    if (!failed) {
      accepted(std::move(socket));
      return accept();
    }
    pause_.expires_after(pause_after_failure);
    pause_.async_wait([this](const boost::system::error_code& cancelled) {
      if (!cancelled) accept();
    });
  });
}

void HttpServer::accepted(tcp::socket socket) {
  HttpLane& lane = *lanes_[next_];
  next_ = (next_ + 1) % lanes_.size();
  if (&lane == lanes_[0].get()) return lane.add(std::move(socket));
  const auto shared = std::make_shared<tcp::socket>(std::move(socket));  // a task must be copyable
  lane.loop().post([&lane, shared] { lane.add(std::move(*shared)); });
}

void HttpServer::stop(std::chrono::milliseconds patience) {
  if (std::exchange(stopped_, true)) return;
  const auto until = std::chrono::steady_clock::now() + patience;
  lanes_[0]->loop().post([this] {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
  });
  std::vector<std::shared_ptr<std::promise<void>>> empty;
  for (const auto& lane : lanes_) {
    empty.push_back(std::make_shared<std::promise<void>>());
    lane->loop().post([&lane, promise = empty.back()] { lane->drain([promise] { promise->set_value(); }); });
  }
  for (const auto& each : empty) each->get_future().wait_until(until);
  for (const auto& lane : lanes_) {
    std::promise<void> closed;
    lane->loop().post([&lane, &closed] {
      lane->close_all();
      closed.set_value();
    });
    closed.get_future().wait();
  }
}

}  // namespace bsn::edge
