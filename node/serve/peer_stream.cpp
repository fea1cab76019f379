#include "node/serve/peer_stream.h"

#include <algorithm>
#include <utility>

#include "h2/outcome.h"
#include "loop/monotonic_clock.h"

namespace bsn {
namespace {

constexpr std::size_t most_messages = 1'024;
constexpr std::size_t most_bytes = 16 << 20;
constexpr std::size_t most_bytes_per_write = 8 << 20;
constexpr Duration first_back_off = milliseconds(50);
constexpr Duration longest_back_off = seconds(1);
constexpr Duration look_again = milliseconds(5);  // whether the other side has read

}  // namespace

PeerStream::PeerStream(h2::Loop& loop, CityIndex self, std::string address, std::function<void()> on_broken)
    : loop_(loop),
      self_(self),
      address_(std::move(address)),
      on_broken_(std::move(on_broken)),
      back_off_(first_back_off) {}

PeerStream::~PeerStream() {
  if (stream_) stream_->close();
}

void PeerStream::send(std::vector<v1::PeerMessage> messages, Instant now) {
  for (v1::PeerMessage& message : messages) push(std::move(message));
  advance_to(now);
}

void PeerStream::push(v1::PeerMessage message) {
  const std::size_t bytes = message.ByteSizeLong();
  waiting_.push_back({std::move(message), bytes});
  waiting_bytes_ += bytes;
  while (waiting_.size() > most_messages || (waiting_bytes_ > most_bytes && waiting_.size() > 1)) {
    waiting_bytes_ -= waiting_.front().bytes;
    waiting_.pop_front();
    ++dropped_;
  }
}

std::optional<Instant> PeerStream::retry_at() const {
  if (waiting_.empty()) return std::nullopt;
  return not_before_;
}

void PeerStream::advance_to(Instant now) {
  if (waiting_.empty()) return;
  if (!stream_ && now >= not_before_) open(now);
  if (stream_) hand_over(now);
}

void PeerStream::open(Instant now) {
  opened_ = now;
  h2::ClientStream::Listener listener;
  listener.on_message = [](const std::string&) {};
  listener.on_closed = [this](const h2::Outcome&) { broke(); };
  stream_ = h2::ClientStream::open(loop_, {address_, "/bsn.v1.CityNode/PeerLink"}, std::move(listener));
}

void PeerStream::broke() {
  const Instant now = monotonic_now();
  if (now - opened_ > longest_back_off) back_off_ = first_back_off;
  stream_.reset();
  not_before_ = now + back_off_;
  back_off_ = std::min(back_off_ * 2, longest_back_off);
  on_broken_();
}

// As many as the stream may hold for the other side; what is left waits for it to read.
void PeerStream::hand_over(Instant now) {
  while (!waiting_.empty() && stream_->unsent() < most_bytes_per_write) {
    v1::PeerMessages batch;
    batch.set_from_city(self_.value);
    std::size_t bytes = 0;
    while (!waiting_.empty() && (bytes == 0 || bytes + waiting_.front().bytes <= most_bytes_per_write)) {
      bytes += waiting_.front().bytes;
      *batch.add_messages() = std::move(waiting_.front().message);
      waiting_.pop_front();
    }
    waiting_bytes_ -= bytes;
    stream_->send(batch.SerializeAsString());
  }
  stream_->flush();
  not_before_ = now + look_again;
}

void PeerStream::clear() {
  waiting_.clear();
  waiting_bytes_ = 0;
}

}  // namespace bsn
