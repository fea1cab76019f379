#include "gateway/serve/node_links.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "loop/monotonic_clock.h"
#include "proto/codec.h"
#include "rpc/channel.h"

namespace bsn {
namespace {

// The first attempt to open a broken stream again follows soon; a node that stays away is asked every two seconds.
// Jitter keeps 136 links from coming back in one instant.
constexpr Duration least_backoff = milliseconds(50);
constexpr Duration longest_backoff = seconds(2);

std::size_t rough_size(const Call& call) {
  std::size_t bytes = 128;
  for (const std::string& arg : call.args) bytes += arg.size();
  return bytes;
}

}  // namespace

NodeLinks::NodeLinks(h2::Loop& loop, const GatewaySpec& spec, Post post)
    : loop_(loop), post_(std::move(post)), clock_(clock_id()), random_(Random(spec.seed).fork("gateway/reconnect")) {
  for (const CitySpec& city : spec.cities) {
    Node& node = nodes_.emplace_back();
    node.name = city.name;
    node.backoff = least_backoff;
    node.address = city.address;
    if (city.address.empty()) continue;
    node.stub = v1::CityNode::NewStub(open_channel(city.address));
    ++untried_;
  }
}

// ---- streams come and go ----

void NodeLinks::open_all(Instant now) {
  for (Node& node : nodes_) {
    if (node.stub) node.open_at = now;
  }
}

void NodeLinks::close_all() {
  for (Node& node : nodes_) {
    if (node.stream) node.stream->close();
  }
}

void NodeLinks::open(CityIndex city) {
  Node& node = nodes_[city.value];
  node.open_at.reset();
  const std::uint64_t number = ++node.number;
  h2::ClientStream::Listener listener;
  listener.on_message = [this, city, number, common = false](const std::string& bytes) mutable {
    if (!incoming_.ParseFromString(bytes)) {
      nodes_[city.value].stream->close();
      return lost(city, number);
    }
    if (!incoming_.clock().empty()) common = incoming_.clock() == clock_;
    news_from(city, number, common, incoming_);
  };
  listener.on_closed = [this, city, number](const h2::Outcome&) { lost(city, number); };
  node.stream = h2::ClientStream::open(loop_, {node.address, "/bsn.v1.CityNode/CallBatches"}, std::move(listener));
}

void NodeLinks::lost(CityIndex city, std::uint64_t stream) {
  auto news = std::make_shared<NodeNews>();
  news->city = city;
  news->stream = stream;
  news->closed = true;
  post_(std::move(news));
}

// An answer that does not decode ends its attempt as INTERNAL: the node may have done it.
void NodeLinks::news_from(CityIndex city, std::uint64_t stream, bool common_clock, const v1::NodeAnswers& message) {
  auto news = std::make_shared<NodeNews>();
  news->city = city;
  news->stream = stream;
  news->serving = message.serving();
  Node& node = nodes_[city.value];
  if (message.answers_size() > 0) ++node.answer_batches;
  node.answers += static_cast<std::uint64_t>(message.answers_size());
  news->answers.reserve(static_cast<std::size_t>(message.answers_size()));
  for (const v1::NodeAnswer& answer : message.answers()) {
    NodeReply reply;
    reply.attempt = {answer.attempt()};
    Result<Reply> decoded = decode(answer.reply());
    reply.reply = decoded ? std::move(*decoded) : refusal(Status::internal, Reason::none, decoded.error().message);
    if (common_clock && answer.received_ns() > 0) reply.node_received = Instant{answer.received_ns()};
    news->answers.emplace_back(std::move(reply));
  }
  post_(std::move(news));
}

void NodeLinks::note(Instant now, const StreamNews& news) {
  Node& node = nodes_[news.city.value];
  if (!node.tried) {
    node.tried = true;
    --untried_;
  }
  if (news.stream != node.number) return;
  if (!news.closed) {
    if (!node.opened) node.opened = now;
    node.backoff = least_backoff;
    return;
  }
  if (node.stream) spdlog::info("no stream to {}", node.name);
  node.stream.reset();
  node.opened.reset();
  node.open_at = now + random_.between(node.backoff / 2, node.backoff);
  node.backoff = std::min(longest_backoff, node.backoff * 2);
}

// ---- calls go out ----

void NodeLinks::send(Instant now, Forward&& forward, WanLinks& wan) {
  const Duration delay = wan.delay(forward.origin, forward.city);
  if (delay == Duration{}) return gather(now, std::move(forward), nullptr);
  const Way way{forward.origin, forward.city};
  held_.hold(way, now + delay, std::move(forward));
}

// Follows its attempt on the same way, so that it cannot overtake it.
void NodeLinks::cancel(Instant now, const CancelAttempt& cancel, WanLinks& wan) {
  const Duration delay = wan.delay(cancel.origin, cancel.city);
  if (delay == Duration{}) return gather(now, cancel, nullptr);
  held_.hold({cancel.origin, cancel.city}, now + delay, cancel);
}

NodeLinks::Node& NodeLinks::touch(CityIndex city) {
  Node& node = nodes_[city.value];
  if (!node.touched) touched_.push_back(city);
  node.touched = true;
  return node;
}

void NodeLinks::gather(Instant now, const Outgoing& outgoing, const GatewayFront* front) {
  if (const auto* cancel = std::get_if<CancelAttempt>(&outgoing)) {
    touch(cancel->city).gathered.room_for(10).add_cancelled(cancel->attempt.value);
    return;
  }
  const auto& forward = std::get<Forward>(outgoing);
  if (forward.deadline <= now || (front && !front->waits_for(forward.attempt))) return;
  v1::NodeCall& call = *touch(forward.city).gathered.room_for(rough_size(forward.call)).add_calls();
  call.set_attempt(forward.attempt.value);
  *call.mutable_call() = encode(forward.call);
  call.set_timeout_ns((forward.deadline - now).ns);
  if (forward.trace.there()) *call.mutable_trace() = encode(forward.trace);
}

void NodeLinks::end_turn(Instant now, const GatewayFront& front) {
  std::vector<DelayLine<Way, Outgoing>::Held> due;
  held_.take_due(now, due);
  for (const auto& held : due) gather(now, held.value, &front);
  for (const CityIndex city : touched_) {
    Node& node = nodes_[city.value];
    node.touched = false;
    send_gathered(node);
  }
  touched_.clear();
  for (std::uint32_t city = 0; city < nodes_.size(); ++city) {
    if (nodes_[city].open_at && *nodes_[city].open_at <= now) open({city});
  }
}

void NodeLinks::send_gathered(Node& node) {
  // Without a stream the machine knows that the link is down, and has given these attempts up.
  if (!node.stream) return node.gathered.clear();
  while (!node.gathered.empty()) {
    const v1::NodeCalls batch = node.gathered.pop();
    node.stream->send(batch.SerializeAsString());
    if (batch.calls_size() > 0) ++node.batches;
    node.calls += static_cast<std::uint64_t>(batch.calls_size());
  }
  node.stream->flush();
}

std::vector<std::pair<CityIndex, NodeConnection>> NodeLinks::view(Instant now) const {
  std::vector<std::pair<CityIndex, NodeConnection>> all;
  for (std::uint32_t city = 0; city < nodes_.size(); ++city) {
    const Node& node = nodes_[city];
    if (!node.stub) continue;
    NodeConnection one;
    one.city = node.name;
    one.address = node.address;
    if (node.opened) one.age = now - *node.opened;
    one.streams = node.number;
    one.calls = node.calls;
    one.batches = node.batches;
    one.answers = node.answers;
    one.answer_batches = node.answer_batches;
    all.emplace_back(CityIndex{city}, std::move(one));
  }
  return all;
}

std::optional<Instant> NodeLinks::next_wakeup() const {
  std::optional<Instant> next = held_.next_due();
  for (const Node& node : nodes_) next = earlier(next, node.open_at);
  return next;
}

}  // namespace bsn
