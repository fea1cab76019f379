#include "node/serve/call_batches.h"

#include <deque>
#include <map>
#include <mutex>
#include <utility>

#include "loop/monotonic_clock.h"
#include "proto/codec.h"
#include "rpc/call_context.h"

namespace bsn {
namespace {

constexpr std::size_t most_answers_waiting = 50'000;
constexpr std::size_t most_bytes_per_message = 4 << 20;
constexpr int most_answers_per_message = 4'096;

class CallBatches : public grpc::ServerBidiReactor<v1::NodeCalls, v1::NodeAnswers>,
                    public AnswerSink,
                    public ServingListener,
                    public std::enable_shared_from_this<CallBatches> {
 public:
  CallBatches(NodeProcess& process, grpc::CallbackServerContext* context) : process_(process), context_(context) {}

  void start() {
    self_ = shared_from_this();
    process_.listen(self_);  // writes the first message
    StartRead(&incoming_);
  }

  // Not `ok`: the gateway has closed its side and waits for the answers, or is gone.
  void OnReadDone(bool ok) override {
    if (!ok) return close();
    take_calls();
    const std::lock_guard lock(mutex_);
    write_if_idle();  // what was refused at once
    reading_ = waiting_.size() < most_answers_waiting;
    if (reading_) StartRead(&incoming_);
  }

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    if (!ok || finishing_) return finish_if_idle();
    write_if_idle();
    if (!reading_ && waiting_.size() < most_answers_waiting) {
      reading_ = true;
      StartRead(&incoming_);
    }
  }

  void OnCancel() override {
    const std::lock_guard lock(mutex_);
    writing_ = false;  // what is in flight will never be read
    finish_if_idle();
  }

  void OnDone() override {
    cancel_open_calls();
    self_.reset();
  }

  void answer(std::uint64_t attempt, const Reply& reply, Instant received) override {
    v1::NodeAnswer answer;
    answer.set_attempt(attempt);
    *answer.mutable_reply() = encode(reply);
    answer.set_received_ns(received.ns);
    const std::lock_guard lock(mutex_);
    open_.erase(attempt);
    waiting_.push_back(std::move(answer));
  }

  void flush() override {
    const std::lock_guard lock(mutex_);
    write_if_idle();
  }

  void serving_changed(bool serving) override {
    const std::lock_guard lock(mutex_);
    serving_ = serving;
    news_ = true;
    write_if_idle();
  }

 private:
  void take_calls() {
    const Instant now = monotonic_now();
    const std::shared_ptr<NodeShell> shell = process_.shell();
    if (shell) cancel_attempts(*shell);
    std::vector<ArrivingCall> calls;
    for (const v1::NodeCall& message : incoming_.calls()) {
      Result<Call> call = decode(message.call());
      if (!call) {
        answer(message.attempt(), refusal(Status::invalid_argument, Reason::malformed, call.error().message), now);
      } else if (!shell) {
        answer(message.attempt(), process_.refuse_without_shell(), now);
      } else {
        const Instant deadline = now + bounded_timeout(message.timeout_ns());
        calls.push_back({std::move(*call), now, deadline, self_, message.attempt()});
      }
    }
    if (shell && !calls.empty()) submit(*shell, std::move(calls));
  }

  void submit(NodeShell& shell, std::vector<ArrivingCall> calls) {
    std::vector<std::uint64_t> attempts;
    for (const ArrivingCall& call : calls) attempts.push_back(call.tag);
    {
      // Known before the answer can come; the ids follow.
      const std::lock_guard lock(mutex_);
      for (const std::uint64_t attempt : attempts) open_.emplace(attempt, std::nullopt);
    }
    const auto ids = shell.submit(std::move(calls));
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const auto open = open_.find(attempts[i]);
      if (open != open_.end()) open->second = ids[i];
    }
  }

  void cancel_attempts(NodeShell& shell) {
    for (const std::uint64_t attempt : incoming_.cancelled()) {
      std::optional<CallId> id;
      {
        const std::lock_guard lock(mutex_);
        const auto open = open_.find(attempt);
        if (open == open_.end()) continue;
        id = open->second;
        open_.erase(open);
      }
      if (id) shell.cancel(*id);
    }
  }

  void cancel_open_calls() {
    std::map<std::uint64_t, std::optional<CallId>> open;
    {
      const std::lock_guard lock(mutex_);
      open.swap(open_);
    }
    const std::shared_ptr<NodeShell> shell = process_.shell();
    for (const auto& [attempt, id] : open) {
      if (shell && id) shell->cancel(*id);
    }
  }

  void close() {
    const std::lock_guard lock(mutex_);
    half_closed_ = true;
    write_if_idle();
  }

  // Under mutex_, as all below.
  void write_if_idle() {
    if (writing_ || finishing_) return;
    if (waiting_.empty() && !news_) {
      if (half_closed_ && open_.empty()) finish_if_idle();
      return;
    }
    outgoing_.Clear();
    outgoing_.set_serving(serving_);
    if (!greeted_) outgoing_.set_clock(clock_id());
    greeted_ = true;
    news_ = false;
    std::size_t bytes = 0;
    while (!waiting_.empty() && outgoing_.answers_size() < most_answers_per_message && bytes < most_bytes_per_message) {
      bytes += waiting_.front().ByteSizeLong();
      *outgoing_.add_answers() = std::move(waiting_.front());
      waiting_.pop_front();
    }
    writing_ = true;
    StartWrite(&outgoing_);
  }

  void finish_if_idle() {
    finishing_ = true;
    if (writing_ || finished_) return;
    finished_ = true;
    Finish(grpc::Status::OK);
  }

  NodeProcess& process_;
  grpc::CallbackServerContext* context_;
  v1::NodeCalls incoming_;

  std::mutex mutex_;
  std::map<std::uint64_t, std::optional<CallId>> open_;  // by attempt; bounded by AwaitedCalls
  std::deque<v1::NodeAnswer> waiting_;
  v1::NodeAnswers outgoing_;
  bool serving_ = false;
  bool news_ = false;  // `serving_` has not been told yet
  bool greeted_ = false;
  bool writing_ = false;
  bool reading_ = true;
  bool half_closed_ = false;
  bool finishing_ = false;
  bool finished_ = false;
  std::shared_ptr<CallBatches> self_;  // until OnDone
};

}  // namespace

grpc::ServerBidiReactor<v1::NodeCalls, v1::NodeAnswers>* start_call_batches(NodeProcess& process,
                                                                            grpc::CallbackServerContext* context) {
  const auto reactor = std::make_shared<CallBatches>(process, context);
  reactor->start();
  return reactor.get();
}

}  // namespace bsn
