// One stream of call batches to a city node, from its opening to its end.
//
// One write is in flight at a time; what is sent meanwhile gathers and goes with the next one. Gathering is bounded by
// the machine's max_calls: only open calls are sent. Threads: send() and close() are called by the gateway's loop; the
// listener is called by gRPC's threads, one call at a time, on_closed last. The object keeps itself alive until then.
#pragma once

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "gateway/serve/gathered_messages.h"
#include "proto/city_node.grpc.pb.h"

namespace bsn {

class NodeStream final : public grpc::ClientBidiReactor<v1::NodeCalls, v1::NodeAnswers> {
 public:
  struct Listener {
    std::function<void(const v1::NodeAnswers&)> on_answers;
    std::function<void(const grpc::Status&)> on_closed;
  };

  // Opens the stream; its failure is reported by on_closed.
  static std::shared_ptr<NodeStream> open(v1::CityNode::Stub& stub, Listener listener);

  // Sends what was gathered, as soon as the last write has ended. Dropped when the stream is closed.
  void send(GatheredMessages<v1::NodeCalls>& gathered);

  // Ends the stream from our side; on_closed follows.
  void close();

 private:
  explicit NodeStream(Listener listener) : listener_(std::move(listener)) {}

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;
  void write_next();  // mutex_ is held

  Listener listener_;
  std::shared_ptr<NodeStream> self_;
  grpc::ClientContext context_;
  v1::NodeAnswers incoming_;  // gRPC's threads only

  std::mutex mutex_;
  bool closed_ = false;
  bool writing_ = false;
  v1::NodeCalls outgoing_;
  GatheredMessages<v1::NodeCalls> waiting_;
};

}  // namespace bsn
