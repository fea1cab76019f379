// What a relayer has open at the gateway: one stream of calls, and one of final blocks for each chain.
//
// Each link lives until gRPC has said its last word and tells of its end once. Threads: gRPC's call `on_...`, one at a
// time for each link; send() and close() may be called from any thread.
#pragma once

#include <grpcpp/grpcpp.h>

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/block.h"
#include "proto/gateway.grpc.pb.h"

namespace bsn {

using OnLinkLost = std::function<void(const grpc::Status&)>;

// Bound: what waits to be written are the relayer's open calls.
class CallLink final : public grpc::ClientBidiReactor<v1::ClientCalls, v1::ClientReplies> {
 public:
  using OnReplies = std::function<void(const v1::ClientReplies&)>;

  static std::shared_ptr<CallLink> open(v1::Gateway::Stub& stub, const std::string& access_key, OnReplies on_replies,
                                        OnLinkLost on_lost);

  // Sends, or keeps for the write after the one in flight.
  void send(std::vector<v1::ClientCall> calls);
  void close() { context_.TryCancel(); }

 private:
  static constexpr int most_calls_per_message = 1024;  // the gateway's limit
  static constexpr int most_bytes_per_message = 1024 * 1024;

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;
  void write_if_idle();
  void let_go();

  grpc::ClientContext context_;
  std::shared_ptr<CallLink> self_;  // until OnDone
  OnReplies on_replies_;
  OnLinkLost on_lost_;
  std::mutex mutex_;  // guards what follows, but for incoming_
  std::deque<v1::ClientCall> waiting_;
  v1::ClientCalls outgoing_;
  v1::ClientReplies incoming_;
  bool writing_ = false;
  bool held_ = true;  // gRPC waits for our let_go()
};

// Final blocks of one chain in order of height, each once. Ends itself when one can't be decoded, is not the next one,
// or is not taken.
class BlockLink final : public grpc::ClientReadReactor<v1::Block> {
 public:
  using OnBlock = std::function<bool(const BlockPtr&)>;  // false: not taken

  static std::shared_ptr<BlockLink> open(v1::Gateway::Stub& stub, const std::string& access_key, const ChainName& chain,
                                         Height from, OnBlock on_block, OnLinkLost on_lost);

  void close() { context_.TryCancel(); }
  // The height after the last block that was taken. After the end.
  Height next() const { return next_; }

 private:
  void OnReadDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;
  bool take();

  grpc::ClientContext context_;
  std::shared_ptr<BlockLink> self_;  // until OnDone
  ChainName chain_;
  OnBlock on_block_;
  OnLinkLost on_lost_;
  v1::WatchBlocksRequest request_;
  v1::Block block_;
  Height next_ = 1;
};

}  // namespace bsn
