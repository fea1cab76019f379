#include "gateway/serve/gateway_front.h"

#include <utility>

namespace bsn {

GatewayFront::GatewayFront(GatewaySpec spec, std::int64_t zero_unix_ns)
    : gateway_(std::move(spec), zero_unix_ns), wan_(gateway_.spec()), streams_(gateway_.spec().cities.size()) {}

void GatewayFront::step(Instant now, const FrontInput& input, std::vector<FrontOutput>& out) {
  std::visit([&](const auto& what) { on(now, what, out); }, input);
}

void GatewayFront::advance_to(Instant now, std::vector<FrontOutput>& out) {
  std::vector<DelayLine<Way, GatewayInput>::Held> due;
  returns_.take_due(now, due);
  for (const auto& held : due) pass(now, held.value, out);
  gateway_.advance_to(now, scratch_);
  for (GatewayOutput& output : scratch_) hand_on(output, out);
  scratch_.clear();
}

std::optional<Instant> GatewayFront::next_wakeup() const {
  return earlier(gateway_.next_wakeup(), returns_.next_due());
}

void GatewayFront::on(Instant now, const std::shared_ptr<CallBatch>& batch, std::vector<FrontOutput>& out) {
  for (std::size_t i = 0; i < batch->calls.size(); ++i) {
    if (stopping_) {
      out.emplace_back(Delivery{batch->sink, batch->client_ids[i],
                                refusal(Status::unavailable, Reason::stopping, "the gateway is shutting down")});
      continue;
    }
    const std::uint64_t id = ++calls_;
    if (!batch->sink->open_.emplace(batch->client_ids[i], id).second) {
      out.emplace_back(Delivery{batch->sink, batch->client_ids[i],
                                refusal(Status::invalid_argument, Reason::malformed, "a call with this id is open")});
      continue;
    }
    std::get<ClientCall>(batch->calls[i]).id = {id};
    pending_.emplace(id, Pending{batch->sink, batch->client_ids[i]});
    pass(now, batch->calls[i], out);
  }
}

void GatewayFront::on(Instant now, const std::shared_ptr<NodeNews>& news, std::vector<FrontOutput>& out) {
  if (news->stream < streams_[news->city.value].number) return;  // last words of a stream that has been replaced
  note_stream(now, *news, out);
  if (!news->closed) pass(now, NodeAlive{news->city}, out);
  for (GatewayInput& answer : news->answers) {
    const std::optional<CityIndex> origin = gateway_.origin_of(std::get<NodeReply>(answer).attempt);
    if (!origin) continue;  // nobody waits for it any more
    const Duration delay = wan_.delay(news->city, *origin);
    if (delay == Duration{}) {
      pass(now, answer, out);
    } else {
      returns_.hold({news->city, *origin}, now + delay, std::move(answer));
    }
  }
}

void GatewayFront::note_stream(Instant now, const NodeNews& news, std::vector<FrontOutput>& out) {
  Stream& stream = streams_[news.city.value];
  const bool up = !news.closed;
  const bool changed = stream.number != news.stream || stream.up != up || stream.serving != news.serving;
  if (!changed) return;
  stream = {news.stream, up, news.serving};
  pass(now, NodeLink{news.city, up, news.serving}, out);
  out.emplace_back(StreamNews{news.city, news.stream, news.closed});
}

void GatewayFront::on(Instant now, const SinkGone& gone, std::vector<FrontOutput>& out) {
  for (const auto& [client_id, id] : gone.sink->open_) drop(now, id, out);
  gone.sink->open_.clear();
  gone.sink->abandoned();
}

void GatewayFront::on(Instant now, const CallGone& gone, std::vector<FrontOutput>& out) {
  const auto found = gone.sink->open_.find(gone.client_id);
  if (found == gone.sink->open_.end()) return;  // its answer is on the way
  drop(now, found->second, out);
  gone.sink->open_.erase(found);
}

void GatewayFront::drop(Instant now, std::uint64_t id, std::vector<FrontOutput>& out) {
  pass(now, ClientGone{{id}}, out);
  pending_.erase(id);
}

void GatewayFront::pass(Instant now, const GatewayInput& input, std::vector<FrontOutput>& out) {
  gateway_.step(now, input, scratch_);
  for (GatewayOutput& output : scratch_) hand_on(output, out);
  scratch_.clear();
}

void GatewayFront::hand_on(GatewayOutput& output, std::vector<FrontOutput>& out) {
  if (auto* forward = std::get_if<Forward>(&output)) return static_cast<void>(out.emplace_back(std::move(*forward)));
  if (const auto* cancel = std::get_if<CancelAttempt>(&output)) return static_cast<void>(out.emplace_back(*cancel));
  if (auto* used = std::get_if<NonceUsed>(&output)) return static_cast<void>(out.emplace_back(*used));
  if (auto* ask = std::get_if<QuotaAsk>(&output)) return static_cast<void>(out.emplace_back(std::move(*ask)));
  if (const auto* probe = std::get_if<Probe>(&output)) return static_cast<void>(out.emplace_back(*probe));
  auto& answer = std::get<GatewayAnswer>(output);
  const auto found = pending_.find(answer.id.value);
  Pending pending = std::move(found->second);
  pending_.erase(found);
  pending.sink->open_.erase(pending.client_id);
  out.emplace_back(Delivery{std::move(pending.sink), pending.client_id, std::move(answer.reply)});
}

}  // namespace bsn
