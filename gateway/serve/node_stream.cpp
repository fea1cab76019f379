#include "gateway/serve/node_stream.h"

#include <utility>

namespace bsn {

std::shared_ptr<NodeStream> NodeStream::open(v1::CityNode::Stub& stub, Listener listener) {
  std::shared_ptr<NodeStream> stream(new NodeStream(std::move(listener)));
  stream->self_ = stream;
  stub.async()->CallBatches(&stream->context_, stream.get());
  stream->AddHold();  // for writes that the loop starts; given back when reading ends
  stream->StartRead(&stream->incoming_);
  stream->StartCall();
  return stream;
}

void NodeStream::send(GatheredMessages<v1::NodeCalls>& gathered) {
  const std::lock_guard lock(mutex_);
  if (closed_) {
    gathered.clear();
    return;
  }
  waiting_.append(gathered);
  write_next();
}

void NodeStream::close() { context_.TryCancel(); }

void NodeStream::write_next() {
  if (closed_ || writing_ || waiting_.empty()) return;
  outgoing_ = waiting_.pop();
  writing_ = true;
  StartWrite(&outgoing_);
}

void NodeStream::OnReadDone(bool ok) {
  if (ok) {
    listener_.on_answers(incoming_);
    StartRead(&incoming_);
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    waiting_.clear();
  }
  RemoveHold();
}

void NodeStream::OnWriteDone(bool ok) {
  const std::lock_guard lock(mutex_);
  writing_ = false;
  if (ok) write_next();
}

void NodeStream::OnDone(const grpc::Status& status) {
  const std::shared_ptr<NodeStream> self = std::move(self_);
  listener_.on_closed(status);
}

}  // namespace bsn
