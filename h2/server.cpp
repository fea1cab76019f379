#include "h2/server.h"

#include <charconv>
#include <future>
#include <utility>

namespace bsn::h2 {
namespace {

using boost::asio::ip::tcp;

// After a failed accept (no file descriptors): those that end meanwhile make room.
constexpr std::chrono::milliseconds pause_after_failure{50};

// "127.0.0.1:80" or "[::1]:80"; nullopt: it is no such address.
std::optional<tcp::endpoint> endpoint_of(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  std::uint16_t port = 0;
  const char* end = address.data() + address.size();
  const auto [stop, wrong] = std::from_chars(address.data() + colon + 1, end, port);
  boost::system::error_code no_address;
  const auto parsed = boost::asio::ip::make_address(host, no_address);
  if (wrong != std::errc() || stop != end || no_address) return std::nullopt;
  return tcp::endpoint(parsed, port);
}

std::string text_of(const tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(endpoint.port());
}

}  // namespace

Server::Server(ServerOptions options) : options_(std::move(options)) {
  for (int i = 0; i < options_.loops; ++i) lanes_.push_back(std::make_unique<Lane>(options_));
}

Result<std::unique_ptr<Server>> Server::listen(ServerOptions options) {
  std::unique_ptr<Server> server(new Server(std::move(options)));
  if (const auto bound = server->bind(); !bound) return bound.error();
  return server;
}

Result<Done> Server::bind() {
  const std::string& listen = options_.listen;
  const auto endpoint = endpoint_of(listen);
  if (!endpoint) return Error{ErrorCode::invalid_configuration, "'" + listen + "' is not HOST:PORT"};
  acceptor_ = std::make_unique<tcp::acceptor>(lanes_[0]->loop.io());
  pause_ = std::make_unique<boost::asio::steady_timer>(lanes_[0]->loop.io());
  boost::system::error_code failed;
  acceptor_->open(endpoint->protocol(), failed);
  if (!failed) acceptor_->set_option(tcp::acceptor::reuse_address(true), failed);
  if (!failed) acceptor_->bind(*endpoint, failed);
  if (!failed) acceptor_->listen(boost::asio::socket_base::max_listen_connections, failed);
  if (failed) {
    return Error{ErrorCode::already_running,
                 "can't listen on " + listen + " (" + failed.message() + "); is the port in use?"};
  }
  address_ = text_of(acceptor_->local_endpoint());
  return Done{};
}

void Server::start() {
  started_ = true;
  for (const auto& lane : lanes_) {
    lane->loop.at_end_of_turn([connections = &lane->connections] { connections->flush_touched(); });
  }
  accept();
  for (const auto& lane : lanes_) lane->loop.start();
}

void Server::accept() {
  boost::asio::io_context& theirs = lanes_[next_]->loop.io();
  acceptor_->async_accept(theirs, [this](const boost::system::error_code& failed, tcp::socket socket) {
    if (failed == boost::asio::error::operation_aborted) return;
    if (!failed) {
      accepted(std::move(socket));
      return accept();
    }
    pause_->expires_after(pause_after_failure);
    pause_->async_wait([this](const boost::system::error_code& cancelled) {
      if (!cancelled) accept();
    });
  });
}

void Server::accepted(tcp::socket socket) {
  Lane& lane = *lanes_[next_];
  next_ = (next_ + 1) % lanes_.size();
  if (&lane == lanes_[0].get()) return lane.connections.add(std::move(socket));
  const auto shared = std::make_shared<tcp::socket>(std::move(socket));  // a task must be copyable
  lane.loop.post([&lane, shared] { lane.connections.add(std::move(*shared)); });
}

std::size_t Server::connections() const {
  std::size_t count = 0;
  for (const auto& lane : lanes_) count += lane->connections.count();
  return count;
}

GuardCounts Server::counts() const {
  GuardCounts all;
  for (const auto& lane : lanes_) {
    const GuardCounts one = lane->connections.counts();
    all.accepted += one.accepted;
    all.ended += one.ended;
    all.refused += one.refused;
    all.streams += one.streams;
  }
  return all;
}

void Server::stop(std::chrono::milliseconds patience) {
  if (std::exchange(stopped_, true) || !started_) return;
  const auto until = std::chrono::steady_clock::now() + patience;
  lanes_[0]->loop.post([this] {
    boost::system::error_code ignored;
    acceptor_->close(ignored);
    pause_->cancel();
  });
  std::vector<std::shared_ptr<std::promise<void>>> empty;
  for (const auto& lane : lanes_) {
    empty.push_back(std::make_shared<std::promise<void>>());
    lane->loop.post([&lane, promise = empty.back()] { lane->connections.drain([promise] { promise->set_value(); }); });
  }
  for (const auto& each : empty) each->get_future().wait_until(until);
  for (const auto& lane : lanes_) {
    std::promise<void> closed;
    lane->loop.post([&lane, &closed] {
      lane->connections.close_all();
      closed.set_value();
    });
    closed.get_future().wait();
    lane->loop.stop();
  }
}

}  // namespace bsn::h2
