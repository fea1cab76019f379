#include "sim/live/load_link.h"

#include <chrono>
#include <utility>

namespace bsn {
namespace {

// Calls in one message: the gateway's limit.
constexpr int most_calls_per_message = 1'024;

// A gateway that is started again is found so soon.
constexpr std::chrono::milliseconds pause_before_opening_again{100};

}  // namespace

LoadLink::LoadLink(h2::Loop& loop, h2::ClientStream::Target target, Listener listener)
    : loop_(loop), target_(std::move(target)), listener_(std::move(listener)), pause_(loop.io()) {
  open();
}

void LoadLink::open() {
  h2::ClientStream::Listener listener;
  listener.on_message = listener_.on_message;
  listener.on_closed = [this](const h2::Outcome& outcome) { lost(outcome.message); };
  stream_ = h2::ClientStream::open(loop_, target_, std::move(listener));
}

void LoadLink::lost(const std::string& why) {
  stream_.reset();
  outgoing_.Clear();
  why_lost_ = why.empty() ? "the stream has ended" : why;
  pause_.expires_after(pause_before_opening_again);
  pause_.async_wait([this](const boost::system::error_code& cancelled) {
    if (!cancelled) open();
  });
  listener_.on_lost();
}

v1::ClientCall& LoadLink::add() {
  if (outgoing_.calls_size() == most_calls_per_message) send();
  return *outgoing_.add_calls();
}

void LoadLink::send() {
  outgoing_.SerializeToString(&bytes_);
  stream_->send(bytes_);
  outgoing_.Clear();
}

void LoadLink::flush() {
  if (!stream_) return;
  if (outgoing_.calls_size() > 0) send();
  stream_->flush();
}

void LoadLink::close() {
  pause_.cancel();
  if (stream_) std::exchange(stream_, nullptr)->close();
}

}  // namespace bsn
