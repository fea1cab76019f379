#include "node/serve/peer_stream.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

#include "loop/monotonic_clock.h"
#include "proto/city_node.grpc.pb.h"
#include "rpc/channel.h"

namespace bsn {
namespace {

constexpr std::size_t most_messages = 1'024;
constexpr std::size_t most_bytes = 16 << 20;
constexpr std::size_t most_bytes_per_write = 8 << 20;
constexpr Duration first_back_off = milliseconds(50);
constexpr Duration longest_back_off = seconds(1);

struct Waiting {
  v1::PeerMessage message;
  std::size_t bytes = 0;
};

}  // namespace

// What loop and reactions share; everything under `mutex`.
struct PeerStream::State {
  CityIndex self;
  std::string address;
  std::function<void()> on_broken;

  std::mutex mutex;
  std::condition_variable ended;
  std::unique_ptr<v1::CityNode::Stub> stub;  // made with the first message
  std::deque<Waiting> waiting;
  std::size_t waiting_bytes = 0;
  std::uint64_t dropped = 0;
  Connection* connection = nullptr;  // null: broken or never opened
  int running = 0;                   // connections whose OnDone has not come
  Duration back_off = first_back_off;
  Instant not_before;  // the next connection
  bool closing = false;

  void push(v1::PeerMessage message);
  v1::PeerMessages take_batch();
  void open_if_needed(const std::shared_ptr<State>& self_pointer, Instant now);
};

// One stream from its opening to its end. Lives until OnDone; a hold keeps that from coming while the loop may write.
class PeerStream::Connection : public grpc::ClientWriteReactor<v1::PeerMessages> {
 public:
  explicit Connection(std::shared_ptr<State> state) : state_(std::move(state)) {
    context_.set_wait_for_ready(true);
    state_->stub->async()->PeerLink(&context_, &response_, this);
    AddHold();
    StartCall();
  }

  // Under the state's mutex.
  void write_if_idle() {
    if (writing_ || broken_ || state_->waiting.empty()) return;
    outgoing_ = state_->take_batch();
    writing_ = true;
    StartWrite(&outgoing_);
  }

  // Under the state's mutex: ends the stream.
  void close() { break_off(); }

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(state_->mutex);
    writing_ = false;
    if (ok) {
      write_if_idle();
    } else {
      break_off();
    }
  }

  void OnDone(const grpc::Status&) override {
    const std::shared_ptr<State> state = state_;
    delete this;
    const std::lock_guard lock(state->mutex);
    --state->running;
    if (!state->closing) state->on_broken();
    state->ended.notify_all();
  }

 private:
  // Under the state's mutex: no more writes; OnDone may come.
  void break_off() {
    if (broken_) return;
    broken_ = true;
    const Instant now = monotonic_now();
    if (now - opened_ > longest_back_off) state_->back_off = first_back_off;
    if (state_->connection == this) state_->connection = nullptr;
    state_->not_before = now + state_->back_off;
    state_->back_off = std::min(state_->back_off * 2, longest_back_off);
    context_.TryCancel();
    RemoveHold();
  }

  std::shared_ptr<State> state_;
  const Instant opened_ = monotonic_now();
  grpc::ClientContext context_;
  v1::PeerLinkClosed response_;
  v1::PeerMessages outgoing_;
  bool writing_ = false;
  bool broken_ = false;
};

void PeerStream::State::push(v1::PeerMessage message) {
  const std::size_t bytes = message.ByteSizeLong();
  waiting.push_back({std::move(message), bytes});
  waiting_bytes += bytes;
  while (waiting.size() > most_messages || (waiting_bytes > most_bytes && waiting.size() > 1)) {
    waiting_bytes -= waiting.front().bytes;
    waiting.pop_front();
    ++dropped;
  }
}

v1::PeerMessages PeerStream::State::take_batch() {
  v1::PeerMessages batch;
  batch.set_from_city(self.value);
  std::size_t bytes = 0;
  while (!waiting.empty() && (bytes == 0 || bytes + waiting.front().bytes <= most_bytes_per_write)) {
    bytes += waiting.front().bytes;
    *batch.add_messages() = std::move(waiting.front().message);
    waiting.pop_front();
  }
  waiting_bytes -= bytes;
  return batch;
}

void PeerStream::State::open_if_needed(const std::shared_ptr<State>& self_pointer, Instant now) {
  if (waiting.empty() || closing) return;
  if (connection == nullptr && now >= not_before) {
    if (!stub) stub = v1::CityNode::NewStub(open_channel(address));
    ++running;
    connection = new Connection(self_pointer);  // deletes itself in OnDone
  }
  if (connection != nullptr) connection->write_if_idle();
}

PeerStream::PeerStream(CityIndex self, std::string address, std::function<void()> on_broken)
    : state_(std::make_shared<State>()) {
  state_->self = self;
  state_->address = std::move(address);
  state_->on_broken = std::move(on_broken);
}

PeerStream::~PeerStream() {
  std::unique_lock lock(state_->mutex);
  state_->closing = true;
  state_->waiting.clear();
  if (state_->connection != nullptr) state_->connection->close();
  state_->ended.wait(lock, [this] { return state_->running == 0; });
}

void PeerStream::send(std::vector<v1::PeerMessage> messages, Instant now) {
  const std::lock_guard lock(state_->mutex);
  for (v1::PeerMessage& message : messages) state_->push(std::move(message));
  state_->open_if_needed(state_, now);
}

std::optional<Instant> PeerStream::retry_at() const {
  const std::lock_guard lock(state_->mutex);
  if (state_->connection != nullptr || state_->waiting.empty()) return std::nullopt;
  return state_->not_before;
}

void PeerStream::advance_to(Instant now) {
  const std::lock_guard lock(state_->mutex);
  state_->open_if_needed(state_, now);
}

void PeerStream::clear() {
  const std::lock_guard lock(state_->mutex);
  state_->waiting.clear();
  state_->waiting_bytes = 0;
}

std::uint64_t PeerStream::dropped() const {
  const std::lock_guard lock(state_->mutex);
  return state_->dropped;
}

}  // namespace bsn
