// The way of an admitted call: to a peer, perhaps to another one, and back.
#include <algorithm>
#include <utility>

#include "gateway/gateway_impl.h"
#include "gateway/split_account.h"

namespace bsn {

const RoutingRule& Gateway::Impl::rule(std::optional<std::size_t> project, ChainIndex chain) const {
  const RouteSpec& route = spec.routes[chain.value];
  const std::optional<RoutingRule>* own = project ? &accounts->projects[*project].routing : nullptr;
  return own && *own ? **own : route.routing;
}

// Whom the call is about: contracts take the account or the key first.
std::string_view Gateway::Impl::account(const Call& call, std::size_t project) const {
  return call.args.empty() ? std::string_view(projects.name(project)) : std::string_view(call.args.front());
}

PeerChoice::Asked Gateway::Impl::question(Instant now, const OpenGatewayCall& call, const RetryState& retry) const {
  return {now,
          call.chain,
          routes.peers(call.chain, call.origin),
          rule(call.project, call.chain),
          account(call.call, call.project),
          retry};
}

const RoutePeer* Gateway::Impl::another_peer(Instant now, const OpenGatewayCall& call) {
  return choice.choose(question(now, call, call.retry));
}

void Gateway::Impl::forward(Instant now, OpenGatewayCall& call, const RoutePeer& peer,
                            std::vector<GatewayOutput>& out) {
  call.retry.tried(peer.city);
  send(now, call, peer, out);
}

void Gateway::Impl::send(Instant now, OpenGatewayCall& call, const RoutePeer& peer, std::vector<GatewayOutput>& out) {
  ++counters.attempts;
  call.times.sent = now;
  const AttemptId attempt = calls.begin_attempt(call, peer.city, peer.distance, now);
  out.emplace_back(Forward{attempt, peer.city, call.origin, call.call, call.deadline, call.id,
                           call.trace.there() ? next_span(now, call.trace) : TraceContext{}});
}

// Every attempt is a span of its own. The clock keeps those of one life of the gateway apart from those of another.
TraceContext Gateway::Impl::next_span(Instant now, const TraceContext& trace) {
  const std::uint64_t span = spans.next() ^ static_cast<std::uint64_t>(now.ns + zero_unix_ns);
  return {trace.trace, std::max<std::uint64_t>(span, 1), trace.sampled};
}

void Gateway::Impl::plan_hedge(Instant now, OpenGatewayCall& call, const RoutePeer& peer) {
  const RoutingRule& routing = rule(call.project, call.chain);
  if (routing.policy != RoutePolicy::hedged || call.call.operation != Operation::query) return;
  calls.look_at(call, now + peer.distance * 2 + routing.hedge_after);
}

void Gateway::Impl::look_at_calls(Instant now, std::vector<GatewayOutput>& out) {
  while (OpenGatewayCall* call = calls.take_look_due(now)) {
    if (call->comparison) {
      ask_again(now, *call, out);
    } else {
      hedge(now, *call, out);
    }
  }
}

// A call that is late gets a second attempt beside the first, once. One whose first attempt has failed meanwhile is
// being tried again anyway.
void Gateway::Impl::hedge(Instant now, OpenGatewayCall& call, std::vector<GatewayOutput>& out) {
  if (call.retry.attempts() > 1) return;
  const RoutePeer* peer = another_peer(now, call);
  if (!peer || !call.retry.hedge(spec.retry, budget)) return;
  ++counters.hedges;
  forward(now, call, *peer, out);
}

// How long a chain takes to order a write says nothing about the peer.
void Gateway::Impl::measure(Instant now, const OpenGatewayCall& call, const OpenAttempt& attempt, const Reply& reply) {
  const Duration ordering = call.call.operation == Operation::submit ? reply.split.consensus : Duration{};
  latency.add(call.chain, attempt.city, now - attempt.sent - attempt.distance * 2 - ordering, now);
}

// After an attempt of it ended there with this reply: whether the call is still under way, because another attempt is,
// or because it is tried again. One that is compared needs the answers of all, so another peer takes this one's place.
bool Gateway::Impl::goes_on(Instant now, OpenGatewayCall& call, CityIndex city, const Reply& reply,
                            std::vector<GatewayOutput>& out) {
  if (!worth_retrying(call.call.operation, reply)) return false;
  if (call.comparison) {
    call.comparison->forget(city);
  } else if (call.waits()) {
    return true;
  }
  const RoutePeer* peer = another_peer(now, call);
  if (!peer || !call.retry.again(spec.retry, budget, call.call.operation, reply, now, call.deadline)) return false;
  ++counters.retries;
  forward(now, call, *peer, out);
  return true;
}

void Gateway::Impl::answer(const OpenGatewayCall& call, CityIndex city, Reply reply, std::vector<GatewayOutput>& out) {
  reply.city = spec.cities[city.value].name;
  meter.answered(call.chain, reply);
  call_meter.count(call.chain, call.call.operation, reply, true);
  out.emplace_back(GatewayAnswer{call.id, std::move(reply)});
  guard.ended(call.project);
  calls.remove(call);
}

void Gateway::Impl::on(Instant now, const NodeReply& answered, std::vector<GatewayOutput>& out) {
  OpenGatewayCall* call = calls.find(answered.attempt);
  if (!call) return;  // it ended before: deadline, lost link, client gone, another attempt was faster
  const OpenAttempt attempt = calls.end_attempt(*call, answered.attempt);
  health.answered(now, attempt.city, answered.reply);
  measure(now, *call, attempt, answered.reply);
  if (goes_on(now, *call, attempt.city, answered.reply, out)) return;
  Reply reply = answered.reply;
  if (call->comparison && !compare(now, *call, attempt.city, reply)) return;
  call->times.sent = attempt.sent;
  reply.split = split_of_answer(call->times, now, answered.reply.split, answered.node_received);
  answer(*call, attempt.city, std::move(reply), out);
}

void Gateway::Impl::on(Instant, const ClientGone& gone, std::vector<GatewayOutput>& out) {
  const OpenGatewayCall* call = calls.find(gone.id);
  if (!call) return;
  for (const OpenAttempt& attempt : call->attempts) {
    if (attempt.id.value != 0) out.emplace_back(CancelAttempt{attempt.id, attempt.city, call->origin});
  }
  guard.ended(call->project);
  calls.remove(*call);
}

}  // namespace bsn
