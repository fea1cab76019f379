#include "sim/live/load_client.h"

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "loop/monotonic_clock.h"
#include "proto/codec.h"
#include "proto/gateway.grpc.pb.h"
#include "rpc/channel.h"

namespace bsn {
namespace {

// A call this much behind its schedule is not sent any more: the client itself is overloaded, and says so as "dropped".
constexpr Duration most_lateness = seconds(1);

// Calls open at once; at the bound further ones are dropped.
constexpr std::size_t most_open_calls = 50'000;

// Calls in one message: the gateway's limit.
constexpr int most_calls_per_message = 1'024;

struct Arrived {
  Instant when;
  v1::ClientReplies replies;
};

// The stream with what has arrived on it. gRPC's threads fill it, the round's thread empties it.
class CallStream : public grpc::ClientBidiReactor<v1::ClientCalls, v1::ClientReplies> {
 public:
  CallStream(v1::Gateway::Stub& stub, const std::string& access_key) {
    context_.AddMetadata("x-api-key", access_key);
    stub.async()->Stream(&context_, this);
    StartRead(&incoming_);
    AddHold();  // the round's thread writes from outside of reactions
    StartCall();
  }

  // Sends, or keeps for the write after the one in flight.
  void send(std::vector<v1::ClientCall>& calls) {
    const std::lock_guard lock(mutex_);
    for (v1::ClientCall& call : calls) waiting_.push_back(std::move(call));
    calls.clear();
    write_if_idle();
  }

  // Moves what has arrived into `arrived`; waits until something has or `deadline` has come. False: the stream broke.
  bool take(std::vector<Arrived>& arrived, std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    something_.wait_until(lock, deadline, [this] { return !arrived_.empty() || broken_; });
    std::swap(arrived, arrived_);
    return !broken_;
  }

  // No more calls; returns when the stream has ended.
  std::string close() {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
      context_.TryCancel();
    }
    RemoveHold();
    std::unique_lock lock(mutex_);
    something_.wait(lock, [this] { return done_; });
    return status_.error_message();
  }

  void OnReadDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    if (!ok) {
      broken_ = true;
      something_.notify_all();
      return;
    }
    arrived_.push_back({monotonic_now(), std::move(incoming_)});
    incoming_.Clear();
    something_.notify_all();
    StartRead(&incoming_);
  }

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    if (ok) write_if_idle();
  }

  void OnDone(const grpc::Status& status) override {
    const std::lock_guard lock(mutex_);
    status_ = status;
    done_ = broken_ = true;
    something_.notify_all();
  }

 private:
  void write_if_idle() {
    if (writing_ || closing_ || waiting_.empty()) return;
    outgoing_.Clear();
    while (!waiting_.empty() && outgoing_.calls_size() < most_calls_per_message) {
      *outgoing_.add_calls() = std::move(waiting_.front());
      waiting_.pop_front();
    }
    writing_ = true;
    StartWrite(&outgoing_);
  }

  grpc::ClientContext context_;
  std::mutex mutex_;
  std::condition_variable something_;
  std::deque<v1::ClientCall> waiting_;  // bounded by most_open_calls
  std::vector<Arrived> arrived_;
  v1::ClientCalls outgoing_;
  v1::ClientReplies incoming_;
  bool writing_ = false;
  bool closing_ = false;
  bool broken_ = false;
  bool done_ = false;
  grpc::Status status_;
};

}  // namespace

struct LoadClient::Impl {
  std::string access_key;
  std::unique_ptr<v1::Gateway::Stub> stub;
};

namespace {

// One round under way.
class RoundRun {
 public:
  RoundRun(const LoadOrder& order, CallStream& stream)
      : order_(order),
        round_(order.scenario->rounds[order.round]),
        stream_(stream),
        start_(monotonic_now()),
        workload_(*order.scenario, order.round, start_),
        recorder_(*order.scenario, order.round, start_) {}

