#include "node/serve/unary_call.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>

#include "proto/codec.h"
#include "rpc/call_context.h"
#include "rpc/finish_call.h"
#include "rpc/refusal.h"

namespace bsn {
namespace {

// Lives until gRPC has done with it (self_) and the node has answered or forgotten it.
class UnaryCall : public grpc::ServerUnaryReactor, public AnswerSink, public std::enable_shared_from_this<UnaryCall> {
 public:
  UnaryCall(grpc::CallbackServerContext* context, v1::Reply* response) : context_(context), response_(response) {}

  void start(const std::shared_ptr<NodeShell>& shell, const Call& call) {
    self_ = shared_from_this();
    shell_ = shell;
    const Instant now = monotonic_now();
    const auto ids = shell->submit({{call, now, deadline_of(*context_, now), self_, 0}});
    id_ = ids.front();
  }

  void answer(std::uint64_t, const Reply& reply, Instant) override { finish(reply); }

  // gRPC calls this after start() has returned.
  void OnCancel() override {
    if (id_) shell_->cancel(*id_);
    finish(refusal(Status::cancelled, Reason::none, "the caller is gone"));
  }

  void OnDone() override { self_.reset(); }

 private:
  void finish(const Reply& reply) {
    if (finished_.exchange(true)) return;
    *response_ = encode(reply);
    Finish(finish_status(*context_, reply));
  }

  grpc::CallbackServerContext* context_;
  v1::Reply* response_;
  std::shared_ptr<NodeShell> shell_;
  std::optional<CallId> id_;
  std::atomic<bool> finished_{false};
  std::shared_ptr<UnaryCall> self_;
};

}  // namespace

grpc::ServerUnaryReactor* start_unary_call(NodeProcess& process, grpc::CallbackServerContext* context,
                                           const Result<Call>& call, v1::Reply* response) {
  if (!call) {
    return refuse_call(*context, refusal(Status::invalid_argument, Reason::malformed, call.error().message));
  }
  const std::shared_ptr<NodeShell> shell = process.shell();
  if (!shell) return refuse_call(*context, process.refuse_without_shell());
  const auto reactor = std::make_shared<UnaryCall>(context, response);
  reactor->start(shell, *call);
  return reactor.get();
}

}  // namespace bsn
