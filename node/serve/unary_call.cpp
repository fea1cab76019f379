#include "node/serve/unary_call.h"

#include <utility>

#include "proto/codec.h"
#include "rpc/call_context.h"
#include "rpc/reply_outcome.h"

namespace bsn {
namespace {

class UnaryCall final : public h2::CallHandler, public AnswerSink, public std::enable_shared_from_this<UnaryCall> {
 public:
  UnaryCall(std::shared_ptr<NodeShell> shell, h2::Call& stream)
      : shell_(std::move(shell)), stream_(stream.shared_from_this()) {}

  void start(Call&& call) {
    const Instant now = monotonic_now();
    std::vector<ArrivingCall> one;
    one.push_back({std::move(call), now, deadline_of(*stream_, now), shared_from_this(), 0,
                   parse_traceparent(stream_->metadata().only("traceparent").value_or(""))});
    id_ = shell_->submit(std::move(one)).front();
  }

  void answer(std::uint64_t, const Reply& reply, Instant) override {
    if (reply.status == Status::ok) stream_->send(encode(reply).SerializeAsString());
    stream_->finish(outcome_of(reply));
  }

  void on_cancel(h2::Call&) override {
    if (id_) shell_->cancel(*id_);
  }

 private:
  const std::shared_ptr<NodeShell> shell_;
  const std::shared_ptr<h2::Call> stream_;
  std::optional<CallId> id_;
};

}  // namespace

std::shared_ptr<h2::CallHandler> start_unary_call(NodeProcess& process, h2::Call& stream, Result<Call> call) {
  const std::shared_ptr<NodeShell> shell = process.shell();
  if (!call || !shell) {
    stream.finish(outcome_of(call ? process.refuse_without_shell()
                                  : refusal(Status::invalid_argument, Reason::malformed, call.error().message)));
    return nullptr;
  }
  const auto handler = std::make_shared<UnaryCall>(shell, stream);
  handler->start(std::move(*call));
  return stream.open() ? handler : nullptr;
}

}  // namespace bsn