  LoadOutcome run() {
    while (!finished()) {
      send_due(monotonic_now());
      std::vector<Arrived> arrived;
      connected_ = stream_.take(arrived, on_steady_clock(next_turn()));
      for (const Arrived& one : arrived) record(one);
      report_second();
    }
    LoadOutcome outcome;
    outcome.report = recorder_.finish(monotonic_now());
    outcome.answered_once = recorder_.answered_once();
    outcome.answered_wrongly = recorder_.answered_wrongly();
    return outcome;
  }

 private:
  bool stopped() const { return order_.stop && *order_.stop; }

  bool finished() const {
    if (!connected_) return true;
    const bool all_sent = !workload_.next_wakeup() || stopped();
    const Instant now = monotonic_now();
    const Instant drained = (stopped() ? stop_seen_.value_or(now) : workload_.end()) + round_.drain;
    return all_sent && (recorder_.open() == 0 || now >= drained);
  }

  // The next call, or the next look at the clock.
  Instant next_turn() const {
    constexpr Duration longest_wait = milliseconds(200);
    const Instant soon = monotonic_now() + longest_wait;
    const std::optional<Instant> due = stopped() ? std::nullopt : workload_.next_wakeup();
    return due ? std::min(*due, soon) : soon;
  }

  void send_due(Instant now) {
    if (stopped()) {
      if (!stop_seen_) stop_seen_ = now;
      return;
    }
    due_.clear();
    workload_.advance_to(now, due_);
    std::vector<v1::ClientCall> calls;
    for (DueCall& due : due_) {
      if (now - due.intended > most_lateness || open_.size() >= most_open_calls) {
        recorder_.dropped(due);
        continue;
      }
      calls.push_back(message(due));
      recorder_.sent(due, now);
      open_.emplace(due.sequence, std::move(due.call));
    }
    if (!calls.empty()) stream_.send(calls);
  }

  v1::ClientCall message(const DueCall& due) const {
    v1::ClientCall message;
    message.set_id(due.sequence);
    *message.mutable_call() = encode(due.call);
    message.set_timeout_ns(round_.deadline.ns);
    message.set_origin(order_.scenario->topology.cities[due.origin.value].id);
    return message;
  }

  void record(const Arrived& arrived) {
    for (const v1::ClientReply& message : arrived.replies.replies()) {
      const Result<Reply> reply = decode(message.reply());
      const auto found = open_.find(message.id());
      if (reply && found != open_.end()) order_.on_answer(found->second, *reply);
      recorder_.answered(message.id(), arrived.when,
                         reply ? *reply : refusal(Status::internal, Reason::none, reply.error().message));
      if (found != open_.end()) open_.erase(found);
    }
  }

  void report_second() {
    const Instant now = monotonic_now();
    if (now - last_second_ < seconds(1)) return;
    last_second_ = now;
    order_.on_second(recorder_);
  }

  const LoadOrder& order_;
  const Round& round_;
  CallStream& stream_;
  Instant start_;
  Workload workload_;
  RunRecorder recorder_;
  std::vector<DueCall> due_;
  std::map<std::uint64_t, Call> open_;  // by sequence; at most most_open_calls
  Instant last_second_;
  std::optional<Instant> stop_seen_;
  bool connected_ = true;
};

}  // namespace

LoadClient::LoadClient(std::string gateway_address, std::string access_key) : impl_(std::make_unique<Impl>()) {
  impl_->access_key = std::move(access_key);
  impl_->stub = v1::Gateway::NewStub(open_channel(gateway_address));
}

LoadClient::~LoadClient() = default;

Result<LoadOutcome> LoadClient::run(const LoadOrder& order) {
  CallStream stream(*impl_->stub, impl_->access_key);
  RoundRun round(order, stream);
  LoadOutcome outcome = round.run();
  const std::string message = stream.close();
  if (outcome.report.sent > 0 && outcome.answered_once == 0 && outcome.report.unfinished > 0) {
    return Error{ErrorCode::unavailable, "the gateway answered no call: " + message};
  }
  return outcome;
}

}  // namespace bsn
