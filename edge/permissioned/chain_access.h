// The gateway's methods as a call of BSN's permissioned shape needs them: one chain, in the name of one caller.
//
// One request at a time; what is made in a callback counts as the next. Threads: the loop's.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/block.h"
#include "core/call.h"
#include "edge/caller.h"
#include "edge/inner_call.h"
#include "h2/methods.h"

namespace bsn::edge {

class ChainAccess {
 public:
  // The reply also of a refusal. `outcome` says how the call ended.
  using OnReply = std::function<void(const h2::Outcome& outcome, const Reply& reply)>;
  // The block when the outcome is ok, else nullptr.
  using OnBlock = std::function<void(const h2::Outcome& outcome, const BlockPtr& block)>;

  // `methods` outlive it. A timeout of 0: the gateway's own.
  ChainAccess(h2::Loop& loop, const h2::Methods& methods, Caller caller, ChainName chain,
              std::chrono::nanoseconds timeout)
      : loop_(loop), methods_(methods), caller_(std::move(caller)), chain_(std::move(chain)), timeout_(timeout) {}

  const ChainName& chain() const { return chain_; }

  // A write at level accepted, as BSN answers before there is a block, or a read of the final state; see
  // operation_of(). `once`: the idempotency key of a write.
  void call(const std::string& contract, const std::string& function, const std::vector<std::string>& args,
            const std::string& once, OnReply done);

  // What became of a write.
  void transaction(const Digest& id, OnReply done);

  // A final block; one that is not there yet is waited for, as long as a lookup may take.
  void block(Height height, OnBlock done);

  // `reply.height`: of the newest final block.
  void newest(OnReply done);

  // The client is gone: nothing is called back any more.
  void cancel();

 private:
  using OnMessage = InnerCall::OnMessage;
  using OnEnd = InnerCall::OnEnd;
  void start(const char* method, const google::protobuf::MessageLite& request, std::chrono::nanoseconds timeout,
             const OnMessage& on_message, const OnEnd& on_end);
  void start_for_reply(const char* method, const google::protobuf::MessageLite& request, OnReply done);

  h2::Loop& loop_;
  const h2::Methods& methods_;
  const Caller caller_;
  const ChainName chain_;
  const std::chrono::nanoseconds timeout_;
  std::weak_ptr<InnerCall> current_;
  bool cancelled_ = false;
};

}  // namespace bsn::edge
