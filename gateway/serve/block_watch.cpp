#include "gateway/serve/block_watch.h"

#include <algorithm>
#include <utility>

#include "h2/loop.h"
#include "proto/codec.h"
#include "rpc/refusal.h"
#include "rpc/reply_outcome.h"

namespace bsn {
namespace {

constexpr Duration pause_after_failure = milliseconds(200);

}  // namespace

// The stream from one peer. Reads one block at a time, when told to.
class BlockWatch::Source final : public grpc::ClientReadReactor<v1::Block> {
 public:
  static std::shared_ptr<Source> open(const std::shared_ptr<BlockWatch>& watch, v1::CityNode::Stub& stub) {
    auto source = std::make_shared<Source>();
    source->token_ = watch->shell_.token();
    source->watch_ = watch;
    source->self_ = source;
    source->request_ = watch->request_;
    stub.async()->WatchBlocks(&source->context_, &source->request_, source.get());
    source->AddHold();  // for the reads that the loop starts
    source->StartCall();
    return source;
  }

  // On the loop. No-op while a block is being read or after the stream's end.
  void read() {
    if (reading_ || closing_ || ended_) return;
    reading_ = true;
    StartRead(&block_);
  }

  // On the loop: nothing more is wanted from here.
  void close() {
    closing_ = true;
    context_.TryCancel();
    if (!reading_) end();
  }

 private:
  void OnReadDone(bool ok) override {
    watch_->shell_.run([source = self_, ok](Instant now) {
      source->reading_ = false;
      if (!ok || source->closing_) return source->end();
      source->watch_->got(now, source, std::move(source->block_));
    });
  }
  void OnDone(const grpc::Status& status) override {
    watch_->shell_.run([source = std::exchange(self_, nullptr), status](Instant now) {
      const auto watch = std::exchange(source->watch_, nullptr);
      watch->lost(now, source, status);
    });
  }
  void end() {
    if (!std::exchange(ended_, true)) RemoveHold();
  }

  std::shared_ptr<void> token_;
  std::shared_ptr<BlockWatch> watch_;
  std::shared_ptr<Source> self_;
  grpc::ClientContext context_;
  v1::WatchBlocksRequest request_;
  v1::Block block_;
  bool reading_ = false;
  bool closing_ = false;
  bool ended_ = false;
};

std::shared_ptr<h2::CallHandler> BlockWatch::start(GatewayShell& shell, h2::Call& call,
                                                   const v1::WatchBlocksRequest& request, Credentials who) {
  const auto self = std::make_shared<BlockWatch>(shell, call, request, std::move(who));
  self->on_loop([watch = self.get()](Instant now) { watch->admit(now); });
  return self;
}

template <class Function>
void BlockWatch::on_loop(Function function) {
  shell_.run([self = shared_from_this(), function = std::move(function)](Instant now) { function(now); });
}

void BlockWatch::admit(Instant now) {
  if (finished_) return;
  const auto refused =
      admit_request(shell_, now, who_, metadata_, {request_.chain().network(), request_.chain().chain()});
  if (refused) return finish(outcome_of(*refused));
  const Result<ChainName> chain = decode(request_.chain());
  if (!chain) {
    return finish(outcome_of(refusal(Status::invalid_argument, Reason::malformed, chain.error().message)));
  }
  connect(now);
}

// ---- from the peer ----

void BlockWatch::connect(Instant now) {
  if (finished_ || ending_) return;
  Reply refused;
  const ChainName chain{request_.chain().network(), request_.chain().chain()};
  const std::optional<CityIndex> avoid = node_ ? std::optional(node_->city) : std::nullopt;
  const auto node = choose_node(shell_, now, chain, metadata_, avoid, refused);
  if (!node) {
    if (refused.status == Status::unavailable) return try_elsewhere(now, refused);
    return finish(outcome_of(refused));
  }
  node_ = node;
  source_ = Source::open(shared_from_this(), *node->stub);
  go_on();
}

void BlockWatch::got(Instant now, const std::shared_ptr<Source>& source, v1::Block block) {
  if (source != source_ || finished_) return;
  const std::uint64_t wanted = request_.from_height();
  if (wanted != 0 && block.height() != wanted) {  // this peer would leave a gap or repeat a block
    return source->close();
  }
  request_.set_from_height(block.height() + 1);
  failures_ = 0;
  ++on_the_way_;
  last_due_ = std::max(last_due_, now + shell_.wan().delay(node_->city, node_->origin));
  shell_.run_at(last_due_, [self = shared_from_this(), block = std::move(block)](Instant) mutable {
    --self->on_the_way_;
    self->waiting_.push_back(std::move(block));
    self->go_on();
  });
  go_on();
}

void BlockWatch::lost(Instant now, const std::shared_ptr<Source>& source, const grpc::Status& status) {
  if (source != source_ || finished_) return;
  source_.reset();
  const Reply failure = received_reply(status, {});
  const bool elsewhere = status.ok() || !certainly_no_effect(failure.status) || failure.reason == Reason::not_hosted;
  if (elsewhere) return try_elsewhere(now, failure);
  ending_ = outcome_of(failure);
  go_on();
}

void BlockWatch::try_elsewhere(Instant now, const Reply& failure) {
  if (++failures_ < most_failures) {
    shell_.run_at(now + pause_after_failure, [self = shared_from_this()](Instant then) { self->connect(then); });
    return;
  }
  const bool said_why = failure.status != Status::ok;
  ending_ = outcome_of(said_why ? failure : refusal(Status::unavailable, Reason::link_lost, "no peer sends blocks"));
  go_on();
}

// ---- to the client ----

void BlockWatch::go_on() {
  if (finished_) return;
  if (!writing_ && !waiting_.empty()) {
    writing_ = true;
    call_->loop().post([call = call_, bytes = waiting_.front().SerializeAsString()] { call->send(bytes); });
    waiting_.pop_front();
  }
  if (source_ && on_the_way_ + waiting_.size() < most_waiting) source_->read();
  if (ending_ && !writing_ && waiting_.empty() && on_the_way_ == 0) finish(*ending_);
}

void BlockWatch::on_sent(h2::Call& call) {
  if (call.unsent() > 0) return;
  on_loop([this](Instant) {
    writing_ = false;
    go_on();
  });
}

void BlockWatch::on_cancel(h2::Call&) {
  on_loop([this](Instant) { finish({h2::Code::cancelled, "the client is gone"}); });
}

void BlockWatch::finish(const h2::Outcome& outcome) {
  if (finished_) return;
  finished_ = true;
  if (source_) source_->close();
  source_.reset();
  waiting_.clear();
  finish_later(call_, outcome);
}

}  // namespace bsn
