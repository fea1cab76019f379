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

void GatewayFront::on(Instant now, const std::shared_ptr<LinkNews>& news, std::vector<FrontOutput>& out) {
  const auto replaced = [&](CityIndex city) { return news->stream < streams_[city.value].number; };
  for (const LinkNews::State& state : news->states) {
    if (!replaced(state.city)) note_state(now, *news, state, out);
  }
  for (LinkNews::Answer& answer : news->answers) {
    if (!replaced(answer.city)) note_answer(now, answer, out);
  }
  if (news->what != LinkNews::What::said) {
    out.emplace_back(StreamNews{news->link, news->stream, news->what == LinkNews::What::closed});
  }
}

void GatewayFront::note_state(Instant now, const LinkNews& news, const LinkNews::State& state,
                              std::vector<FrontOutput>& out) {
  Stream& stream = streams_[state.city.value];
  const bool up = news.what != LinkNews::What::closed;
  if (stream.number != news.stream || stream.up != up || stream.serving != state.serving) {
    stream = {news.stream, up, state.serving};
    pass(now, NodeLink{state.city, up, state.serving}, out);
  }
  if (up) pass(now, NodeAlive{state.city}, out);
}

void GatewayFront::note_answer(Instant now, LinkNews::Answer& answer, std::vector<FrontOutput>& out) {
  pass(now, NodeAlive{answer.city}, out);
  const std::optional<CityIndex> origin = gateway_.origin_of(std::get<NodeReply>(answer.reply).attempt);
  if (!origin) return;  // nobody waits for it any more
  const Duration delay = wan_.delay(answer.city, *origin);
  if (delay == Duration{}) return pass(now, answer.reply, out);
  returns_.hold({answer.city, *origin}, now + delay, std::move(answer.reply));
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
