#include "edge/ethereum/chain_feed.h"

#include <chrono>
#include <utility>

#include "proto/codec.h"

namespace bsn::edge::ethereum {
namespace {

constexpr std::chrono::seconds pause_after_end{1};
constexpr std::chrono::seconds height_timeout{30};

}  // namespace

ChainFeed::ChainFeed(const DialectPlace& place, OnBlock on_block, std::function<bool()> wanted)
    : place_(place), on_block_(std::move(on_block)), wanted_(std::move(wanted)), pause_(place.home.io()) {}

void ChainFeed::when_ready(const Caller& caller, Ready ready) {
  if (stopped_) return ready({h2::Code::unavailable, "the gateway is shutting down"});
  if (watch_ && goal_ && view_.height() >= *goal_) return ready({});
  waiting_.push_back(std::move(ready));
  if (!watch_) follow(caller);
}

void ChainFeed::follow(const Caller& caller) {
  caller_ = caller;
  goal_.reset();
  v1::WatchBlocksRequest request;
  *request.mutable_chain() = encode(place_.chain.chain);
  request.set_from_height(view_.height() + 1);
  const auto watch = InnerCall::start(
      place_.home, place_.methods, "/bsn.v1.Gateway/WatchBlocks", request, caller_, {},
      [this](std::string_view bytes) { got(bytes); }, [this](const h2::Outcome& outcome) { ended(outcome); });
  if (!watch->open()) return;  // refused at once, and everybody told
  watch_ = watch;
  ask_height();
}

// Any read of the final state tells how high it is.
void ChainFeed::ask_height() {
  v1::QueryRequest request;
  *request.mutable_chain() = encode(place_.chain.chain);
  request.set_contract("asset");
  request.set_function("supply");
  request.set_level(v1::LEVEL_FINAL);
  height_call_ = InnerCall::start(
      place_.home, place_.methods, "/bsn.v1.Gateway/Query", request, caller_, height_timeout,
      [this](std::string_view bytes) {
        v1::Reply reply;
        if (!reply.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
        goal_ = reply.height();
        if (view_.height() >= *goal_) tell({});
      },
      [this](const h2::Outcome& outcome) {
        if (outcome.code == 0) return;
        // Without it nobody knows when the view is ready: the next caller tries again.
        if (const auto watch = std::exchange(watch_, nullptr)) watch->cancel();
        tell(outcome);
      });
}

void ChainFeed::got(std::string_view bytes) {
  v1::Block block;
  if (!block.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  if (block.height() != view_.height() + 1) return;  // WatchBlocks leaves no gaps
  on_block_(view_.add(block));
  if (goal_ && view_.height() >= *goal_) tell({});
}

void ChainFeed::ended(const h2::Outcome& outcome) {
  watch_.reset();
  goal_.reset();
  if (height_call_) height_call_->cancel();
  tell(outcome.code == 0 ? h2::Outcome(h2::Code::unavailable, "the watch of blocks has ended") : outcome);
  if (stopped_ || !wanted_()) return;
  pause_.expires_after(pause_after_end);
  pause_.async_wait([this](const boost::system::error_code& cancelled) {
    if (!cancelled && !watch_ && !stopped_) follow(caller_);
  });
}

void ChainFeed::tell(const h2::Outcome& outcome) {
  for (const Ready& ready : std::exchange(waiting_, {})) ready(outcome);
}

void ChainFeed::stop() {
  stopped_ = true;
  pause_.cancel();
  if (const auto watch = std::exchange(watch_, nullptr)) watch->cancel();
  if (height_call_) height_call_->cancel();
  tell({h2::Code::unavailable, "the gateway is shutting down"});
}

}  // namespace bsn::edge::ethereum
