#include "node/serve/call_batches.h"

#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>

#include "h2/call.h"
#include "loop/monotonic_clock.h"
#include "proto/city_node.pb.h"
#include "proto/codec.h"
#include "rpc/call_context.h"
#include "rpc/reply_outcome.h"
#include "rpc/short_message.h"

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

Reply malformed(std::string what) { return refusal(Status::invalid_argument, Reason::malformed, std::move(what)); }

class CallBatches;

// One of the nodes of a stream.
struct ServedNode final : AnswerSink, ServingListener {
  ServedNode(CallBatches& of, NodeProcess& its_process, std::uint32_t its_number)
      : stream(of), process(its_process), number(its_number) {}
  void answer(std::uint64_t attempt, const Reply& reply, Instant received) override;
  void serving_changed(bool now) override;  // from any thread

  CallBatches& stream;
  NodeProcess& process;
  const std::uint32_t number;
  bool serving = false;
  std::vector<ArrivingCall> arriving;  // of the message that is being taken
};

class CallBatches final : public h2::CallHandler, public Gatherer, public std::enable_shared_from_this<CallBatches> {
 public:
  CallBatches(NodeLoop& on, h2::Call& stream) : on_(on), stream_(stream.shared_from_this()) {}

  // Their states make up the first message.
  void serve(const std::vector<NodeProcess*>& nodes) {
    outgoing().set_clock(clock_id());
    for (NodeProcess* process : nodes) nodes_.emplace_back(*this, *process, static_cast<std::uint32_t>(nodes_.size()));
    for (ServedNode& node : nodes_) node.process.listen(shared(node));
  }

  void on_message(h2::Call&, std::string& message) override {
    ShortMessage<v1::NodeCalls> incoming;
    if (!incoming->ParseFromString(message)) return end_for(malformed("a message can't be decoded"));
    if (nodes_.empty()) return begin(*incoming);
    if (incoming->nodes_size() > 0) return end_for(malformed("nodes are listed in the first message of HostBatches"));
    take_message(*incoming);
    if (stream_->unsent() > most_unsent) stream_->pause();
  }

  // The gateway has closed its side and waits for the answers.
  void on_half_close(h2::Call&) override {
    half_closed_ = true;
    gather();
  }

  void on_sent(h2::Call&) override {
    if (stream_->unsent() <= most_unsent) stream_->resume();
  }

  void on_cancel(h2::Call&) override { cancel_open_calls(); }

  void answer(std::uint32_t node, std::uint64_t attempt, const Reply& reply, Instant received) {
    open_.erase(attempt);
    v1::NodeAnswer& answer = *outgoing().add_answers();
    answer.set_attempt(attempt);
    encode(reply, *answer.mutable_reply());
    answer.set_received_ns(received.ns);
    answer.set_node(node);
    bytes_ += 64 + reply.value.size() + reply.message.size();
    if (outgoing().answers_size() >= most_answers_per_message || bytes_ >= most_bytes_per_message) send();
    gather();
  }

  void serving_changed(ServedNode& node, bool serving) {
    if (!stream_->loop().is_current()) {
      return stream_->loop().post([self = shared(node), &node, serving] { node.serving_changed(serving); });
    }
    node.serving = serving;
    tell_state(node);
  }

  void send_gathered() override {
    gathers_ = false;
    if (outgoing().answers_size() > 0 || outgoing().states_size() > 0) send();
    if (half_closed_ && open_.empty()) stream_->finish({});
  }

 private:
  struct Open {
    std::uint32_t node = 0;
    CallId id;
  };

  // The node, as long as somebody holds it, keeps the stream's end alive.
  std::shared_ptr<ServedNode> shared(ServedNode& node) { return {shared_from_this(), &node}; }

  void begin(const v1::NodeCalls& incoming) {
    if (incoming.nodes_size() == 0) return end_for(malformed("the first message lists no city nodes"));
    if (incoming.calls_size() > 0) return end_for(malformed("the first message has calls"));
    std::vector<NodeProcess*> nodes;
    for (const std::string& address : incoming.nodes()) {
      NodeProcess* node = on_.find(address);
      if (!node || nodes.size() >= on_.nodes()) {
        const std::string why = node ? "a city node is listed twice" : "no city node turns here at '" + address + "'";
        return end_for(refusal(Status::not_found, Reason::none, why));
      }
      nodes.push_back(node);
    }
    serve(nodes);
  }

