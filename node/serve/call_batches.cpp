#include "node/serve/call_batches.h"

#include <map>
#include <utility>

#include "h2/call.h"
#include "h2/loop.h"
#include "loop/monotonic_clock.h"
#include "proto/city_node.pb.h"
#include "proto/codec.h"
#include "rpc/call_context.h"
#include "rpc/reply_outcome.h"

namespace bsn {
namespace {

constexpr std::size_t most_unsent = 16 << 20;
constexpr std::size_t most_bytes_per_message = 4 << 20;
constexpr int most_answers_per_message = 4'096;

// What is none belongs to no trace: it is no reason to refuse a call.
TraceContext trace_of(const v1::NodeCall& message) {
  if (!message.has_trace()) return {};
  const Result<TraceContext> trace = decode(message.trace());
  return trace ? *trace : TraceContext{};
}

class CallBatches final : public h2::CallHandler,
                          public AnswerSink,
                          public ServingListener,
                          public std::enable_shared_from_this<CallBatches> {
 public:
  CallBatches(NodeProcess& process, h2::Call& stream) : process_(process), stream_(stream.shared_from_this()) {}

  void start() {
    outgoing_.set_clock(clock_id());
    process_.listen(shared_from_this());  // sends the first message
  }

  void on_message(h2::Call&, std::string& message) override {
    v1::NodeCalls incoming;
    if (!incoming.ParseFromString(message)) {
      cancel_open_calls();
      stream_->finish(outcome_of(refusal(Status::invalid_argument, Reason::malformed, "a message can't be decoded")));
      return;
    }
    take_calls(incoming);
    flush();  // what was refused at once
    if (stream_->unsent() > most_unsent) stream_->pause();
  }

  // The gateway has closed its side and waits for the answers.
  void on_half_close(h2::Call&) override {
    half_closed_ = true;
    finish_if_done();
  }

  void on_sent(h2::Call&) override {
    if (stream_->unsent() <= most_unsent) stream_->resume();
  }

  void on_cancel(h2::Call&) override { cancel_open_calls(); }

  void answer(std::uint64_t attempt, const Reply& reply, Instant received) override {
    open_.erase(attempt);
    v1::NodeAnswer& answer = *outgoing_.add_answers();
    answer.set_attempt(attempt);
    *answer.mutable_reply() = encode(reply);
    answer.set_received_ns(received.ns);
    bytes_ += 64 + reply.value.size() + reply.message.size();
    if (outgoing_.answers_size() >= most_answers_per_message || bytes_ >= most_bytes_per_message) send();
  }

  void flush() override {
    if (outgoing_.answers_size() > 0) send();
    finish_if_done();
  }

  // From any thread.
  void serving_changed(bool serving) override {
    if (!stream_->loop().is_current()) {
      stream_->loop().post([self = shared_from_this(), serving] { self->serving_changed(serving); });
      return;
    }
    serving_ = serving;
    send();
  }

 private:
  void take_calls(v1::NodeCalls& incoming) {
    const Instant now = monotonic_now();
    const std::shared_ptr<NodeShell> shell = process_.shell();
    if (shell) cancel_attempts(*shell, incoming);
    if (incoming.probe()) show_life(shell.get());
    std::vector<ArrivingCall> calls;
    for (const v1::NodeCall& message : incoming.calls()) {
      Result<Call> call = decode(message.call());
      if (!call) {
        answer(message.attempt(), refusal(Status::invalid_argument, Reason::malformed, call.error().message), now);
      } else if (!shell) {
        answer(message.attempt(), process_.refuse_without_shell(), now);
      } else {
        const Instant deadline = now + bounded_timeout(message.timeout_ns());
        calls.push_back({std::move(*call), now, deadline, shared_from_this(), message.attempt(), trace_of(message)});
      }
    }
    if (shell && !calls.empty()) submit(*shell, std::move(calls));
  }

  // By the machine's own loop: one that stands still is not alive, whatever else of the process is.
  void show_life(const NodeShell* shell) {
    const auto show = [self = shared_from_this()] { self->stream_->loop().post([self] { self->send(); }); };
    if (!shell) return show();
    shell->look([show](const CityNode&) { show(); });
  }

  void submit(NodeShell& shell, std::vector<ArrivingCall> calls) {
    std::vector<std::uint64_t> attempts;
    attempts.reserve(calls.size());
    for (const ArrivingCall& call : calls) attempts.push_back(call.tag);
    const auto ids = shell.submit(std::move(calls));
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (ids[i]) open_[attempts[i]] = *ids[i];
    }
  }

  void cancel_attempts(NodeShell& shell, const v1::NodeCalls& incoming) {
    for (const std::uint64_t attempt : incoming.cancelled()) {
      if (const auto open = open_.extract(attempt)) shell.cancel(open.mapped());
    }
    finish_if_done();
  }

  void cancel_open_calls() {
    const std::shared_ptr<NodeShell> shell = process_.shell();
    for (const auto& [attempt, id] : std::exchange(open_, {})) {
      if (shell) shell->cancel(id);
    }
  }

  void send() {
    outgoing_.set_serving(serving_);
    stream_->send(outgoing_.SerializeAsString());
    outgoing_.Clear();
    bytes_ = 0;
  }

  void finish_if_done() {
    if (half_closed_ && open_.empty()) stream_->finish({});
  }

  NodeProcess& process_;
  const std::shared_ptr<h2::Call> stream_;
  std::map<std::uint64_t, CallId> open_;  // by attempt; bounded by AwaitedCalls
  v1::NodeAnswers outgoing_;
  std::size_t bytes_ = 0;  // roughly, of outgoing_
  bool serving_ = false;
  bool half_closed_ = false;
};

}  // namespace

h2::Method call_batches(NodeProcess& process) {
  return h2::StreamStart([&process](h2::Call& call) -> std::shared_ptr<h2::CallHandler> {
    const auto batches = std::make_shared<CallBatches>(process, call);
    batches->start();
    return batches;
  });
}

}  // namespace bsn
