// One client stream of many calls: batches come in, answers gather per turn of the loop and go out, one write in
// flight.
//
// Bounds: at most `most_open` calls are read and not yet answered on the wire; beyond that reading waits, and so does
// the client by HTTP/2's flow control. A message holds at most 1,024 calls. Threads: gRPC's threads and the loop; the
// state below the mutex is shared. Keeps itself alive until gRPC is done with it.
#pragma once

#include <grpcpp/grpcpp.h>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "gateway/serve/gateway_shell.h"
#include "gateway/serve/gathered_messages.h"
#include "gateway/serve/request_metadata.h"
#include "proto/gateway.pb.h"

namespace bsn {

class CallStream final : public grpc::ServerBidiReactor<v1::ClientCalls, v1::ClientReplies>, public ReplySink {
 public:
  // Starts it, or ends it at once with UNAUTHENTICATED.
  static CallStream* start(GatewayShell& shell, grpc::CallbackServerContext& context);

  void deliver(std::uint64_t client_id, const Reply& reply) override;
  void flush() override;
  void abandoned() override;

 private:
  static constexpr int most_calls_in_a_message = 1024;
  static constexpr std::size_t most_open = 16'384;

  CallStream(GatewayShell& shell, grpc::CallbackServerContext& context)
      : shell_(shell), context_(context), metadata_(read_metadata(context)) {}

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override { self_.reset(); }

  std::shared_ptr<CallBatch> take_batch();
  void refuse(const CallBatch& batch);
  void end_with(const Reply& reply);
  void go_on();  // mutex_ is held: starts the next write, read or the end, whichever is due

  GatewayShell& shell_;
  grpc::CallbackServerContext& context_;
  const RequestMetadata metadata_;
  std::shared_ptr<CallStream> self_;
  v1::ClientCalls incoming_;                      // gRPC's reading thread only
  GatheredMessages<v1::ClientReplies> gathered_;  // the loop only

  std::mutex mutex_;
  GatheredMessages<v1::ClientReplies> waiting_;
  v1::ClientReplies outgoing_;
  std::size_t open_ = 0;                        // calls read whose answers have not been written
  std::map<std::uint64_t, std::string> wrong_;  // open calls whose form is wrong, by the client's id
  bool reading_ = false;
  bool writing_ = false;
  bool all_read_ = false;  // the client has half-closed
  bool cancelled_ = false;
  std::optional<grpc::Status> ending_;  // how it ends once nothing is in flight
  bool finished_ = false;
};

}  // namespace bsn
