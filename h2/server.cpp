#include "h2/server.h"

#include <algorithm>
#include <future>
#include <mutex>
#include <utility>

#include "core/check.h"
#include "h2/address.h"

namespace bsn::h2 {
namespace {

using boost::asio::ip::tcp;

// After a failed accept (no file descriptors): those that end meanwhile make room.
constexpr std::chrono::milliseconds pause_after_failure{50};

}  // namespace

Server::Server(ServerOptions options) : options_(std::move(options)) {
  if (options_.on) options_.loops = 1;
  for (int i = 0; i < options_.loops; ++i) lanes_.push_back(std::make_unique<Lane>(options_));
}

Result<std::unique_ptr<Server>> Server::listen(ServerOptions options) {
  std::unique_ptr<Server> server(new Server(std::move(options)));
  if (const auto bound = server->bind(); !bound) return bound.error();
  return server;
}

Result<Done> Server::bind() {
  auto acceptor = listen_on(lanes_[0]->loop.io(), options_.listen);
  if (!acceptor) return acceptor.error();
  acceptor_ = std::make_unique<tcp::acceptor>(std::move(*acceptor));
  pause_ = std::make_unique<boost::asio::steady_timer>(lanes_[0]->loop.io());
  address_ = text_of(acceptor_->local_endpoint());
  return Done{};
}

void Server::start() {
  started_ = true;
  for (const auto& lane : lanes_) {
    lane->loop.after_turn([connections = &lane->connections] { connections->flush_touched(); });
  }
  accept();
  for (const auto& lane : lanes_) {
    if (lane->own) lane->own->start();
  }
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

void Server::look(std::size_t most, const std::function<void(std::vector<ClientConnection>)>& told) {
  BSN_CHECK(!options_.on, "it looks at loops that end before it does");
  struct Gathered {
    std::mutex mutex;
    std::size_t missing = 0;  // loops that have not looked
    std::vector<ClientConnection> all;
  };
  const auto gathered = std::make_shared<Gathered>();
  gathered->missing = lanes_.size();
  for (const auto& lane : lanes_) {
    lane->loop.post([&connections = lane->connections, most, gathered, told] {
      std::vector<ClientConnection> some = connections.view(most);
      {
        const std::lock_guard lock(gathered->mutex);
        gathered->all.insert(gathered->all.end(), some.begin(), some.end());
        if (--gathered->missing > 0) return;
      }
      std::vector<ClientConnection>& all = gathered->all;
      std::stable_sort(all.begin(), all.end(),
                       [](const auto& one, const auto& other) { return one.quiet < other.quiet; });
      if (all.size() > most) all.resize(most);
      told(std::move(all));
    });
  }
}

GuardCounts Server::counts() const {
  GuardCounts all;
  for (const auto& lane : lanes_) {
    const GuardCounts one = lane->connections.counts();
    all.accepted += one.accepted;
    all.ended += one.ended;
    all.refused += one.refused;
    all.streams += one.streams;
    all.handshakes_failed += one.handshakes_failed;
  }
  return all;
}

void Server::close(std::chrono::milliseconds patience) {
  if (std::exchange(closed_, true) || !started_) return;
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
  }
}

void Server::stop(std::chrono::milliseconds patience) {
  close(patience);
  for (const auto& lane : lanes_) {
    if (lane->own) lane->own->stop();
  }
}

}  // namespace bsn::h2
