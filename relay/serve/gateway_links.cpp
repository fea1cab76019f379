#include "relay/serve/gateway_links.h"

#include <utility>

#include "proto/codec.h"

namespace bsn {

// ---- calls ----

std::shared_ptr<CallLink> CallLink::open(v1::Gateway::Stub& stub, const std::string& access_key, OnReplies on_replies,
                                         OnLinkLost on_lost) {
  auto link = std::make_shared<CallLink>();
  link->self_ = link;
  link->on_replies_ = std::move(on_replies);
  link->on_lost_ = std::move(on_lost);
  link->context_.AddMetadata("x-api-key", access_key);
  stub.async()->Stream(&link->context_, link.get());
  link->AddHold();  // for the writes from outside of reactions
  link->StartRead(&link->incoming_);
  link->StartCall();
  return link;
}

void CallLink::send(std::vector<v1::ClientCall> calls) {
  const std::lock_guard lock(mutex_);
  for (v1::ClientCall& call : calls) waiting_.push_back(std::move(call));
  write_if_idle();
}

void CallLink::write_if_idle() {
  if (writing_ || !held_ || waiting_.empty()) return;
  outgoing_.Clear();
  std::size_t bytes = 0;
  while (!waiting_.empty() && outgoing_.calls_size() < most_calls_per_message && bytes < most_bytes_per_message) {
    bytes += waiting_.front().ByteSizeLong();
    *outgoing_.add_calls() = std::move(waiting_.front());
    waiting_.pop_front();
  }
  writing_ = true;
  StartWrite(&outgoing_);
}

void CallLink::OnReadDone(bool ok) {
  if (!ok) return let_go();
  on_replies_(incoming_);
  incoming_.Clear();
  StartRead(&incoming_);
}

void CallLink::OnWriteDone(bool ok) {
  if (!ok) return let_go();
  const std::lock_guard lock(mutex_);
  writing_ = false;
  write_if_idle();
}

// The stream has broken: nothing is written any more, so that gRPC can end it.
void CallLink::let_go() {
  {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(held_, false)) return;
  }
  context_.TryCancel();
  RemoveHold();
}

void CallLink::OnDone(const grpc::Status& status) {
  const auto self = std::exchange(self_, nullptr);
  on_lost_(status);
}

// ---- blocks ----

std::shared_ptr<BlockLink> BlockLink::open(v1::Gateway::Stub& stub, const std::string& access_key,
                                           const ChainName& chain, Height from, OnBlock on_block, OnLinkLost on_lost) {
  auto link = std::make_shared<BlockLink>();
  link->self_ = link;
  link->chain_ = chain;
  link->next_ = from;
  link->on_block_ = std::move(on_block);
  link->on_lost_ = std::move(on_lost);
  link->context_.AddMetadata("x-api-key", access_key);
  *link->request_.mutable_chain() = encode(chain);
  link->request_.set_from_height(from);
  stub.async()->WatchBlocks(&link->context_, &link->request_, link.get());
  link->StartRead(&link->block_);
  link->StartCall();
  return link;
}

bool BlockLink::take() {
  const auto block = decode_block(block_, chain_);
  if (!block || (*block)->header.height != next_ || !on_block_(*block)) return false;
  ++next_;
  return true;
}

void BlockLink::OnReadDone(bool ok) {
  if (!ok) return;
  if (take()) {
    block_.Clear();
    StartRead(&block_);
  } else {
    context_.TryCancel();
  }
}

void BlockLink::OnDone(const grpc::Status& status) {
  const auto self = std::exchange(self_, nullptr);
  on_lost_(status);
}

}  // namespace bsn