  void take_message(const v1::NodeCalls& incoming) {
    const Instant now = monotonic_now();
    for (const std::uint64_t attempt : incoming.cancelled()) cancel(attempt);
    for (const std::uint32_t node : incoming.probed()) {
      if (node < nodes_.size()) show_life(nodes_[node]);
    }
    for (const v1::NodeCall& message : incoming.calls()) take_call(message, now);
    for (ServedNode* node : called_) submit(*node, now);
    called_.clear();
  }

  void take_call(const v1::NodeCall& message, Instant now) {
    if (message.node() >= nodes_.size()) {
      return answer(message.node(), message.attempt(), malformed("the stream has no such city node"), now);
    }
    ServedNode& node = nodes_[message.node()];
    Result<Call> call = decode(message.call());
    if (!call) return answer(node.number, message.attempt(), malformed(call.error().message), now);
    const Instant deadline = now + bounded_timeout(message.timeout_ns());
    if (node.arriving.empty()) called_.push_back(&node);
    node.arriving.push_back({std::move(*call), now, deadline, shared(node), message.attempt(), trace_of(message)});
  }

  void submit(ServedNode& node, Instant now) {
    std::vector<ArrivingCall> calls = std::exchange(node.arriving, {});
    const std::shared_ptr<NodeShell> shell = node.process.shell();
    if (!shell) {
      for (const ArrivingCall& call : calls) node.answer(call.tag, node.process.refuse_without_shell(), now);
      return;
    }
    std::vector<std::uint64_t> attempts;
    attempts.reserve(calls.size());
    for (const ArrivingCall& call : calls) attempts.push_back(call.tag);
    const auto ids = shell->submit(std::move(calls));
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (ids[i]) open_[attempts[i]] = {node.number, *ids[i]};
    }
  }

  // By the machine's own loop: one that stands still is not alive, whatever else of the process is.
  void show_life(ServedNode& node) {
    const std::shared_ptr<NodeShell> shell = node.process.shell();
    if (!shell) return tell_state(node);
    shell->look([self = shared(node), this](const CityNode&) { tell_state(*self); });
  }

  void tell_state(const ServedNode& node) {
    v1::NodeState& state = *outgoing().add_states();
    state.set_node(node.number);
    state.set_serving(node.serving);
    gather();
  }

  void cancel(std::uint64_t attempt) {
    const auto open = open_.extract(attempt);
    if (open) cancel(open.mapped());
    gather();
  }

  void cancel(const Open& open) {
    if (const auto shell = nodes_[open.node].process.shell()) shell->cancel(open.id);
  }

  void cancel_open_calls() {
    for (const auto& [attempt, open] : std::exchange(open_, {})) cancel(open);
  }

  void end_for(const Reply& why) {
    cancel_open_calls();
    stream_->finish(outcome_of(why));
  }

  // Sends at the end of the turn what there is by then.
  void gather() {
    if (!std::exchange(gathers_, true)) on_.gathers(shared_from_this());
  }

  void send() {
    stream_->send(outgoing().SerializeAsString());
    outgoing_.emplace();
    bytes_ = 0;
  }

  v1::NodeAnswers& outgoing() { return **outgoing_; }

  NodeLoop& on_;
  const std::shared_ptr<h2::Call> stream_;
  std::deque<ServedNode> nodes_;                  // at their places in the stream's list; empty: not listed yet
  std::unordered_map<std::uint64_t, Open> open_;  // by attempt; bounded by AwaitedCalls
  std::vector<ServedNode*> called_;               // those with calls in the message that is being taken
  std::optional<ShortMessage<v1::NodeAnswers>> outgoing_{std::in_place};
  std::size_t bytes_ = 0;  // roughly, of outgoing_
  bool gathers_ = false;
  bool half_closed_ = false;
};

void ServedNode::answer(std::uint64_t attempt, const Reply& reply, Instant received) {
  stream.answer(number, attempt, reply, received);
}

void ServedNode::serving_changed(bool now) { stream.serving_changed(*this, now); }

}  // namespace

h2::Method call_batches(NodeProcess& node, NodeLoop& on) {
  return h2::StreamStart([&node, &on](h2::Call& call) -> std::shared_ptr<h2::CallHandler> {
    const auto batches = std::make_shared<CallBatches>(on, call);
    batches->serve({&node});
    return batches;
  });
}

h2::Method host_batches(NodeLoop& on) {
  return h2::StreamStart(
      [&on](h2::Call& call) -> std::shared_ptr<h2::CallHandler> { return std::make_shared<CallBatches>(on, call); });
}

}  // namespace bsn
