#include "gateway/serve/host_link.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "loop/monotonic_clock.h"
#include "proto/codec.h"
#include "rpc/short_message.h"

namespace bsn {
namespace {

// The first attempt to open a broken stream again follows soon; nodes that stay away are asked every two seconds.
// Jitter keeps many links from coming back in one instant.
constexpr Duration least_backoff = milliseconds(50);
constexpr Duration longest_backoff = seconds(2);

std::size_t rough_size(const Call& call) {
  std::size_t bytes = 128;
  for (const std::string& arg : call.args) bytes += arg.size();
  return bytes;
}

}  // namespace

HostLink::HostLink(h2::Loop& loop, std::uint32_t number, std::vector<Node> nodes, Random random, const Post& post)
    : loop_(loop),
      number_(number),
      post_(post),
      nodes_(std::move(nodes)),
      clock_(clock_id()),
      random_(std::move(random)),
      backoff_(least_backoff) {}

// ---- the stream comes and goes ----

void HostLink::open() {
  open_at_.reset();
  const std::uint64_t stream = ++streams_;
  common_clock_ = false;
  h2::ClientStream::Listener listener;
  listener.on_message = [this, stream](const std::string& bytes) { heard(stream, bytes); };
  listener.on_closed = [this, stream](const h2::Outcome& outcome) { lost(stream, outcome.message); };
  const std::string& address = nodes_[(stream - 1) % nodes_.size()].address;
  const std::string method = nodes_.size() == 1 ? "CallBatches" : "HostBatches";
  stream_ = h2::ClientStream::open(loop_, {address, "/bsn.v1.CityNode/" + method}, std::move(listener));
  if (nodes_.size() == 1) return;
  v1::NodeCalls list;
  for (const Node& node : nodes_) list.add_nodes(node.address);
  stream_->send(list.SerializeAsString());
}

void HostLink::close() {
  if (stream_) stream_->close();
}

void HostLink::lost(std::uint64_t stream, const std::string& why) {
  if (stream_) {
    const std::string more = nodes_.size() > 1 ? fmt::format(" and {} others", nodes_.size() - 1) : "";
    spdlog::info("no stream to {}{}: {}", nodes_.front().name, more, why);
  }
  auto news = std::make_shared<LinkNews>(LinkNews{number_, stream, LinkNews::What::closed, {}, {}});
  for (const Node& node : nodes_) news->states.push_back({node.city, false});
  post_(std::move(news));
}

void HostLink::note(Instant now, const StreamNews& news) {
  tried_ = true;
  if (news.stream != streams_) return;
  if (!news.closed) {
    if (!opened_) opened_ = now;
    backoff_ = least_backoff;
    return;
  }
  stream_.reset();
  opened_.reset();
  open_at_ = now + random_.between(backoff_ / 2, backoff_);
  backoff_ = std::min(longest_backoff, backoff_ * 2);
}

// ---- what the nodes say ----

void HostLink::heard(std::uint64_t stream, const std::string& bytes) {
  ShortMessage<v1::NodeAnswers> incoming;
  if (!incoming->ParseFromString(bytes)) {
    stream_->close();
    return lost(stream, "a message can't be decoded");
  }
  if (!incoming->clock().empty()) common_clock_ = incoming->clock() == clock_;
  const bool first = heard_of_ != stream;
  heard_of_ = stream;
  auto news = std::make_shared<LinkNews>(
      LinkNews{number_, stream, first ? LinkNews::What::opened : LinkNews::What::said, {}, {}});
  for (const v1::NodeState& state : incoming->states()) {
    if (state.node() < nodes_.size()) news->states.push_back({nodes_[state.node()].city, state.serving()});
  }
  take_answers(*incoming, *news);
  post_(std::move(news));
}

// An answer that does not decode ends its attempt as INTERNAL: the node may have done it.
void HostLink::take_answers(const v1::NodeAnswers& incoming, LinkNews& news) {
  ++answers_;
  news.answers.reserve(static_cast<std::size_t>(incoming.answers_size()));
  for (const v1::NodeAnswer& answer : incoming.answers()) {
    if (answer.node() >= nodes_.size()) continue;
    Node& node = nodes_[answer.node()];
    ++node.answers;
    if (std::exchange(node.last_answers, answers_) != answers_) ++node.answer_batches;
    NodeReply reply;
    reply.attempt = {answer.attempt()};
    Result<Reply> decoded = decode(answer.reply());
    reply.reply = decoded ? std::move(*decoded) : refusal(Status::internal, Reason::none, decoded.error().message);
    if (common_clock_ && answer.received_ns() > 0) reply.node_received = Instant{answer.received_ns()};
    news.answers.push_back({node.city, std::move(reply)});
  }
}

// ---- what goes to them ----

void HostLink::add(Instant now, std::uint32_t number, const Forward& forward) {
  if (!stream_) return;  // the machine knows that the link is down, and has given this attempt up
  v1::NodeCall& call = *gathered_.room_for(rough_size(forward.call)).add_calls();
  call.set_attempt(forward.attempt.value);
  encode(forward.call, *call.mutable_call());
  call.set_timeout_ns((forward.deadline - now).ns);
  call.set_node(number);
  if (forward.trace.there()) *call.mutable_trace() = encode(forward.trace);
  Node& node = nodes_[number];
  ++node.calls;
  if (std::exchange(node.last_batch, batch_) != batch_) ++node.batches;
}

void HostLink::flush() {
  if (!stream_) return gathered_.clear();
  for (; !gathered_.empty(); gathered_.pop()) {
    stream_->send(gathered_.front().SerializeAsString());
    ++batch_;
  }
  stream_->flush();
}

void HostLink::advance_to(Instant now) {
  if (open_at_ && *open_at_ <= now) open();
}

NodeConnection HostLink::view(const Node& node, Instant now) const {
  NodeConnection view;
  view.city = node.name;
  view.address = node.address;
  if (opened_) view.age = now - *opened_;
  view.streams = streams_;
  view.calls = node.calls;
  view.batches = node.batches;
  view.answers = node.answers;
  view.answer_batches = node.answer_batches;
  return view;
}

}  // namespace bsn
