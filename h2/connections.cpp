#include "h2/connections.h"

#include <algorithm>
#include <utility>

namespace bsn::h2 {
namespace {

constexpr std::chrono::milliseconds tick_every{250};
constexpr std::chrono::seconds idle_enough{1};
constexpr int most_looked_at = 16;  // for one to make room
constexpr std::size_t read_bytes = 64 * 1024;

std::size_t share(std::size_t all, int loops) {
  return std::max<std::size_t>(1, all / static_cast<std::size_t>(loops));
}

}  // namespace

Connections::Connections(Loop& loop, const ServerOptions& options)
    : loop_(loop),
      options_(options),
      most_connections_(share(options.budgets.connections, options.loops)),
      most_handshakes_(share(options.budgets.handshakes, options.loops)),
      most_streams_(share(options.budgets.streams_in_all, options.loops)),
      most_bytes_(share(options.budgets.bytes_in_all, options.loops)),
      incoming_(read_bytes),
      timer_(loop.io()) {}

void Connections::add(boost::asio::ip::tcp::socket socket) {
  if (draining_ || (list_.size() >= most_connections_ && !make_room())) return;  // closes it
  loop_.refresh_now();
  const auto connection = std::make_shared<Connection>(*this, std::move(socket));
  connection->place = list_.insert(list_.end(), connection);
  count_.store(list_.size());
  if (list_.size() == 1) wait_for_tick();
  accepted_.fetch_add(1);
  connection->start();
}

GuardCounts Connections::counts() const {
  return {accepted_.load(), ended_.load(), refused_.load(), open_streams_.load(), handshakes_failed_.load()};
}

std::vector<ClientConnection> Connections::view(std::size_t most) const {
  std::vector<ClientConnection> some;
  for (auto next = list_.rbegin(); next != list_.rend() && some.size() < most; ++next) {
    some.push_back((*next)->view(Loop::Clock::now()));
  }
  return some;
}

bool Connections::make_room() {
  int looked_at = 0;
  for (const std::shared_ptr<Connection>& connection : list_) {
    if (++looked_at > most_looked_at || loop_.now() - connection->last_heard() < idle_enough) return false;
    if (connection->open_calls() > 0) continue;
    const std::shared_ptr<Connection> idle = connection;
    idle->drain();
    idle->flush();
    idle->close();
    return true;
  }
  return false;
}

void Connections::drain(std::function<void()> when_empty) {
  draining_ = true;
  when_empty_ = std::move(when_empty);
  for (const std::shared_ptr<Connection>& connection : list_) connection->drain();
  tell_if_empty();
}

void Connections::close_all() {
  while (!list_.empty()) {
    const std::shared_ptr<Connection> connection = list_.back();
    connection->close();
  }
}

void Connections::flush_touched() {
  // Ends: a flush touches others only when it ends them.
  for (std::vector<std::shared_ptr<Connection>> touched; !touched_.empty(); touched.clear()) {
    touched.swap(touched_);
    for (const std::shared_ptr<Connection>& connection : touched) connection->flush();
  }
  open_streams_.store(streams_);
}

// Only while there are connections: an idle server sleeps.
void Connections::wait_for_tick() {
  timer_.expires_after(tick_every);
  timer_.async_wait([this](const boost::system::error_code& cancelled) {
    if (cancelled) return;
    loop_.refresh_now();
    tick();
    if (!list_.empty()) wait_for_tick();
  });
}

void Connections::tick() {
  for (auto next = list_.begin(); next != list_.end();) {
    const std::shared_ptr<Connection> connection = *next++;
    connection->tick(loop_.now());
  }
}

// ---- for connections ----

void Connections::heard(Connection& connection) { list_.splice(list_.end(), list_, connection.place); }

void Connections::account(std::ptrdiff_t bytes) {
  bytes_ = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(bytes_) + bytes);
  if (bytes <= 0 || bytes_ <= most_bytes_) return;
  const auto largest = std::max_element(list_.begin(), list_.end(), [](const auto& one, const auto& other) {
    return one->held_bytes() < other->held_bytes();
  });
  const std::shared_ptr<Connection> connection = *largest;
  connection->end_for("too much memory is held");
}

void Connections::shake_hands(Connection& connection) {
  connection.handshake_ = handshakes_.insert(handshakes_.end(), &connection);
  if (handshakes_.size() > most_handshakes_) handshakes_.front()->close();
}

void Connections::hands_shaken(Connection& connection) {
  if (!connection.handshake_) return;
  handshakes_.erase(*connection.handshake_);
  connection.handshake_.reset();
}

void Connections::remove(Connection& connection) {
  hands_shaken(connection);
  list_.erase(connection.place);
  count_.store(list_.size());
  tell_if_empty();
}

void Connections::tell_if_empty() {
  if (list_.empty() && when_empty_) std::exchange(when_empty_, nullptr)();
}

}  // namespace bsn::h2
