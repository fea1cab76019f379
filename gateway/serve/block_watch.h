// One WatchBlocks: blocks of one chain from the nearest healthy peer, handed on in order, each once, without a gap.
//
// When the peer fails, the watch goes on at another one from the height after the last block that it got; after
// `most_failures` in a row without a block it ends with the last failure. Blocks are held for the way back to the
// origin. Bounds: `most_waiting` blocks wait for the client; then nothing more is read from the peer, which ends a
// watch that is too slow with RESOURCE_EXHAUSTED, and so does this one. Threads: all state is the machine's loop's;
// the client's call and the peer's stream only post to it.
#pragma once

#include <grpcpp/grpcpp.h>

#include <deque>
#include <memory>
#include <optional>

#include "gateway/serve/node_request.h"
#include "h2/call.h"
#include "proto/call.pb.h"

namespace bsn {

class BlockWatch final : public h2::CallHandler, public std::enable_shared_from_this<BlockWatch> {
 public:
  static std::shared_ptr<h2::CallHandler> start(GatewayShell& shell, h2::Call& call,
                                                const v1::WatchBlocksRequest& request, Credentials who);

  BlockWatch(GatewayShell& shell, h2::Call& call, const v1::WatchBlocksRequest& request, Credentials who)
      : shell_(shell),
        call_(call.shared_from_this()),
        request_(request),
        metadata_(read_metadata(call.metadata())),
        who_(std::move(who)) {}

  void on_sent(h2::Call&) override;
  void on_cancel(h2::Call&) override;

 private:
  class Source;

  static constexpr std::size_t most_waiting = 64;
  static constexpr int most_failures = 10;

  // A task for the loop that keeps this alive.
  template <class Function>
  void on_loop(Function function);

  void admit(Instant now);
  void connect(Instant now);
  void got(Instant now, const std::shared_ptr<Source>& source, v1::Block block);
  void lost(Instant now, const std::shared_ptr<Source>& source, const grpc::Status& status);
  void try_elsewhere(Instant now, const Reply& failure);
  void go_on();
  void finish(const h2::Outcome& outcome);

  GatewayShell& shell_;
  const std::shared_ptr<void> token_ = shell_.token();
  const std::shared_ptr<h2::Call> call_;
  v1::WatchBlocksRequest request_;  // from_height moves on with what was read
  const RequestMetadata metadata_;
  const Credentials who_;
  std::optional<NodeChoice> node_;
  std::shared_ptr<Source> source_;
  Instant last_due_;            // blocks don't overtake each other
  std::size_t on_the_way_ = 0;  // read from the peer, held for the way back
  std::deque<v1::Block> waiting_;
  bool writing_ = false;
  std::optional<h2::Outcome> ending_;  // once everything read has been written
  int failures_ = 0;
  bool finished_ = false;
};

}  // namespace bsn
